import type { Clock } from '../../base/clock.ts'
import type { Place } from '../../base/cursor.ts'
import { newId } from '../../base/ids.ts'
import { problem } from '../../base/problem.ts'
import { storable } from '../../base/storable.ts'
import type { Db, Tx } from '../../db/pool.ts'
import { formatInstant } from '../../statutes/calendar.ts'
import type { Statute } from '../../statutes/statute.ts'
import { clockView, whyNoClock } from '../decide/clocks.ts'
import { isCentre, mayRead, mayRefuseError, ofUnit, seesAllUnits, unknownItem } from '../decide/rights.ts'
import { centreUnit, todayOf, type Person } from '../model.ts'
import type { Remind, Units } from '../ports.ts'
import { lockItem } from '../store.ts'
import type { Clocks } from './clocks.ts'
import type { ErrorReport } from './contract.ts'
import * as store from './error-store.ts'

/**
 * 错漏信息. Anybody who works with an item reports what is wrong or missing; its unit completes or corrects it, or its
 * leader says why it is right. Where the statute sets a limit it runs from the moment at which the report lies in the
 * unit's list, which is when the unit receives it (as an order is received when it is delivered).
 */
export type ErrorParts = {
  db: Db
  clock: Clock
  statute: Statute
  clocks: Clocks
  remind: Remind
  units: Units
}

type Done = { person: Person; at: Date }

export type Errors = ReturnType<typeof createErrors>

