import type { Clock } from '../base/clock.ts'
import type { Db } from '../db/pool.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import type { Statute } from '../statutes/statute.ts'
import { citesOf } from '../statutes/types.ts'
import type { Keep } from './looking.ts'
import type { OwedItem } from './owed-contract.ts'
import * as store from './owed-store.ts'
import type { OrderRow } from './rows.ts'
import { owesFollowUp, roundOf } from './rules/follow-up.ts'
import type { Conditions } from './visible-store.ts'
import { insightOf, scopeOf, type Viewer } from './visibility.ts'

/** Lists of what is owed to requesters after their orders were concluded: the call back, the rating. */
export type OwedParts = {
  db: Db
  clock: Clock
  statutes: Statutes
  /** The access ledger. */
  record: Keep
}

/** Whoever is not called within this time is no longer asked of an old matter by default; local policy. */
const lookBackMs = 90 * 86_400_000

export type OwedQuery = { since?: Date; after?: { at: string; id: string }; limit: number }
export type OwedPage = { since: Date; items: OwedItem[]; next: { at: Date; id: string } | null }

type Wanted = {
  condition: (c: Conditions, statutes: readonly Statute[]) => void
  why: (row: OrderRow, statute: Statute) => string
  cite: (statute: Statute) => string | null
}

export function createOwed({ db, clock, statutes, record }: OwedParts) {
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

  /** Whom a title was shown to is on the ledger; what was kept back is not. */
  async function listed(rows: readonly OrderRow[], items: readonly OwedItem[], viewer: Viewer) {
    const shown = rows.filter((row, n) => items[n]?.title === row.title)
    await record(
      db,
      ...shown.map((row) => ({
        actor: viewer.actor,
        action: 'orderListed' as const,
        subject: { kind: 'workOrder', id: row.number },
        requesterId: row.requesterId,
        data: { fields: { content: 'full' } },
      })),
    )
  }

  async function page(query: OwedQuery, viewer: Viewer, wanted: Wanted): Promise<OwedPage> {
    const since = query.since ?? new Date(clock().getTime() - lookBackMs)
    const found = await store.owed(
      db,
      (c) => wanted.condition(c, statutes.slugs().map(statutes.of)),
      { ...query, since, limit: query.limit + 1 },
      scopeOf(viewer),
    )
    const rows = found.slice(0, query.limit)
    const items = rows.map((row) => {
      const statute = statutes.of(row.statute.slug)
      return itemOf(row, viewer, wanted.cite(statute), wanted.why(row, statute))
    })
    await listed(rows, items, viewer)
    const last = found.length > rows.length ? rows.at(-1) : undefined
    return { since, items, next: last?.concludedAt ? { at: last.concludedAt, id: last.id } : null }
  }

  return {
    /** Orders that wait for a call back: each, the sample, supervised, dissatisfied before. */
    followUps: (query: OwedQuery, viewer: Viewer) =>
      page(query, viewer, {
        condition: store.addOwesFollowUp,
        why: (row, statute) => owesFollowUp(row, statute) ?? 'each',
        cite: ({ topics }) => citesOf(topics.followUp.coverage),
      }),

    /** Orders whose requester has answered and that have no stars yet. */
    ratings: (query: OwedQuery, viewer: Viewer) =>
      page(query, viewer, {
        condition: store.addOwesRating,
        why: () => 'answered',
        cite: ({ topics }) => citesOf(topics.rating.components),
      }),
  }
}

export type Owed = ReturnType<typeof createOwed>
