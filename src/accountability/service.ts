import type { Actor } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import { sqlState, uniqueViolation, type Db, type Tx } from '../db/pool.ts'
import { addMonths, dayOf, formatDay, parseDay, type Day } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import type { Statute } from '../statutes/statute.ts'
import type { CorrectionBody, DecisionBody, Recorded, RecordView, WindowView } from './contract.ts'
import { judge, type Refused } from './decide.ts'
import {
  actsOf,
  counted,
  mitigationsOf,
  reachedWith,
  repetitionOf,
  standing,
  type AccountabilityRecord,
  type Repetition,
} from './model.ts'
import type { OrderEvidence, Orders } from './ports.ts'
import * as store from './store.ts'
import { recordView, windowView } from './view.ts'

export type AccountabilityParts = {
  db: Db
  clock: Clock
  /** The city's own; each record is judged by the statute of its order. */
  statute: Statute
  statutes: Statutes
  orders: Orders
}

type Corrects = { corrects: string; reason: string; withdrawn: boolean }

/** 责任追究: decisions about units, counted over rolling months; enough of them propose that clues are passed on. */
export function createAccountability({ db, clock, statute: own, statutes, orders }: AccountabilityParts) {
  async function evidenceOf(tx: Tx, number: string): Promise<OrderEvidence> {
    const found = await orders.find(tx, number)
    if (!found) throw problem(422, 'unknownOrder', '没有这张办理单', '责任追究应当有办理单为据，请核对编号。')
    return found
  }

  /** Judges, writes and counts; the unit is locked, so that two decisions at once are counted one after the other. */
  async function write(
    tx: Tx,
    said: DecisionBody,
    actor: Actor,
    corrects: Corrects | null,
  ): Promise<Recorded> {
    const evidence = await evidenceOf(tx, said.order)
    const statute = statutes.of(evidence.statute)
    const at = clock()
    const unit = said.unit ?? null
    const mitigation = said.mitigation ?? []
    const refused = judge(
      { ...said, unit, mitigation },
      statute,
      { units: evidence.units, registeredOn: formatDay(dayOf(evidence.registeredAt)) },
      dayOf(at),
    )
    if (refused) throw refusalProblem(refused)
    await store.lockUnit(tx, unit)
    const record: AccountabilityRecord = {
      id: newId(),
      unit,
      statute: statute.slug,
      ground: said.ground,
      orderId: evidence.id,
      orderNumber: evidence.number,
      decidedBy: said.decidedBy,
      document: said.document?.trim() || null,
      decidedOn: said.decidedOn,
      outcome: said.outcome,
      mitigation: [...mitigation],
      note: said.note?.trim() || null,
      cite: actsOf(statute).cite,
      corrects: corrects?.corrects ?? null,
      withdrawn: corrects?.withdrawn ?? false,
      correctionReason: corrects?.reason ?? null,
      recordedBy: actor.id,
      recordedRole: actor.role,
      recordedAt: at,
    }
    await store.insert(tx, record, statute.version)
    return count(tx, record, statute, at)
  }

  async function count(tx: Tx, record: AccountabilityRecord, statute: Statute, at: Date): Promise<Recorded> {
    const view = recordView(record, null, statute)
    const repetition = repetitionOf(statute)
    if (!repetition) return { record: view, window: null, proposed: false }
    const stands = standing(await store.ofUnit(tx, statute.slug, record.unit))
    const together = stands.some((r) => r.id === record.id) ? reachedWith(stands, record, repetition) : null
    const proposed = together
      ? await orders.propose(tx, record.orderNumber, {
          to: repetition.to,
          grounds: [repetition.ground],
          reason: `${record.unit ?? '平台'}在一年之内被责任追究${together.length}次：${together
            .map((r) => `${r.decidedOn}（办理单${r.orderNumber}）`)
            .join('、')}`,
          cite: repetition.cite,
        })
      : false
    return {
      record: view,
      window: windowView(record.unit, counted(stands, dayOf(at), repetition), repetition),
      proposed,
    }
  }

  return {
    /** What can be recorded under the city's statute. */
    grounds: () => ({ statute: own.slug, acts: actsOf(own), mitigations: mitigationsOf(own) }),

    /** @throws Problem 422 */
    record: (body: DecisionBody, actor: Actor): Promise<Recorded> =>
      db.tx((tx) => write(tx, storable(body), actor, null)),

    /** A further record in the place of one, or none. @throws Problem 404 | 409 | 422 */
    async correct(id: string, body: CorrectionBody, actor: Actor): Promise<Recorded> {
      const said = storable(body)
      const { reason } = said
      try {
        return await db.tx(async (tx) => {
          const first = await store.find(tx, id)
          if (!first) throw problem(404, 'unknownRecord', '没有这条责任追究记录', '请返回列表重新查找。')
          if (await store.correctionOf(tx, id)) throw correctedBefore()
          if (first.withdrawn)
            throw problem(409, 'withdrawnBefore', '这条记录已经撤销', '如有新的决定，请另行登记。')
          return 'withdrawn' in said
            ? write(tx, asSaid(first), actor, { corrects: id, reason, withdrawn: true })
            : write(tx, said, actor, { corrects: id, reason, withdrawn: false })
        })
      } catch (error) {
        // Of two corrections at once the first wins.
        if (sqlState(error) === uniqueViolation) throw correctedBefore()
        throw error
      }
    },

    async records(
      filter: store.RecordFilter,
    ): Promise<{ rows: AccountabilityRecord[]; items: RecordView[] }> {
      const rows = await store.list(db, filter)
      return { rows, items: rows.map((r) => recordView(r, r.correctedBy, statutes.of(r.statute))) }
    },

    /** Units with decisions that count today, those that reached the number first. */
    async windows(): Promise<{ on: string; known: boolean; items: WindowView[] }> {
      const today: Day = dayOf(clock())
      const on = formatDay(today)
      const repetition = repetitionOf(own)
      if (!repetition) return { on, known: false, items: [] }
      const since = formatDay(addMonths(today, -repetition.months))
      const found = await store.decidedSince(db, own.slug, since)
      return { on, known: true, items: windowsOf(standing(found), today, repetition) }
    },
  }
}

export type Accountability = ReturnType<typeof createAccountability>

function windowsOf(
  stands: readonly AccountabilityRecord[],
  today: Day,
  repetition: Repetition,
): WindowView[] {
  const units = [...new Set(stands.map((r) => r.unit))]
  return units
    .map((unit) => {
      const of = stands.filter((r) => r.unit === unit)
      return windowView(unit, counted(of, today, repetition), repetition)
    })
    .filter((window) => window.count > 0)
    .sort((a, b) => b.count - a.count || (a.unit ?? '').localeCompare(b.unit ?? ''))
}

/** A withdrawal says again what it takes away. */
const asSaid = (r: AccountabilityRecord): DecisionBody => ({
  ...(r.unit === null ? {} : { unit: r.unit }),
  ground: r.ground,
  order: r.orderNumber,
  decidedBy: r.decidedBy,
  ...(r.document === null ? {} : { document: r.document }),
  decidedOn: formatDay(parseDay(r.decidedOn) ?? 0),
  outcome: r.outcome,
  mitigation: r.mitigation,
  ...(r.note === null ? {} : { note: r.note }),
})

const correctedBefore = () => problem(409, 'correctedBefore', '这条记录已经更正', '请更正最新的一条。')

const refusalProblem = ({ refused, title, detail, cite }: Refused) =>
  problem(422, refused, title, detail, cite === null ? {} : { cite })
