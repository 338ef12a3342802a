import type { Actor } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import { problem, type Problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Db, Tx } from '../db/pool.ts'
import { dayOf, formatDay, formatInstant, parseDay, type Calendar } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import { citeText } from '../statutes/types.ts'
import type { MethodFiled, MethodView, NewUnit, UnitPatch, UnitView } from './contract.ts'
import { judgeParent, methodClock, methodTerm, tidy, type Slip } from './decide.ts'
import type { UnitMethod, UnitRecord } from './model.ts'
import * as store from './store.ts'

export type UnitsParts = {
  db: Db
  clock: Clock
  statute: Statute
  calendar: () => Calendar
  /** By SMS to the contacts of a unit, in the transaction of what it speaks of. */
  tell?: (
    tx: Tx,
    unit: string,
    key: string,
    words: { text: string; name: string; until: string },
  ) => Promise<void>
}

/** 提前七日提醒: the centre's own practice; the term itself is a month. */
const remindMs = 7 * 86_400_000

export type Units = ReturnType<typeof createUnits>

/** The registry of units: their records with the history of every change, and the filing of their own methods. */
export function createUnits({ db, clock, statute, calendar, tell }: UnitsParts) {
  const view = (unit: UnitRecord, version: number): UnitView => ({
    ...unit,
    version,
    leaderless: unit.leader === null || unit.deputy === null,
  })

  const methodView = (m: UnitMethod): MethodView => ({
    unit: m.code,
    issuedOn: m.issuedOn,
    reference: m.reference,
    term: m.term,
    due: formatInstant(m.due),
    provisional: m.provisional,
    cite: m.cite,
    document: m.document,
    office: m.office,
    person: m.person,
    filedAt: m.filedAt && formatInstant(m.filedAt),
    overdue: (m.filedAt ?? clock()) >= m.due,
  })

  async function save(
    tx: Tx,
    before: UnitRecord | null,
    record: UnitRecord,
    version: number,
    actor: Actor,
  ): Promise<UnitView> {
    const after = tidy(record)
    if ('field' in after) throw slipped(after)
    const circle = judgeParent(after.code, after.parent, await store.parentsOf(tx))
    if (circle) throw slipped(circle)
    await store.saveUnit(tx, after)
    await store.insertChange(tx, { code: after.code, version, before, after }, { actor, at: clock() })
    return view(after, version)
  }

  /** A unit that joins later has its month from the day on which it joined. */
  async function startMethodOf(tx: Tx, code: string): Promise<void> {
    const term = methodTerm(statute)
    const issue = term && (await store.lastIssue(tx))
    if (!term || !issue) return
    const today = formatDay(dayOf(clock()))
    const issuedOn = today > issue.issuedOn ? today : issue.issuedOn
    const found = methodClock(term, issuedOn, calendar())
    if (found) await store.startMethods(tx, [code], { ...found, issuedOn, reference: issue.reference })
  }

  async function tellDue(
    tx: Tx,
    { code, issuedOn, due, cite }: store.MethodDue,
    when: 'soon' | 'late',
  ): Promise<void> {
    // The last day ends at 24:00.
    const until = formatDay(dayOf(new Date(due.getTime() - 1)))
    const text =
      when === 'soon'
        ? `本单位的首问责任管理办法应当于${until} 24时前报备案（依据${cite}），请登录平台办理。`
        : `本单位的首问责任管理办法没有在${until} 24时前报备案（依据${cite}），请立即登录平台办理。`
    const name = when === 'soon' ? 'unitMethodDue' : 'unitMethodLate'
    await tell?.(tx, code, `method-${code}-${issuedOn}-${when}`, { text, name, until })
  }

  return {
    async find(code: string): Promise<UnitView> {
      const unit = await store.findUnit(db, storable(code))
      if (!unit) throw unknownUnit()
      return view(unit, await store.lastVersion(db, code))
    },

    /** @throws Problem 409 unitExists, 422 */
    async create(said: NewUnit, actor: Actor): Promise<UnitView> {
      return db.tx(async (tx) => {
        await store.lockRegistry(tx)
        if (await store.findUnit(tx, said.code))
          throw problem(409, 'unitExists', '已有这个代码的单位', '请换一个代码，或者修改原有的单位。')
        const made = await save(tx, null, storable(said), 1, actor)
        await startMethodOf(tx, made.code)
        return made
      })
    },

    /** @throws Problem 404, 409 changedMeanwhile, 422 */
    async change(code: string, patch: UnitPatch, actor: Actor): Promise<UnitView> {
      return db.tx(async (tx) => {
        await store.lockRegistry(tx)
        const before = await store.findUnit(tx, code)
        if (!before) throw unknownUnit()
        const version = await store.lastVersion(tx, code)
        const { version: seen, ...said } = storable(patch)
        if (seen !== undefined && seen !== version)
          throw problem(409, 'changedMeanwhile', '单位信息刚被他人更新', '请刷新后再修改。', {
            extra: { version },
          })
        return save(tx, before, { ...before, ...said, code: before.code }, version + 1, actor)
      })
    },

    async history(code: string) {
      const changes = await store.changesOf(db, storable(code))
      return changes.map(({ at, before, after, ...c }) => ({
        ...c,
        at: formatInstant(at),
        changed: differences(before, after),
        before,
        after,
      }))
    },

    /** E.164 of those who are called and told, in their order. */
    async phonesOf(tx: Tx, code: string): Promise<string[]> {
      const unit = await store.findUnit(tx, code)
      return unit?.active ? unit.contacts.flatMap((c) => c.phone || []) : []
    },

    /**
     * The city issued its method: every unit files its own within the term (丹东 第十五条).
     * @throws Problem 409 notInThisStatute, 422 dayMalformed
     */
    async methodIssued(said: {
      issuedOn: string
      reference: string
    }): Promise<{ units: number; due: string }> {
      const term = methodTerm(statute)
      if (!term) throw noMethod()
      const { issuedOn, reference } = storable(said)
      const today = formatDay(dayOf(clock()))
      if (parseDay(issuedOn) === null || issuedOn > today)
        throw slipped({ code: 'dayMalformed', field: 'issuedOn', message: '请填写办法已经下发的日期' })
      const found = methodClock(term, issuedOn, calendar())
      if (!found) throw noMethod()
      return db.tx(async (tx) => {
        await store.lockRegistry(tx)
        const codes = (await store.listUnits(tx)).filter((u) => u.active).map((u) => u.code)
        const units = await store.startMethods(tx, codes, { ...found, issuedOn, reference })
        return { units, due: formatInstant(found.due) }
      })
    },

    /** The unit files its own method. @throws Problem 409 notInThisStatute | noMethodDue | filedBefore */
    async fileMethod(code: string, said: MethodFiled, actor: Actor): Promise<MethodView> {
      const term = methodTerm(statute)
      if (!term) throw noMethod()
      return db.tx(async (tx) => {
        const owed = await store.lockMethod(tx, storable(code))
        const cite = { cite: citeText(term.cite) }
        if (!owed)
          throw problem(409, 'noMethodDue', '没有等待备案的管理办法', '市级办法下发后才需要备案。', cite)
        if (owed.filedAt)
          throw problem(409, 'filedBefore', '本单位的管理办法已经备案', '办法有修订的，请联系平台。', cite)
        await store.fileMethod(tx, owed, { ...storable(said), at: clock(), by: actor.id })
        return methodView((await store.lockMethod(tx, code))!)
      })
    },

    methods: async (): Promise<MethodView[]> => (await store.methods(db)).map(methodView),

    /**
     * Computes running clocks again under a new calendar, reminds a week before the day, and marks what ran out; each is
     * told once. @returns how many ran out
     */
    async sweep(): Promise<number> {
      const known = calendar()
      const term = methodTerm(statute)
      if (!term) return 0
      for (const method of await store.runningUnderOtherCalendar(db, known.version)) {
        const found = methodClock(term, method.issuedOn, known)
        if (found) await store.moveMethod(db, method, found)
      }
      return db.tx(async (tx) => {
        const now = clock()
        const missed = await store.claimMissed(tx, now)
        for (const method of missed) await tellDue(tx, method, 'late')
        for (const method of await store.claimReminders(tx, now, new Date(now.getTime() + remindMs)))
          await tellDue(tx, method, 'soon')
        return missed.length
      })
    },
  }
}

const unknownUnit = (): Problem =>
  problem(404, 'unknownUnit', '没有这个单位', '请核对代码，或返回名录重新查找。')

const slipped = ({ code, field, message }: Slip): Problem =>
  problem(422, code, '单位信息有误', `${message}。`, { errors: [{ field, message }] })

const noMethod = (): Problem =>
  problem(
    409,
    'notInThisStatute',
    '本市规定没有要求单位的管理办法备案',
    '单位的责任人和机构请直接登记在单位信息中。',
  )

const differences = (before: UnitRecord | null, after: UnitRecord): string[] =>
  Object.keys(after).filter((key) => {
    const field = key as keyof UnitRecord
    return before === null || JSON.stringify(before[field]) !== JSON.stringify(after[field])
  })
