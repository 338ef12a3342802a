import type { Clock } from '../../base/clock.ts'
import type { Place } from '../../base/cursor.ts'
import { newId } from '../../base/ids.ts'
import { problem } from '../../base/problem.ts'
import { storable } from '../../base/storable.ts'
import type { Db, Tx } from '../../db/pool.ts'
import { formatInstant, parseDay } from '../../statutes/calendar.ts'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import type { KnowledgeDraft } from '../contract.ts'
import { clockView, whyNoClock } from '../decide/clocks.ts'
import { isLead, mayWrite, ofUnit, readsSecretPolicy, seesAllUnits } from '../decide/rights.ts'
import { centreUnit, todayOf, type Exemption, type Person } from '../model.ts'
import { addEvent, eventsOf, lockItem, withdrawItem } from '../store.ts'
import type { Writing } from '../writing.ts'
import type { Clocks } from './clocks.ts'
import type { Policy, PolicyAnnouncement, Support } from './contract.ts'
import type { Errors } from './errors.ts'
import * as store from './policy-store.ts'

/**
 * New policies (鞍山草案 第二十一条第（二）项): announced with their day of publication and uploaded before it, unless they
 * are urgent or secret. Until that day the uploaded item answers no citizen. Where the statute sets no limit the same
 * way is open, without a clock.
 */
export type PolicyParts = {
  db: Db
  clock: Clock
  statute: Statute
  clocks: Clocks
  writing: Pick<Writing, 'createWithin'>
  errors: Pick<Errors, 'settleWithdrawn'>
}

export type Policies = ReturnType<typeof createPolicies>

const kind = 'uploadBeforePublication' as const

