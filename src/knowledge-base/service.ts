import { DateTime } from 'luxon'
import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { KnowledgeDraft, KnowledgeHit, KnowledgeRef } from './contract.ts'
import { grams } from '../base/grams.ts'
import * as store from './store.ts'

export type KnowledgeBase = {
  /** @param confidential whether the reader may see confidential items */
  search(text: string, limit: number, confidential: boolean): Promise<KnowledgeHit[]>
  /**
   * The version an answer wants to cite.
   * @throws Problem 422 knowledgeUnknown | knowledgeStale
   */
  cite(tx: Tx, ref: KnowledgeRef): Promise<KnowledgeHit>
  /** A new item, or the next version of a known one. */
  publish(draft: KnowledgeDraft, by: string, id?: string): Promise<KnowledgeRef>
  withdraw(id: string): Promise<void>
}

export function createKnowledgeBase(db: Db, clock: Clock): KnowledgeBase {
  const today = (): string => DateTime.fromJSDate(clock(), { zone: 'Asia/Shanghai' }).toISODate()!
  return {
    async search(text, limit, confidential) {
      const wanted = grams(text)
      if (wanted.length === 0) return []
      return store.search(db, { grams: wanted, today: today(), confidential, limit })
    },
    async cite(tx, ref) {
      const item = await store.findVersion(tx, ref.id, ref.version, today())
      if (!item)
        throw problem(422, 'knowledgeUnknown', '引用的知识条目不存在', '它可能已被撤回，请重新检索后引用。')
      if (item.stale)
        throw problem(
          422,
          'knowledgeStale',
          '引用的知识条目已过有效期',
          '请引用有效的条目，或不引用直接答复。',
          {
            cite: '鞍山市群众诉求办理条例 第三十四条',
          },
        )
      return item
    },
    async publish(draft, by, id = newId()) {
      const words = grams(`${draft.title} ${draft.keywords ?? ''} ${draft.body}`)
      const version = await db.tx((tx) => store.insertVersion(tx, id, draft, words, by))
      return { id, version }
    },
    async withdraw(id) {
      if (!(await store.withdraw(db, id)))
        throw problem(404, 'knowledgeUnknown', '没有这个知识条目', '它可能已经被撤回。')
    },
  }
}
