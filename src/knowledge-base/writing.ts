import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Statute } from '../statutes/statute.ts'
import { citesOf } from '../statutes/types.ts'
import type { KnowledgeDraft, KnowledgeRef } from './contract.ts'
import { bodyOf, faultOfDraft } from './decide/draft.ts'
import { indexOf } from './decide/query.ts'
import { isLead, mayRead, mayWrite, ofUnit, unknownItem } from './decide/rights.ts'
import type { Errors } from './duties/errors.ts'
import { centreUnit, todayOf, type Person } from './model.ts'
import type { Units } from './ports.ts'
import * as store from './store.ts'

/** How people change the knowledge base: each unit its own items, the centre its own and any unit's for it. */

export type WritingParts = {
  db: Db
  clock: Clock
  statute: Statute
  units: Units
  errors: Pick<Errors, 'settleCorrected' | 'settleWithdrawn'>
}

type Creation = KnowledgeDraft & { corrects?: string[] }
type Change = Creation & { basedOn: number; note?: string }

export type Writing = ReturnType<typeof createWriting>

export function createWriting(parts: WritingParts) {
  const { db, clock, statute, units, errors } = parts
  const owned = citesOf(statute.topics.knowledgeBase.build)

  function demandOwner(person: Person, unitCode: string): void {
    if (!mayWrite(person, unitCode))
      throw problem(
        403,
        'notOwner',
        '不是本单位的知识条目',
        '承办单位维护本单位的条目；发现错漏请提交纠错。',
        owned ? { cite: owned } : {},
      )
  }

  /** A member writes for his own unit, which needs no looking up; the centre may mistype another's code. */
  async function demandUnit(person: Person, unitCode: string): Promise<void> {
    if (unitCode === centreUnit || ofUnit(person, unitCode)) return
    if ((await units()).some((u) => u.code === unitCode)) return
    throw problem(422, 'unitUnknown', '没有这个承办单位', '请从单位名录中选择。', {
      errors: [{ field: 'unitCode', message: '没有这个承办单位' }],
    })
  }

  function demandDraft(draft: KnowledgeDraft): void {
    const fault = faultOfDraft(draft, statute)
    if (fault) throw fault
  }

  const insert = (
    tx: Tx,
    id: string,
    draft: KnowledgeDraft,
    person: Person,
    at: Date,
    note: string | null,
  ) => {
    const body = bodyOf(draft)
    const words = indexOf({ title: draft.title, keywords: draft.keywords ?? '', body })
    return store.insertVersion(tx, id, { draft, body, words, by: person, at, note })
  }

  /**
   * Within the caller's transaction.
   * @throws Problem 403 notOwner, 409 errorSettled, 422 for the draft
   */
  async function createWithin(tx: Tx, person: Person, creation: Creation, at: Date): Promise<KnowledgeRef> {
    const { corrects = [], ...draft } = creation
    demandOwner(person, draft.unitCode)
    await demandUnit(person, draft.unitCode)
    demandDraft(draft)
    const id = newId()
    await store.insertItem(tx, {
      id,
      unitCode: draft.unitCode,
      kind: draft.kind ?? 'general',
      holding: draft.holding ?? null,
      topic: draft.topic ?? null,
      at,
    })
    const version = await insert(tx, id, draft, person, at, null)
    await errors.settleCorrected(
      tx,
      corrects,
      { item: null, unitCode: draft.unitCode },
      { id, version },
      { person, at },
    )
    return { id, version }
  }

  async function locked(tx: Tx, id: string, person: Person): Promise<store.ItemRow> {
    const item = await store.lockItem(tx, id)
    if (!item || !mayRead(item, person, todayOf(clock()))) throw unknownItem()
    demandOwner(person, item.unitCode)
    if (item.withdrawnAt)
      throw problem(409, 'knowledgeWithdrawn', '条目已经撤回', '撤回的条目不再更新，请另建条目。')
    return item
  }

  return {
    createWithin,

    create: (person: Person, creation: Creation): Promise<KnowledgeRef> =>
      db.tx((tx) => createWithin(tx, person, withoutPolicy(storable(creation)), clock())),

    /**
     * The next version. Of two that were written upon the same one the first wins.
     * @throws Problem 403 notOwner, 404, 409 changedMeanwhile | knowledgeWithdrawn | errorSettled | errorsOpen, 422
     */
    async change(person: Person, id: string, change: Change): Promise<KnowledgeRef> {
      const { basedOn, note = null, corrects = [], ...draft } = storable(change)
      return db.tx(async (tx) => {
        const at = clock()
        const item = await locked(tx, id, person)
        if (item.newest !== basedOn)
          throw problem(409, 'changedMeanwhile', '条目刚刚被别人更新', '请查看最新版本后重新修改。', {
            extra: { version: item.newest },
          })
        const kind = draft.kind ?? item.kind
        if (kind !== item.kind)
          throw problem(422, 'kindFixed', '条目种类不能更改', '请撤回后按新的种类另建条目。', {
            errors: [{ field: 'kind', message: '条目种类不能更改' }],
          })
        const whole = {
          ...draft,
          kind,
          ...(item.holding ? { holding: item.holding } : {}),
          ...(item.topic ? { topic: item.topic as KnowledgeDraft['topic'] & string } : {}),
        }
        demandDraft(whole)
        const version = await insert(tx, id, whole, person, at, note)
        await errors.settleCorrected(
          tx,
          corrects,
          { item: id, unitCode: item.unitCode },
          { id, version },
          { person, at },
        )
        if (whole.unitCode !== item.unitCode) await hand(tx, id, whole.unitCode, item.unitCode, person, at)
        return { id, version }
      })
    },

    /** Takes an item out. Reports about it end with it: the wrong information is no longer given (reading). */
    async withdraw(person: Person, id: string, because: string): Promise<void> {
      await db.tx(async (tx) => {
        const at = clock()
        const item = await locked(tx, id, person)
        if (item.publishedOn !== null && item.publishedOn > todayOf(at))
          throw problem(
            409,
            'policyAwaitsPublication',
            '政策尚未公布，条目不能撤回',
            `该政策于${item.publishedOn}公布；不再公布的，请先取消该政策。`,
          )
        await store.withdrawItem(tx, id, { at, by: person.id, because: storable(because) })
        await errors.settleWithdrawn(tx, id, { person, at, because: storable(because) })
        await store.addEvent(tx, {
          subject: 'item',
          id,
          type: 'withdrawn',
          at,
          by: person,
          data: { because },
        })
      })
    },
  }

  /** Another unit takes an item over, as after a reform of offices. The old one first answers for what is reported. */
  async function hand(tx: Tx, id: string, to: string, from: string, person: Person, at: Date): Promise<void> {
    if (!isLead(person))
      throw problem(403, 'notOwner', '不能把条目转给其他单位', '请联系热线工作机构办理移交。')
    await demandUnit(person, to)
    const left = await store.findItem(tx, id)
    if (left && left.openErrors > 0)
      throw problem(409, 'errorsOpen', '条目还有未处理的纠错', '请先处理纠错，再移交其他单位。')
    await store.moveItem(tx, id, to)
    await store.addEvent(tx, { subject: 'item', id, type: 'handedOver', at, by: person, data: { from, to } })
  }
}

/** A policy is announced with its day of publication, or its clock would not run. */
function withoutPolicy<D extends KnowledgeDraft>(draft: D): D {
  if (draft.kind !== 'policy') return draft
  throw problem(422, 'policyNotAnnounced', '新政策须先登记公布日期', '请在新政策登记中填写公布日期并上传。', {
    errors: [{ field: 'kind', message: '新政策须先登记公布日期' }],
  })
}