export function createPolicies({ db, clock, statute, clocks, writing, errors }: PolicyParts) {
  const { knowledgeBase } = statute.topics
  const cite = citesOf(knowledgeBase[kind])
  const refused = (status: number, code: string, title: string, detail: string) =>
    problem(status, code, title, detail, cite ? { cite } : {})

  const unknown = () => problem(404, 'policyUnknown', '没有这项新政策', '请刷新列表后重新选择。')

  function demandDay(day: string): void {
    if (parseDay(day) === null)
      throw problem(422, 'dayUnknown', '公布日期不存在', '请按年-月-日填写。', {
        errors: [{ field: 'publishedOn', message: '公布日期不存在' }],
      })
  }

  function demandExemption(why: Exemption): void {
    const answer = knowledgeBase.uploadExempt
    if (!answer || answer.basis === 'silent' || valueOf(answer, []).some((e) => e.code === why)) return
    const listed = citesOf(answer)
    throw problem(
      422,
      'exemptionUnknown',
      '不属于可以免除的政策',
      answer.says,
      listed ? { cite: listed } : {},
    )
  }

  function demandOwner(person: Person, unitCode: string): void {
    if (!mayWrite(person, unitCode))
      throw refused(403, 'notOwner', '不是本单位的政策', '新政策由制定单位登记和上传。')
  }

  const sees = (person: Person, p: store.PolicyRow): boolean =>
    p.exemption === 'secret'
      ? readsSecretPolicy(person, p.unitCode)
      : seesAllUnits(person) || ofUnit(person, p.unitCode)

  async function locked(tx: Tx, person: Person, id: string): Promise<store.PolicyRow> {
    const row = await store.lockPolicy(tx, id)
    if (!row || !sees(person, row)) throw unknown()
    demandOwner(person, row.unitCode)
    if (row.state === 'cancelled')
      throw problem(409, 'policyCancelled', '该政策已经取消', '需要公布的，请重新登记。')
    return row
  }

  async function viewsOf(rows: readonly store.PolicyRow[]): Promise<Policy[]> {
    const ids = rows.map((r) => r.id)
    const running = await clocks.of(kind, ids)
    const now = clock()
    return rows.map((r): Policy => {
      const own = running.find((c) => c.subjectId === r.id)
      return {
        id: r.id,
        unitCode: r.unitCode,
        title: r.title,
        publishedOn: r.publishedOn,
        state: r.state,
        exemption: r.exemption && { kind: r.exemption, reason: r.exemptionReason! },
        interpretation: r.interpretation,
        training: r.training,
        supportMissing: r.interpretation === null && r.training === null,
        itemId: r.itemId,
        announcedAt: formatInstant(r.announcedAt),
        uploadedAt: r.uploadedAt && formatInstant(r.uploadedAt),
        clock: own ? clockView(own, statute, now) : null,
        noClock: own ? null : whyNone(r),
      }
    })
  }

  function whyNone(p: store.PolicyRow): string | null {
    if (p.exemption !== null) return knowledgeBase.uploadExempt?.says ?? '已申报免除。'
    return p.unitCode === centreUnit
      ? '热线工作机构自己的条目，没有法定上传期限。'
      : whyNoClock(statute, kind)
  }

  const viewOf = async (id: string): Promise<Policy> =>
    (await viewsOf([(await store.findPolicy(db, id))!]))[0]!

  async function uploadWithin(
    tx: Tx,
    person: Person,
    policy: Pick<store.PolicyRow, 'id' | 'unitCode'>,
    draft: KnowledgeDraft,
    support: Support,
    at: Date,
  ): Promise<void> {
    const own = { ...draft, kind: 'policy' as const, unitCode: policy.unitCode }
    const item = await writing.createWithin(tx, person, own, at)
    await store.uploadPolicy(tx, policy.id, {
      itemId: item.id,
      at,
      interpretation: support.interpretation ?? null,
      training: support.training ?? null,
    })
    await clocks.meet(tx, { kind, id: policy.id }, at)
    await addEvent(tx, { subject: 'policy', id: policy.id, type: 'uploaded', at, by: person, data: item })
  }

  return {
    /**
     * A policy is going to be published, or was found published. With `draft` it is uploaded at once.
     * @throws Problem 403 notOwner, 422
     */
    async announce(person: Person, said: PolicyAnnouncement): Promise<Policy> {
      const { unitCode, title, publishedOn, exemption, draft, interpretation, training } = storable(said)
      demandOwner(person, unitCode)
      demandDay(publishedOn)
      if (exemption) demandExemption(exemption.kind)
      const id = newId()
      await db.tx(async (tx) => {
        const at = clock()
        await store.insertPolicy(tx, {
          id,
          unitCode,
          title,
          publishedOn,
          exemption: exemption?.kind ?? null,
          exemptionReason: exemption?.reason ?? null,
          interpretation: interpretation ?? null,
          training: training ?? null,
          statute: statute.slug,
          at,
        })
        await addEvent(tx, {
          subject: 'policy',
          id,
          type: 'announced',
          at,
          by: person,
          data: { publishedOn },
        })
        // 承办单位 only, as for errors.
        if (!exemption && unitCode !== centreUnit)
          await clocks.start(
            tx,
            { kind, id, unitCode, about: `新政策“${title}”上传知识库` },
            { on: publishedOn },
            at,
          )
        if (draft) await uploadWithin(tx, person, { id, unitCode }, draft, {}, at)
      })
      return viewOf(id)
    },

    /** @throws Problem 403 notOwner, 404, 409 policyUploaded | policyCancelled, 422 */
    async upload(person: Person, id: string, said: Support & { draft: KnowledgeDraft }): Promise<Policy> {
      const { draft, ...support } = storable(said)
      await db.tx(async (tx) => {
        const policy = await locked(tx, person, id)
        if (policy.itemId !== null)
          throw problem(409, 'policyUploaded', '该政策已经上传', '需要修改的，请更新对应的知识条目。')
        await uploadWithin(tx, person, policy, draft, support, clock())
      })
      return viewOf(id)
    },

    /**
     * The day of publication moves. A clock that was missed stays missed.
     * @throws Problem 409 policyPublished
     */
    async move(person: Person, id: string, to: { publishedOn: string; reason: string }): Promise<Policy> {
      const { publishedOn, reason } = storable(to)
      demandDay(publishedOn)
      await db.tx(async (tx) => {
        const at = clock()
        const policy = await locked(tx, person, id)
        if (policy.publishedOn <= todayOf(at))
          throw refused(409, 'policyPublished', '该政策的公布日期已到', '公布后不能再更改公布日期。')
        await store.movePolicy(tx, id, publishedOn)
        await clocks.move(tx, { kind, id }, publishedOn, at)
        const data = { from: policy.publishedOn, to: publishedOn, reason }
        await addEvent(tx, { subject: 'policy', id, type: 'moved', at, by: person, data })
      })
      return viewOf(id)
    },

    /**
     * 紧急或者涉密等政策 need not be uploaded before. What is late already is explained to supervision instead.
     * @throws Problem 409 policyUploaded | uploadMissed
     */
    async exempt(person: Person, id: string, said: { kind: Exemption; reason: string }): Promise<Policy> {
      const { kind: why, reason } = storable(said)
      demandExemption(why)
      await db.tx(async (tx) => {
        const at = clock()
        const policy = await locked(tx, person, id)
        if (policy.itemId !== null)
          throw problem(409, 'policyUploaded', '该政策已经上传', '已经上传的政策不需要免除。')
        if (!(await clocks.drop(tx, { kind, id }, at)))
          throw refused(409, 'uploadMissed', '已超过上传期限，不能再申报免除', '请在督办中说明情况。')
        await store.exemptPolicy(tx, id, why, reason)
        await addEvent(tx, { subject: 'policy', id, type: 'exempted', at, by: person, data: { why, reason } })
      })
      return viewOf(id)
    },

    /**
     * It will not be published after all; its item goes, too. For the unit's leader and the centre.
     * @throws Problem 403 roleNotAllowed, 409 policyPublished
     */
    async cancel(person: Person, id: string, said: string): Promise<Policy> {
      const reason = storable(said)
      await db.tx(async (tx) => {
        const at = clock()
        const policy = await locked(tx, person, id)
        if (!isLead(person) && !person.roles.includes('unitLeader'))
          throw problem(403, 'roleNotAllowed', '取消公布由单位分管领导决定', '请报分管领导办理。')
        if (policy.itemId !== null && policy.publishedOn <= todayOf(at))
          throw refused(409, 'policyPublished', '该政策的公布日期已到', '已经公布的，请撤回对应的知识条目。')
        await clocks.drop(tx, { kind, id }, at)
        if (policy.itemId !== null) {
          await lockItem(tx, policy.itemId)
          await withdrawItem(tx, policy.itemId, { at, by: person.id, because: reason })
          await errors.settleWithdrawn(tx, policy.itemId, { person, at, because: reason })
        }
        await store.cancelPolicy(tx, id, at)
        await addEvent(tx, { subject: 'policy', id, type: 'cancelled', at, by: person, data: { reason } })
      })
      return viewOf(id)
    },

    /** @throws Problem 404 */
    async detail(person: Person, id: string) {
      const row = await store.findPolicy(db, id)
      if (!row || !sees(person, row)) throw unknown()
      const events = await eventsOf(db, 'policy', id)
      return {
        ...(await viewsOf([row]))[0]!,
        events: events.map((e) => ({
          type: e.type,
          at: formatInstant(e.at),
          actor: { id: e.actorId, role: e.actorRole },
          data: e.data,
        })),
      }
    },

    /** What was announced last comes first. */
    async list(
      person: Person,
      f: { unit?: string; state?: store.PolicyState; before: Place | null; limit: number },
    ): Promise<{ rows: store.PolicyRow[]; views: Policy[] }> {
      const own = person.unit !== null && ofUnit(person, person.unit) ? person.unit : null
      const rows = await store.listPolicies(db, {
        unit: storable(f.unit ?? null),
        state: f.state ?? null,
        own,
        all: seesAllUnits(person),
        secret: readsSecretPolicy(person, ''),
        before: f.before,
        limit: f.limit,
      })
      return { rows, views: await viewsOf(rows) }
    },
  }
}
