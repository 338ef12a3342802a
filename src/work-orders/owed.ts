import type { Clock } from '../base/clock.ts'
import type { Db } from '../db/pool.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import { citesOf } from '../statutes/types.ts'
import type { OwedItem } from './owed-contract.ts'
import * as store from './owed-store.ts'
import type { OrderRow } from './rows.ts'
import { owesFollowUp, roundOf } from './rules/follow-up.ts'
import { insightOf, scopeOf, type Viewer } from './visibility.ts'

/** Lists of what is owed to requesters after their orders were concluded: the call back, the rating. */
export type OwedParts = { db: Db; clock: Clock; statutes: Statutes }

/** Whoever is not called within this time is no longer asked of an old matter by default; local policy. */
const lookBackMs = 90 * 86_400_000

export type OwedQuery = { since?: Date; after?: { at: string; id: string }; limit: number }
export type OwedPage = { since: Date; rows: OrderRow[]; items: OwedItem[] }

export function createOwed({ db, clock, statutes }: OwedParts) {
  const all = () => statutes.slugs().map(statutes.of)

  function itemOf(row: OrderRow, viewer: Viewer, cite: string | null, why: string): OwedItem {
    const statute = statutes.of(row.statute.slug)
    const round = roundOf(row)
    const readable = insightOf(row, viewer, statute)?.sights.content.sight === 'full'
    const last = round.at(-1)
    return {
      number: row.number,
      title: readable ? row.title : '保密事项',
      statute: row.statute.slug,
      unit: row.leadUnit,
      concludedAt: formatInstant(row.concludedAt ?? row.registeredAt),
      why,
      tries: round.length,
      lastTryAt: last ? formatInstant(last.at) : null,
      version: row.version,
      cite,
    }
  }

  return {
    /** Orders that wait for a call back: each, the sample, supervised, dissatisfied before. */
    async followUps(query: OwedQuery, viewer: Viewer): Promise<OwedPage> {
      const since = query.since ?? new Date(clock().getTime() - lookBackMs)
      const condition = (c: Parameters<typeof store.addOwesFollowUp>[0]) => store.addOwesFollowUp(c, all())
      const rows = await store.owed(db, condition, { ...query, since }, scopeOf(viewer))
      const items = rows.map((row) => {
        const statute = statutes.of(row.statute.slug)
        const why = owesFollowUp(row, statute) ?? 'each'
        return itemOf(row, viewer, citesOf(statute.topics.followUp.coverage), why)
      })
      return { since, rows, items }
    },

    /** Orders whose requester has answered and that have no stars yet. */
    async ratings(query: OwedQuery, viewer: Viewer): Promise<OwedPage> {
      const since = query.since ?? new Date(clock().getTime() - lookBackMs)
      const condition = (c: Parameters<typeof store.addOwesRating>[0]) => store.addOwesRating(c, all())
      const rows = await store.owed(db, condition, { ...query, since }, scopeOf(viewer))
      const items = rows.map((row) =>
        itemOf(row, viewer, citesOf(statutes.of(row.statute.slug).topics.rating.components), 'answered'),
      )
      return { since, rows, items }
    },
  }
}

export type Owed = ReturnType<typeof createOwed>
