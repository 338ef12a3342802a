import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Statute } from '../statutes/statute.ts'
import { citesOf } from '../statutes/types.ts'
import type { KnowledgeDraft, KnowledgeHit, KnowledgePage, KnowledgeQuery, KnowledgeRef } from './contract.ts'
import { bodyOf } from './decide/draft.ts'
import { askedOf, indexOf, wordsThatHit } from './decide/query.ts'
import { isCentre, ofUnit } from './decide/rights.ts'
import { todayOf, type Person } from './model.ts'
import { list, search, type Filter } from './search-store.ts'
import * as store from './store.ts'

export type KnowledgeBase = {
  /** What somebody may read of what was asked for. */
  search(query: KnowledgeQuery, reader: Person): Promise<KnowledgePage>
  /**
   * The version that an answer to a citizen wants to cite.
   * @throws Problem 422 knowledgeUnknown | knowledgeStale | knowledgeConfidential | knowledgeNotPublished |
   *   knowledgeNotInForce
   */
  cite(tx: Tx, ref: KnowledgeRef): Promise<KnowledgeHit>
  /**
   * A new item, or the next version of a known one, brought by the installation itself (seeds, imports). People write
   * through `src/knowledge-base/writing.ts`, which asks whose item it is.
   */
  publish(draft: KnowledgeDraft, by: string, id?: string): Promise<KnowledgeRef>
}

/** @param statute the city's, whose article refusals name */
export function createKnowledgeBase(db: Db, clock: Clock, statute: Statute): KnowledgeBase {
  const accuracy = citesOf(statute.topics.knowledgeBase.build)
  const refused = (code: string, title: string, detail: string) =>
    problem(422, code, title, detail, accuracy ? { cite: accuracy } : {})

  return {
    async search(query, reader) {
      const {
        q = '',
        limit,
        offset,
        unit,
        kind,
        matterKind,
        category,
        publicOnly,
        validity,
      } = storable(query)
      const filter: Filter = {
        today: todayOf(clock()),
        unit: unit ?? null,
        kind: kind ?? null,
        matterKind: matterKind ?? null,
        category: category ?? null,
        validity: validity ?? null,
        internal: publicOnly ? 'none' : internalFor(reader),
        limit,
        offset,
      }
      const asked = askedOf(q)
      if (q.trim() !== '' && asked.grams.length === 0) return { items: [], total: 0, next: null }
      const rows = asked.grams.length > 0 ? await search(db, asked.grams, filter) : await list(db, filter)
      const total = rows[0]?.total ?? 0
      return {
        items: rows.map(({ total: _total, ...row }) =>
          store.hitOf(row, wordsThatHit(asked.runs, `${row.title}\n${row.keywords}\n${row.body}`)),
        ),
        total,
        next: offset + rows.length < total ? offset + rows.length : null,
      }
    },

    async cite(tx, ref) {
      const item = await store.findVersion(tx, ref.id, ref.version, todayOf(clock()))
      if (!item)
        throw problem(422, 'knowledgeUnknown', '引用的知识条目不存在', '它可能已被撤回，请重新检索后引用。')
      if (item.confidential)
        throw refused('knowledgeConfidential', '内部条目不得答复群众', '请引用公开的条目，或者登记办理单。')
      if (item.publicFrom !== null)
        throw refused(
          'knowledgeNotPublished',
          '引用的政策尚未公布',
          `该政策于${item.publicFrom}公布，公布前不得答复群众。`,
        )
      if (item.validFrom > todayOf(clock()))
        throw refused(
          'knowledgeNotInForce',
          '引用的知识条目尚未生效',
          `该版本自${item.validFrom}起有效，请引用现行版本。`,
        )
      if (item.stale)
        throw refused('knowledgeStale', '引用的知识条目已过有效期', '请引用有效的条目，或不引用直接答复。')
      return item
    },

    async publish(draft, by, id = newId()) {
      const at = clock()
      const body = bodyOf(draft)
      const version = await db.tx(async (tx) => {
        await store.insertItem(tx, {
          id,
          unitCode: draft.unitCode,
          kind: draft.kind ?? 'general',
          holding: draft.holding ?? null,
          topic: draft.topic ?? null,
          at,
        })
        await store.lockItem(tx, id)
        const words = indexOf({ title: draft.title, keywords: draft.keywords ?? '', body })
        return store.insertVersion(tx, id, { draft, body, words, by: { id: by, role: null }, at, note: null })
      })
      return { id, version }
    },
  }
}

function internalFor(reader: Person): Filter['internal'] {
  if (isCentre(reader)) return 'all'
  return reader.unit !== null && ofUnit(reader, reader.unit) ? { unit: reader.unit } : 'none'
}
