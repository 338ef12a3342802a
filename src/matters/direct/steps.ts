import { newId } from '../../base/ids.ts'
import { toE164 } from '../../base/phone.ts'
import type { Pii } from '../../base/pii.ts'
import type { Tx } from '../../db/pool.ts'
import type { Calendar } from '../../statutes/calendar.ts'
import type { Statute } from '../../statutes/statute.ts'
import { citeText } from '../../statutes/types.ts'
import {
  classOf,
  clockOfDirect,
  firstAsked,
  judgeStep,
  judgeTold,
  tellsOf,
  termOfDirect,
} from '../decide/direct.ts'
import { directSource, type DirectContact, type DirectDuty, type Person } from '../model.ts'
import type { Units } from '../ports.ts'
import type { Matters } from '../service.ts'
import * as clocks from './clock-store.ts'
import type { DirectOrder, DirectStep } from './contract.ts'
import * as store from './store.ts'

export type UnitPerson = Person & { unit: string }

type Parts = {
  pii: Pii
  statute: Statute
  calendar: () => Calendar
  matters: Pick<Matters, 'enterIn'>
  units: Units
}

type Change = Partial<Pick<DirectContact, 'duty' | 'state' | 'settledAt' | 'orderNumber'>>
type Done = {
  change: Change
  cite: string | null
  data?: unknown
  /** What followed from it, after it. */
  also?: { type: string; data: unknown }[]
}

/** What a unit does about a direct contact: each step with its row, clocks and event in one transaction. */
export function createSteps({ pii, statute, calendar, matters, units }: Parts) {
  async function startClock(tx: Tx, d: DirectContact, duty: DirectDuty, from: Date): Promise<void> {
    const started = clockOfDirect(statute, { duty, kind: d.kind }, from, calendar())
    if (started) await clocks.startClock(tx, d.id, statute.slug, started)
  }

  const termId = (d: DirectContact, duty: DirectDuty): string | null =>
    termOfDirect(statute, { duty, kind: d.kind })?.id ?? null

  function citeOfDispute(): string | null {
    const term = termOfDirect(statute, { duty: 'disputed', kind: '' })
    return term && citeText(term.cite)
  }

  /** The caller holds the row's lock. @throws Problem 409 for a step that cannot follow, 422 */
  async function take(tx: Tx, d: DirectContact, step: DirectStep, by: UnitPerson, at: Date): Promise<void> {
    const barred = judgeStep(d, step.type, await store.disputeReported(tx, d.id))
    if (barred) throw barred
    const done = await takeStep(tx, d, step, by, at)
    const { duty, state, settledAt, orderNumber } = { ...d, ...done.change }
    await store.updateDirect(tx, d.id, { duty, state, settledAt, orderNumber })
    const { type, ...said } = step
    await store.addEvent(tx, d.id, { type, at, by, cite: done.cite, data: done.data ?? said })
    for (const more of done.also ?? []) await store.addEvent(tx, d.id, { ...more, at, by, cite: done.cite })
  }

  async function takeStep(
    tx: Tx,
    d: DirectContact,
    step: DirectStep,
    by: UnitPerson,
    at: Date,
  ): Promise<Done> {
    switch (step.type) {
      case 'answered':
        return { change: await settle(tx, d, 'own', at, 'answered'), cite: firstAsked(statute).cite }
      case 'guided': {
        const incomplete = judgeTold(statute, step.told)
        if (incomplete) throw incomplete
        return { change: await settle(tx, d, 'notOwn', at, 'guided'), cite: tellsOf(statute).cite }
      }
      case 'workOrder':
        return order(tx, d, step, by, at)
      case 'disputed':
        await clocks.endClocks(tx, d.id, null, at)
        await startClock(tx, d, 'disputed', at)
        return { change: { duty: 'disputed', state: 'disputed' }, cite: citeOfDispute() }
      case 'disputeReported':
        await clocks.endClocks(tx, d.id, termId(d, 'disputed'), at)
        return { change: {}, cite: citeOfDispute() }
      case 'disputeDecided':
        return decided(tx, d, step.own, at)
    }
  }

  /** What was done shows whose duty it was: its clock is met, whatever the unit had thought before. */
  async function settle(
    tx: Tx,
    d: DirectContact,
    duty: DirectDuty,
    at: Date,
    state: 'answered' | 'guided',
  ): Promise<Change> {
    await startClock(tx, d, duty, d.receivedAt)
    await clocks.endClocks(tx, d.id, termId(d, duty), at)
    return { duty, state, settledAt: at }
  }

  /** Not known as another's before the decision: the term of guiding runs from then. */
  async function decided(tx: Tx, d: DirectContact, own: boolean, at: Date): Promise<Done> {
    const duty = own ? 'own' : 'notOwn'
    await startClock(tx, d, duty, at)
    return { change: { duty, state: 'open' }, cite: citeOfDispute() }
  }

  /**
   * The order with this unit as the first asked: it leads at once, the others help (丹东 第十条第三项), and the order's own
   * terms take over. A unit that was closed meanwhile, or that is complained about, is left out, on record.
   */
  async function order(tx: Tx, d: DirectContact, step: DirectOrder, by: UnitPerson, at: Date): Promise<Done> {
    const known = new Set((await units()).map(({ code }) => code))
    const helps = (unit: string): boolean => known.has(unit) && unit !== step.accusedUnit
    const coUnits = d.otherUnits.filter(helps)
    const registered = await matters.enterIn(
      tx,
      {
        id: newId(),
        way: 'direct',
        source: directSource,
        sourceNumber: d.id,
        entryKey: null,
        contactId: newId(),
        raisedAt: d.receivedAt,
        receivedAt: at,
        enteredAt: at,
        enteredBy: by.id,
        enteredRole: by.role,
        saidLookup: null,
      },
      {
        outcomes: [{ ...draftOf(d, step), ...(coUnits.length > 0 ? { coUnits } : {}) }],
        phone: d.contactSealed ? toE164(pii.open(d.contactSealed)) : null,
        actor: { kind: 'staff', id: by.id, role: by.role },
        agentId: null,
        firstAskedUnit: d.unitCode,
      },
    )
    const number = registered?.orders[0]?.number
    if (number === undefined) throw new Error(`direct contact ${d.id} has been ordered before`)
    await clocks.endClocks(tx, d.id, null, at)
    const change: Change = {
      duty: 'own',
      state: 'ordered',
      settledAt: at,
      orderNumber: number,
    }
    const also = d.otherUnits.map((unit) => ({
      type: helps(unit) ? 'unitJoined' : 'unitNotJoined',
      data: { unit },
    }))
    return { change, cite: firstAsked(statute).cite, data: { order: number }, also }
  }

  function draftOf(d: DirectContact, { type, class: said, ...rest }: DirectOrder) {
    const open = (sealed: string | null) => (sealed === null ? undefined : pii.open(sealed))
    const cls = classOf(statute, d.kind, said)
    const identity = { name: open(d.nameSealed), home: open(d.homeSealed), contact: open(d.contactSealed) }
    const requester = Object.fromEntries(
      Object.entries({ kind: d.requesterKind, ...identity }).filter(([, value]) => value !== undefined),
    )
    return {
      ...rest,
      type,
      facts: d.summary,
      kind: d.kind,
      requester,
      accept: true,
      leadUnit: d.unitCode,
      ...(cls ? { class: cls } : {}),
    }
  }

  return { startClock, take }
}
