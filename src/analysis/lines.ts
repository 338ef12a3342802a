import { formatInstant } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import type { FigureReader } from '../work-orders/figures.ts'
import type { OrderLine } from './contract.ts'
import { labelOfCategory } from './decide/risks.ts'
import type { Period } from './model.ts'

/** Orders behind a figure as a list shows them. */
export type Lines = { orders: OrderLine[]; withheld: number }

/** At most so many are listed; the count says how many there are. */
const mostListed = 200

export async function linesOf(
  figures: FigureReader,
  ids: readonly string[],
  { statute, units }: { statute: Statute; units: ReadonlyMap<string, string> },
): Promise<Lines> {
  const { orders, withheld } = await figures.glimpses(ids.slice(0, mostListed))
  return {
    withheld,
    orders: orders.map(({ number, title, state, unit, category, raisedAt }) => ({
      number,
      title,
      state,
      unit: unit === null ? null : (units.get(unit) ?? unit),
      category: labelOfCategory(statute, category),
      raisedAt: formatInstant(raisedAt),
    })),
  }
}

export const periodView = ({ code, label, from, to }: Period) => ({
  code,
  label,
  from: formatInstant(from),
  to: formatInstant(to),
})
