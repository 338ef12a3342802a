import { newId } from '../base/ids.ts'
import type { Tx } from '../db/pool.ts'
import type { OrderEvent } from './model.ts'
import { orderNumber } from './number.ts'
import { granted } from './refusals.ts'
import type { OrderRow } from './rows.ts'
import type { Context } from './rules/rule.ts'
import { dispatchPart, type Part } from './rules/split.ts'
import { insertSibling } from './sibling-store.ts'
import { lockOrderById, nextSerial } from './store.ts'
import { gramsOf, writeEvents, type By } from './write-events.ts'

export type Made = { order: OrderRow; events: OrderEvent[] }

/**
 * Makes the orders beside one that is split and dispatches each to its unit, in the transaction of the action. The matter
 * was raised and accepted once: only the limits of the units start.
 * @throws Problem where a unit cannot take its part
 */
export async function makeSiblings(
  tx: Tx,
  from: OrderRow,
  { parts, reason }: { parts: readonly Part[]; reason: string },
  context: Context,
  by: By,
): Promise<Made[]> {
  const made: Made[] = []
  for (const part of parts) {
    const id = newId()
    const number = orderNumber(by.statute.numberPrefix, by.at, await nextSerial(tx))
    const place = part.place?.trim() || from.place
    const title = part.title.trim()
    await insertSibling(tx, from.id, {
      id,
      number,
      title,
      facts: part.facts.trim(),
      place,
      category: part.category ?? from.category,
      grams: gramsOf({ title, place }),
      at: by.at,
    })
    const row = (await lockOrderById(tx, id))!
    const { events } = granted(dispatchPart(row, part, context))
    const all: OrderEvent[] = [{ type: 'splitFrom', number: from.number, reason }, ...events]
    made.push({ order: await writeEvents(tx, row, all, by), events: all })
  }
  return made
}

/** The event of the order that was split, with the numbers that its parts got. */
export const withNumbers = (events: readonly OrderEvent[], made: readonly Made[]): OrderEvent[] =>
  events.map((event) =>
    event.type === 'split'
      ? {
          ...event,
          into: event.into.map((part, i) => ({ ...part, number: made[i]?.order.number ?? part.number })),
        }
      : event,
  )
