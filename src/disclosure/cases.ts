import type { Actor } from '../base/actor.ts'
import type { Place } from '../base/cursor.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Tx } from '../db/pool.ts'
import { formatDay, formatInstant, dayOf } from '../statutes/calendar.ts'
import type { CaseView, DraftBody, PublicCase, ReviseBody } from './contract.ts'
import { judgeSource, judgeTexts, type Source } from './decide/guard.ts'
import type { DisclosureParts } from './ports.ts'
import * as store from './store.ts'

/**
 * 群众诉求办理事例 (鞍山 2019 第三十七条第二款): drafted by one person, looked at by a guard, approved by another, and out of
 * sight at once when anybody objects. A case that was withdrawn stays so; whoever wants it back drafts it anew.
 */
export type Cases = ReturnType<typeof createCases>

const unknown = () => problem(404, 'caseUnknown', '没有这个事例', '它可能已经撤下，请返回列表。')
const twoPeople = () =>
  problem(403, 'twoPersonRule', '自己编写的不能自己审核', '请由另一位审核人员审核后公开。')

/** The public sees the newest; older ones are still found by their address. */
const mostShown = 100

export function createCases({
  db,
  clock,
  pii,
  sources,
  peopleOf,
  publicNumbers,
  subjectLabel,
  record,
}: DisclosureParts) {
  type Found = { id: string; statute: string; subject: string | null; concludedIn: string; source: Source }

  /** @throws Problem 404 | 422 unknownOrder, 409 caseProtected | caseNotConcluded */
  async function sourceOf(by: { number: string } | { id: string }): Promise<Found> {
    const found = await sources.find(by)
    if (!found) throw problem(422, 'unknownOrder', '没有这张办理单', '请核对编号后重新提交。')
    const { people, units, concludedAt, ...rest } = found
    const source: Source = { ...rest, people: [...people, ...(await peopleOf(units))] }
    const refused = judgeSource(source, sources.statuteOf(found.statute))
    if (refused) throw refused
    const concludedIn = formatDay(dayOf(concludedAt ?? clock())).slice(0, 7)
    return { id: found.id, statute: found.statute, subject: found.subject, concludedIn, source }
  }

  const trimmed = ({ title, problem: said, handling, outcome }: ReviseBody): ReviseBody => ({
    title: title.trim(),
    problem: said.trim(),
    handling: handling.trim(),
    outcome: outcome.trim(),
  })

  /** @throws Problem 422 caseTells */
  function guard(texts: ReviseBody, source: Source): void {
    const { title, problem: said, handling, outcome } = texts
    const refused = judgeTexts({ title, problem: said, handling, outcome }, source, publicNumbers)
    if (refused) throw refused
  }

  async function underLock(
    id: string,
    state: store.CaseState,
    run: (tx: Tx, row: store.CaseRow) => Promise<void>,
  ): Promise<CaseView> {
    await db.tx(async (tx) => {
      const row = await store.lockCase(tx, id)
      if (!row) throw unknown()
      if (row.state !== state) throw problem(409, 'caseMoved', '事例的状态已经变化', '请刷新后查看最新状态。')
      await run(tx, row)
    })
    return view((await store.findCase(db, id))!)
  }

  const view = (row: store.CaseRow): CaseView => ({
    id: row.id,
    state: row.state,
    title: row.title,
    problem: row.problem,
    handling: row.handling,
    outcome: row.outcome,
    subject: row.subject === null ? null : subjectLabel(row.statute, row.subject),
    concludedIn: row.concludedIn,
    drafted: { at: formatInstant(row.draftedAt), by: row.draftedBy, role: row.draftedRole },
    decided: row.decidedAt && { at: formatInstant(row.decidedAt), by: row.decidedBy ?? '' },
    because: row.because,
    withdrawn: row.withdrawnAt && { at: formatInstant(row.withdrawnAt), by: row.withdrawnBy ?? '' },
    withdrawnBecause: row.withdrawnBecause,
    objections: row.objections,
  })

  const publicView = (row: store.CaseRow): PublicCase => ({
    id: row.id,
    title: row.title,
    subject: row.subject === null ? null : subjectLabel(row.statute, row.subject),
    concludedIn: row.concludedIn,
    problem: row.problem,
    handling: row.handling,
    outcome: row.outcome,
  })

  return {
    /** @throws Problem 422 caseTells | unknownOrder, 409 caseProtected | caseNotConcluded */
    async draft(said: DraftBody, actor: Actor): Promise<CaseView> {
      const { order, ...body } = storable(said)
      const texts = trimmed(body)
      const { id: orderId, source, ...about } = await sourceOf({ number: order })
      guard(texts, source)
      const id = newId()
      await store.insertCase(db, {
        id,
        orderId,
        ...about,
        ...texts,
        draftedAt: clock(),
        draftedBy: actor.id,
        draftedRole: actor.role,
      })
      return view((await store.findCase(db, id))!)
    },

    /** Only whoever drafted it: a second author could approve his own words. @throws Problem 403 | 404 | 409 | 422 */
    async revise(id: string, said: ReviseBody, actor: Actor): Promise<CaseView> {
      const texts = trimmed(storable(said))
      const row = await store.findCase(db, id)
      if (!row) throw unknown()
      const { source } = await sourceOf({ id: row.orderId })
      guard(texts, source)
      return underLock(id, 'draft', async (tx, draft) => {
        if (draft.draftedBy !== actor.id)
          throw problem(403, 'notYourDraft', '只能修改自己编写的事例', '请由编写人修改，或者另写一篇。')
        await store.revise(tx, id, texts, clock())
      })
    },

    /** The guard looks again: what the order knows may have grown since. @throws Problem 403 twoPersonRule, 404, 409, 422 */
    async approve(id: string, actor: Actor): Promise<CaseView> {
      const row = await store.findCase(db, id)
      if (!row) throw unknown()
      const { source } = await sourceOf({ id: row.orderId })
      return underLock(id, 'draft', async (tx, draft) => {
        if (draft.draftedBy === actor.id) throw twoPeople()
        guard(draft, source)
        await store.decide(tx, id, { state: 'published', at: clock(), by: actor.id, because: null })
      })
    },

    async refuse(id: string, reason: string, actor: Actor): Promise<CaseView> {
      return underLock(id, 'draft', async (tx, draft) => {
        if (draft.draftedBy === actor.id) throw twoPeople()
        const because = storable(reason).trim()
        await store.decide(tx, id, { state: 'refused', at: clock(), by: actor.id, because })
      })
    },

    /** At once, by anybody who hears of an objection; nobody has to agree. @throws Problem 404 | 409 */
    withdraw: (id: string, reason: string, actor: Actor): Promise<CaseView> =>
      underLock(id, 'published', async (tx) => {
        const because = storable(reason).trim()
        await object(tx, id, because, { byKind: 'staff', byId: actor.id })
        // What the objector says may tell who he is: the open reason only says that somebody objected.
        await store.withdraw(tx, id, { at: clock(), by: actor.id, because: '有人提出异议' })
      }),

    /** The public's own way: without a question, and without saying who one is. @throws Problem 404 */
    async objected(id: string, words: string): Promise<void> {
      await db.tx(async (tx) => {
        const row = await store.lockCase(tx, id)
        if (row?.state !== 'published') throw unknown()
        await object(tx, id, storable(words).trim(), { byKind: 'public', byId: 'public' })
        await store.withdraw(tx, id, { at: clock(), by: 'public', because: '有人提出异议' })
      })
    },

    /** What objectors wrote; the reading is on the ledger. @throws Problem 404 */
    async objections(id: string, actor: Actor) {
      if (!(await store.findCase(db, id))) throw unknown()
      const rows = await store.objectionsOf(db, id)
      await record(db, { actor, action: 'reveal', subject: { kind: 'disclosureCase', id } })
      return rows.map((o) => ({
        at: formatInstant(o.at),
        by: o.byKind === 'public' ? '公众' : o.byId,
        words: pii.open(o.sealed),
      }))
    },

    async list(f: { state: store.CaseState | null; before: Place | null; limit: number }) {
      const rows = await store.listCases(db, f)
      return { rows, views: rows.map(view) }
    },

    async published(): Promise<PublicCase[]> {
      return (await store.publishedCases(db, sources.slug, mostShown)).map(publicView)
    },

    /** @throws Problem 404 for what is not public, whatever it is */
    async publishedOne(id: string): Promise<PublicCase> {
      const row = await store.findCase(db, id)
      if (row?.state !== 'published') throw unknown()
      return publicView(row)
    },
  }

  function object(tx: Tx, caseId: string, words: string, by: { byKind: 'public' | 'staff'; byId: string }) {
    return store.insertObjection(tx, { id: newId(), caseId, at: clock(), ...by, sealed: pii.seal(words) })
  }
}
