import type { Clock } from '../base/clock.ts'
import type { Db } from '../db/pool.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { KnowledgeDetail, KnowledgeVersion } from './contract.ts'
import { mayRead, mayWrite, readsInternal, unknownItem } from './decide/rights.ts'
import { todayOf, type Person } from './model.ts'
import * as store from './store.ts'

/** One item with its history. Withdrawn items stay readable: an answer may have cited them. */
export function createReading(db: Db, clock: Clock) {
  async function visible(person: Person, id: string): Promise<store.ItemRow> {
    const item = await store.findItem(db, id)
    if (!item || !mayRead(item, person, todayOf(clock()))) throw unknownItem()
    return item
  }

  return {
    /** @throws Problem 404 */
    async detail(person: Person, id: string): Promise<KnowledgeDetail> {
      const item = await visible(person, id)
      const today = todayOf(clock())
      const [newest] = await store.versionsOf(db, id, today, { below: null, limit: 1 })
      const inForce = await store.currentVersion(db, id, today)
      const [current] =
        inForce === null ? [] : await store.versionsOf(db, id, today, { below: inForce + 1, limit: 1 })
      const events = readsInternal(person, item.unitCode) ? await store.eventsOf(db, 'item', id) : []
      return {
        id,
        unitCode: item.unitCode,
        kind: item.kind,
        holding: item.holding,
        topic: item.topic,
        publicFrom: item.publishedOn !== null && item.publishedOn > today ? item.publishedOn : null,
        policyId: item.policyId,
        createdAt: formatInstant(item.createdAt),
        withdrawn: item.withdrawnAt && {
          at: formatInstant(item.withdrawnAt),
          by: item.withdrawnBy,
          because: item.withdrawnBecause,
        },
        // an earlier version may have been internal, and then stays so
        current: current && mayRead({ ...item, ...current }, person, today) ? versionOf(current) : null,
        newest: versionOf(newest!),
        openErrors: item.openErrors,
        mayWrite: item.withdrawnAt === null && mayWrite(person, item.unitCode),
        events: events.map((e) => ({
          type: e.type,
          at: formatInstant(e.at),
          actor: { id: e.actorId, role: e.actorRole },
          data: e.data,
        })),
      }
    },

    /** Newest first. @throws Problem 404 */
    async versions(
      person: Person,
      id: string,
      page: { below: number | null; limit: number },
    ): Promise<{ items: KnowledgeVersion[]; next: number | null }> {
      const item = await visible(person, id)
      const today = todayOf(clock())
      const rows = await store.versionsOf(db, id, today, { ...page, limit: page.limit + 1 })
      const shown = rows.slice(0, page.limit)
      return {
        items: shown.filter((v) => mayRead({ ...item, ...v }, person, today)).map(versionOf),
        next: rows.length > page.limit ? shown.at(-1)!.version : null,
      }
    },
  }
}

export type Reading = ReturnType<typeof createReading>

const versionOf = (v: store.VersionRow): KnowledgeVersion => ({
  version: v.version,
  title: v.title,
  body: v.body,
  keywords: v.keywords,
  source: { number: v.sourceNumber, name: v.sourceName, article: v.sourceArticle },
  matter:
    v.matterKind === null && v.matterCategory === null
      ? null
      : { kind: v.matterKind, category: v.matterCategory },
  template: v.parts,
  confidential: v.confidential,
  validFrom: v.validFrom,
  validTo: v.validTo,
  stale: v.stale,
  madeBy: { id: v.madeBy, role: v.madeByRole },
  madeAt: formatInstant(v.madeAt),
  note: v.note,
  corrects: v.corrects,
})