export function createErrors({ db, clock, statute, clocks, remind, units }: ErrorParts) {
  const kind = 'errorCorrection' as const

  const settled = () =>
    problem(409, 'errorSettled', '纠错已经处理', '请刷新后查看处理结果；仍有错漏的可以再次提交。')

  /** Locks the reports that a version names. @throws Problem 409 errorSettled, 422 errorUnknown */
  async function openOnes(
    tx: Tx,
    ids: readonly string[],
    where: { item: string | null; unitCode: string },
  ): Promise<store.ErrorRow[]> {
    const wanted = new Set(ids)
    const rows = await store.lockErrors(tx, [...wanted])
    const own = rows.filter(
      (r) => r.unitCode === where.unitCode && (r.itemId === null || r.itemId === where.item),
    )
    if (own.length < wanted.size)
      throw problem(422, 'errorUnknown', '没有这条纠错', '请选择针对本条目或者本单位的纠错。', {
        errors: [{ field: 'corrects', message: '没有这条纠错' }],
      })
    if (own.some((r) => r.state !== 'open')) throw settled()
    return own
  }

  async function settleAll(
    tx: Tx,
    ids: readonly string[],
    how: Parameters<typeof store.settle>[2],
  ): Promise<void> {
    await store.settle(tx, ids, how)
    for (const id of [...ids].sort()) await clocks.meet(tx, { kind, id }, how.at)
  }

  async function viewsOf(rows: readonly store.ErrorRow[], person: Person): Promise<ErrorReport[]> {
    const running = await clocks.of(
      kind,
      rows.map((r) => r.id),
    )
    const now = clock()
    return rows.map((r): ErrorReport => {
      const own = running.find((c) => c.subjectId === r.id)
      return {
        id: r.id,
        itemId: r.itemId,
        version: r.version,
        title: r.title,
        unitCode: r.unitCode,
        what: r.what,
        reportedAt: formatInstant(r.reportedAt),
        reportedBy: { id: r.reportedBy, role: r.reportedRole },
        state: r.state,
        settledAt: r.settledAt && formatInstant(r.settledAt),
        settledBy: r.settledBy === null ? null : { id: r.settledBy, role: r.settledRole! },
        reason: r.reason,
        corrected: r.correctedItem === null ? null : { id: r.correctedItem, version: r.correctedVersion! },
        clock: own ? clockView(own, statute, now) : null,
        noClock: own ? null : noClock(r.unitCode),
        mayRefuse: r.state === 'open' && mayRefuseError(person, r.unitCode),
      }
    })
  }

  const noClock = (unitCode: string): string | null =>
    unitCode === centreUnit ? '热线工作机构自己的条目，没有法定纠错期限。' : whyNoClock(statute, kind)

  const sees = (person: Person, r: store.ErrorRow): boolean =>
    isCentre(person) ||
    ofUnit(person, r.unitCode) ||
    r.reportedBy === person.id ||
    (seesAllUnits(person) && !r.confidential)

  const unknown = () => problem(404, 'errorUnknown', '没有这条纠错', '请刷新列表后重新选择。')

  type Said = { itemId?: string; version?: number; unitCode?: string; what: string }

  /** `report`, in the transaction of what found it. @returns the id of the report */
  async function reportIn(tx: Tx, person: Person, said: Said): Promise<string> {
    const id = newId()
    const what = storable(said.what)
    const at = clock()
    const about =
      said.itemId === undefined
        ? await missing(said.unitCode)
        : await wrong(tx, person, said.itemId, said.version, at)
    await store.insertError(tx, { id, ...about, what, statute: statute.slug, at, by: person })
    const words = about.itemId === null ? '知识库缺少内容' : `知识条目“${about.title}”有错漏`
    const subject = { kind, id, unitCode: about.unitCode, about: words }
    // 承办单位 only: the centre's own items have no limit in any statute.
    const started = about.unitCode === centreUnit ? null : await clocks.start(tx, subject, { at }, at)
    await remind(tx, {
      unit: about.unitCode,
      why: 'errorReported',
      subject: { kind, id, about: words },
      due: started?.due ?? null,
      cite: started?.cite ?? null,
      at,
    })
    return id
  }

  return {
    reportIn,

    /**
     * @param said the item, or the unit in whose items something is missing
     * @throws Problem 404, 409 knowledgeWithdrawn, 422 unitUnknown | versionUnknown
     */
    async report(person: Person, said: Said): Promise<ErrorReport> {
      const id = await db.tx((tx) => reportIn(tx, person, said))
      return (await viewsOf([(await store.findError(db, id))!], person))[0]!
    },

    /** A new version, or a new item, completes or corrects. Called under the item's lock. */
    async settleCorrected(
      tx: Tx,
      ids: readonly string[],
      where: { item: string | null; unitCode: string },
      version: { id: string; version: number },
      { person, at }: Done,
    ): Promise<void> {
      if (ids.length === 0) return
      const rows = await openOnes(tx, ids, where)
      const how = { state: 'corrected', at, by: person, reason: null, version } as const
      await settleAll(
        tx,
        rows.map((r) => r.id),
        how,
      )
    },

    /** The item is taken out: what was wrong is no longer given. */
    async settleWithdrawn(
      tx: Tx,
      itemId: string,
      { person, at, because }: Done & { because: string },
    ): Promise<void> {
      const ids = await store.openErrorsOf(tx, itemId)
      await store.lockErrors(tx, ids)
      const how = { state: 'withdrawn', at, by: person, reason: because, version: null } as const
      await settleAll(tx, ids, how)
    },

    /**
     * The item is right as it stands, says the unit's leader in charge.
     * @throws Problem 403 roleNotAllowed, 404, 409 errorSettled
     */
    async refuse(person: Person, id: string, reason: string): Promise<ErrorReport> {
      await db.tx(async (tx) => {
        const [row] = await store.lockErrors(tx, [id])
        if (!row || !sees(person, row)) throw unknown()
        if (!mayRefuseError(person, row.unitCode))
          throw problem(403, 'roleNotAllowed', '不予更正由单位分管领导决定', '请报分管领导说明理由。')
        if (row.state !== 'open') throw settled()
        const how = {
          state: 'refused',
          at: clock(),
          by: person,
          reason: storable(reason),
          version: null,
        } as const
        await settleAll(tx, [id], how)
      })
      return (await viewsOf([(await store.findError(db, id))!], person))[0]!
    },

    /** @throws Problem 404 */
    async find(person: Person, id: string): Promise<ErrorReport> {
      const row = await store.findError(db, id)
      if (!row || !sees(person, row)) throw unknown()
      return (await viewsOf([row], person))[0]!
    },

    /** Newest first. A unit sees what it received and what its people reported. */
    async list(
      person: Person,
      f: { unit?: string; item?: string; state?: store.ErrorState; before: Place | null; limit: number },
    ): Promise<{ rows: store.ErrorRow[]; views: ErrorReport[] }> {
      const own = person.unit !== null && ofUnit(person, person.unit) ? person.unit : null
      const rows = await store.listErrors(db, {
        unit: storable(f.unit ?? null),
        item: f.item ?? null,
        state: f.state ?? null,
        seenBy: seesAllUnits(person) ? null : { unit: own, person: person.id },
        publicOnly: !isCentre(person),
        before: f.before,
        limit: f.limit,
      })
      return { rows, views: await viewsOf(rows, person) }
    },
  }

  async function wrong(tx: Tx, person: Person, itemId: string, version: number | undefined, at: Date) {
    // locked: a report that crosses the item's withdrawal would stay open for ever
    const item = await lockItem(tx, itemId)
    if (!item || !mayRead(item, person, todayOf(at))) throw unknownItem()
    if (item.withdrawnAt)
      throw problem(409, 'knowledgeWithdrawn', '条目已经撤回', '撤回的条目不再提供给坐席，无需纠错。')
    if (version !== undefined && version > item.newest)
      throw problem(422, 'versionUnknown', '没有这个版本', '请选择已有的版本。', {
        errors: [{ field: 'version', message: '没有这个版本' }],
      })
    const title = item.confidential ? '内部条目' : item.title
    return { itemId, version: version ?? item.newest, unitCode: item.unitCode, title }
  }

  async function missing(unitCode: string | undefined) {
    const code = storable(unitCode ?? '')
    if (code !== centreUnit && !(await units()).some((u) => u.code === code))
      throw problem(422, 'unitUnknown', '没有这个承办单位', '请选择条目，或者选择缺少内容的单位。', {
        errors: [{ field: 'unitCode', message: '没有这个承办单位' }],
      })
    return { itemId: null, version: null, unitCode: code, title: null }
  }
}
