import { system, type Actor } from '../base/actor.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import { toE164 } from '../base/phone.ts'
import { sqlState, uniqueViolation, type Db, type Transaction, type Tx } from '../db/pool.ts'
import type { Requesters } from '../requesters/service.ts'
import type { CallEvent, CallFact, DeviceFact } from '../telephony/call-event.ts'
import * as store from './call-store.ts'
import type { Door } from './door.ts'
import { creditOf, credits, type Contact, type Requirement } from './model.ts'
import { addressOf } from './reads.ts'
import { abandonedLately, findByCallId } from './store.ts'
import type { ContactFact } from './transition.ts'

/** What the rest of the program does when a call moves; composed in context.ts. */
export type CallListeners = {
  deviceState(event: DeviceFact): Promise<void>
  /** The agent signed in at that phone now. */
  agentOfPhone(phone: string): Promise<string | null>
  /** An agent's phone did not take a call that was his. */
  phoneFailed(agentId: string, contactId: string, status: string): Promise<void>
  /** Steps of a three-way call and the emergency key; kept by the referral slice. */
  emergency(contact: Contact, event: CallFact): Promise<void>
  /** The caller's leg may be claimed: his contact is committed. */
  arrived(contact: Contact, harassing: boolean): Promise<void>
  /** The caller waits in hold, but his contact has ended: nobody would ever take him. */
  stranded(contact: Contact): Promise<void>
}

export type CallDeps = {
  db: Db
  door: Door
  requesters: Pick<Requesters, 'ensure' | 'harassers' | 'inNeedOfCare'>
  requirementFor: (account: string) => Requirement
  seal: (plain: string) => string
  listeners: CallListeners
  log: Log
}

const actor: Actor = system('telephony')

/** Tries to reach a citizen by call back (semantics: defaults). Local policy. */
export const callBackTries = 3
/** A try is over by then, whatever was heard of it, ms: Asterisk lets a telephone ring for less. */
export const callBackTryMs = 60_000
/** Pause after each try that failed, ms. Local policy. */
export const callBackPauses = [5 * 60_000, 15 * 60_000] as const

/**
 * Consumes what telephony says about calls. Each fact is kept once by its key, in the transaction of the change it
 * causes, so a replay after a resync or from the spool is harmless.
 */
export function createCallSink(deps: CallDeps): { handle(event: CallEvent): Promise<void> } {
  return {
    async handle(event) {
      if (event.type === 'deviceState') return deps.listeners.deviceState(event)
      if (event.type === 'callArrived') return arrive(deps, event)
      if (saysNothing(event)) return
      const [contact, agentId] = await Promise.all([
        findByCallId(deps.db, event.callId),
        agentIn(deps, event),
      ])
      if (!contact) return keepOrphan(deps, event)
      // What follows is told by this process; the bells, for should it die, ring when the relay next looks.
      await apply(deps, contact, event, agentId, (tx) => keep(tx, event))
    },
  }
}

/** Steps on the way, of which the contact hears by what follows from them. */
const saysNothing = (event: CallFact): boolean =>
  event.type === 'callRinging' ||
  event.type === 'callAnswered' ||
  event.type === 'nativeEnded' ||
  (event.type === 'dialEnded' && (event.status === 'ANSWER' || event.status === 'CANCEL'))

/** The agent at the phone that the fact names. */
const agentIn = async (deps: CallDeps, event: CallFact): Promise<string | null> =>
  'phone' in event && event.phone ? deps.listeners.agentOfPhone(event.phone) : null

/** Rolls back what a fact would do that was kept before. */
class KeptBefore extends Error {}

async function unlessKept<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof KeptBefore) return null
    throw error
  }
}

/** Statements that do not need each other's answers are given at once: three round trips for a known caller. */
async function arrive(deps: CallDeps, event: CallFact & { type: 'callArrived' }): Promise<void> {
  const { requesters } = deps
  const address = event.withheld ? null : toE164(event.ani)
  const write = async (tx: Transaction) => {
    const [fresh, [person]] = await Promise.all([
      keep(tx, event),
      requesters.ensure(tx, [{ kind: 'phone', address }]),
    ])
    if (!fresh) throw new KeptBefore()
    if (!person) throw new Error('no requester for a call')
    const ids = person.isNew ? [] : [person.requesterId]
    const [harassing, care, abandonedBefore] = await Promise.all(
      [requesters.harassers, requesters.inNeedOfCare, abandonedLately].map(
        async (among) => ids.length > 0 && (await among(tx, ids)).size > 0,
      ),
    )
    const standing = { harassing: harassing!, care: care!, abandonedBefore: abandonedBefore! }
    const contact = await store.insertCall(tx, {
      id: newId(),
      callId: event.callId,
      node: event.node,
      account: event.dnis,
      lookup: person.lookup,
      sealed: person.sealed,
      requesterId: person.requesterId,
      receivedAt: new Date(event.at),
      creditMs: creditOf(standing),
      requirement: deps.requirementFor(event.dnis),
    })
    return contact && { contact, harassing: standing.harassing }
  }
  const made = await unlessKept(() => deps.db.tx(write))
  if (made) {
    await Promise.all([
      deps.listeners.arrived(made.contact, made.harassing),
      replayEarlier(deps, made.contact, event),
    ])
    return
  }
  // Known already: the claim may still be owed, for instance when the gateway died between commit and claim.
  const contact = await findByCallId(deps.db, event.callId)
  if (contact && contact.endedAt === null) await deps.listeners.arrived(contact, contact.creditMs < 0)
}

/**
 * A gateway that took over saw the end of a call before it learnt of its beginning: those facts were kept and wait here.
 * Without this the contact would stay open for ever, because a fact counts once.
 */
async function replayEarlier(deps: CallDeps, contact: Contact, arrival: CallFact): Promise<void> {
  const { callId, node } = arrival
  for (const { key, type, data, at } of await store.factsOf(deps.db, callId)) {
    const event = { ...data, key, type, callId, node, at: at.getTime() } as CallFact
    if (saysNothing(event)) continue
    const current = await findByCallId(deps.db, callId)
    await apply(deps, current ?? contact, event, await agentIn(deps, event), async () => true)
  }
}

/** What a call's fact means for its contact; null when it means nothing for the state. */
export function factOf(event: CallFact, contact: Contact, agentId: string | null): ContactFact[] {
  switch (event.type) {
    case 'callHeld':
      return held(event, contact)
    case 'outPhoneAnswered':
      return [{ type: 'phoneAnswered' }]
    case 'outFailed':
      return [{ type: 'dialFailed', status: event.status }]
    case 'callBridged':
      // Whoever calls out is known from the beginning, whichever telephone he sits at.
      if (contact.direction === 'outbound') return [{ type: 'connected' }]
      // A colleague took the caller over: the contact is his from here on.
      if (agentId && contact.agentId !== agentId && talking.includes(contact.state))
        return [{ type: 'transferred', agentId }]
      // The record of a leg that has ended says nothing about one who waits again.
      return agentId && !(event.legId === 'record' && contact.state === 'queued')
        ? [{ type: 'connected', agentId }]
        : [{ type: 'connected' }]
    case 'callNative':
      return [{ type: 'native' }]
    case 'nativeAnswered':
      return [{ type: 'nativeAnswered', agentId }]
    case 'callBackRequested':
      return [{ type: 'callBackRequested' }]
    case 'callBackFailed':
      return lostTry(contact, event.status)
    case 'voicemailLeft':
      return [{ type: 'voicemailLeft' }]
    case 'legHeld':
      return [{ type: 'held' }]
    case 'legResumed':
      return [{ type: 'resumed' }]
    case 'consultAnswered':
      return [{ type: 'consulting' }]
    case 'consultEnded':
      return [{ type: 'consultEnded' }]
    case 'callEnded':
      return isLostTry(event, contact) ? lostTry(contact, 'CANCEL') : ended(event, contact, agentId)
    default:
      return []
  }
}

/** The citizen did not answer, or was gone before anybody spoke with him: he is not rung again at once. */
const isLostTry = (event: CallFact, contact: Contact): boolean =>
  event.type === 'callBackFailed' ||
  (event.type === 'callEnded' &&
    !spoke(event) &&
    contact.callBack &&
    contact.callBackTries > 0 &&
    ['queued', 'offered', 'connecting'].includes(contact.state))

/** The debt goes back to its place, until the last try is used up. */
const lostTry = (contact: Contact, status: string): ContactFact[] => [
  { type: 'dialFailed', status },
  ...(contact.callBackTries >= callBackTries ? [{ type: 'failed' } as const] : []),
]

/** Whether he was speaking when it ended: who was given back has spoken before, and now waits again or rings. */
const spoke = ({ answered, stage }: CallFact & { type: 'callEnded' }): boolean =>
  answered && stage !== 'hold' && stage !== 'ring'

const talking: readonly Contact['state'][] = ['active', 'held', 'consulting']

function held(event: CallFact & { type: 'callHeld' }, contact: Contact): ContactFact[] {
  if (contact.state === 'received' || contact.state === 'screened') return [{ type: 'queued' }]
  // After a hand-over the agent has gone; a gateway that was away sees only that the caller waits.
  if (event.reason === 'farSideLeft' || (contact.state === 'wrapUp' && event.reason === 'agentLost'))
    return [{ type: 'requeued', reason: 'farSideLeft' }]
  // Back from the telephone of the last agent: he of whom `dialEnded` says so has lost the offer by that, the next has not.
  if (contact.state === 'offered' && (event.reason === 'noAnswer' || event.reason === 'asked')) return []
  // Nobody took the call over: his agent has let go of him, so he is at the head of the queue.
  if (event.reason === 'noAnswer' && talking.includes(contact.state))
    return [{ type: 'requeued', reason: 'transfer' }]
  if (event.reason === 'noAnswer') return [{ type: 'dialFailed', status: event.lastDial }]
  if (event.reason === 'agentLost') return [{ type: 'requeued', reason: 'agentLost' }]
  if (event.reason === 'asked') return [{ type: 'requeued', reason: 'transfer' }]
  return []
}

/**
 * A hang-up seen without what went before (a gap in the link, the native queue while the gateway was away): the missing
 * steps are made up for first, so the contact ends in the same way as if they had been seen.
 */
function ended(
  event: CallFact & { type: 'callEnded' },
  contact: Contact,
  agentId: string | null,
): ContactFact[] {
  const hungUp: ContactFact = { type: 'hungUp', at: new Date(event.at) }
  if (!spoke(event)) return [hungUp]
  const owner = agentId ?? contact.agentId
  switch (contact.state) {
    case 'received':
    case 'screened':
    case 'queued':
      return [{ type: 'native' }, { type: 'nativeAnswered', agentId: owner }, hungUp]
    case 'native':
      return contact.bridgedAt ? [hungUp] : [{ type: 'nativeAnswered', agentId: owner }, hungUp]
    case 'offered':
    case 'connecting':
      return event.stage === 'nativeTalk'
        ? [{ type: 'native' }, { type: 'nativeAnswered', agentId: owner }, hungUp]
        : [{ type: 'connected' }, hungUp]
    default:
      return [hungUp]
  }
}

/** @param isFresh keeps the fact in the transaction of its change; false for one that has had its effect already */
async function apply(
  deps: CallDeps,
  contact: Contact,
  event: CallFact,
  agentId: string | null,
  isFresh: (tx: Tx) => Promise<boolean>,
): Promise<void> {
  const { listeners } = deps
  if (event.type === 'dialEnded') {
    if (agentId) await listeners.phoneFailed(agentId, contact.id, event.status)
    return
  }
  if (['emergencyKey', 'confJoined', 'confLeft', 'confFailed'].includes(event.type)) {
    const fresh = await deps.db.tx(async (tx) => {
      if (!(await isFresh(tx))) return false
      if (event.type === 'emergencyKey') await store.raiseEmergency(tx, contact.id, credits.lifeOrProperty)
      return true
    })
    if (fresh) await listeners.emergency(contact, event)
    return
  }

  const facts: ContactFact[] =
    event.type === 'voicemailLeft' && !(await addressOf(deps.db, contact.id))?.sealed
      ? [{ type: 'voicemailLeft', unreachable: true }]
      : factOf(event, contact, agentId)
  let stranded = false
  const write = async (tx: Tx, facts: ContactFact[]) => {
    const done: { contact: Contact; fact: ContactFact; before: Contact['state'] }[] = []
    let known = contact
    const step = async (fact: ContactFact): Promise<void> => {
      const taker = fact.type === 'transferred' || fact.type === 'connected' ? fact.agentId : undefined
      if (taker && taker !== known.agentId) done.push(...(await letGo(tx, deps, taker, contact.id)))
      const before = known.state
      // Told late of a caller who has hung up since: nobody waits.
      const isBack = before === 'wrapUp' && fact.type === 'requeued'
      if (isBack && (await store.hasEndedSince(tx, event.callId, new Date(event.at)))) return
      const applied = await deps.door.applyIn(tx, contact.id, fact, { actor, data: dataOf(event), known })
      if (!applied.ok) {
        deps.log.info(
          { contactId: contact.id, fact: fact.type, state: applied.contact?.state },
          'call fact came too late',
        )
        stranded ||= event.type === 'callHeld' && applied.refused === 'ended'
        return
      }
      if (applied.note) return
      await companions(tx, deps, applied.contact, event, fact)
      done.push({ contact: applied.contact, fact, before })
      known = applied.contact
    }
    // The fact and the first of its changes travel together; a fact that was known takes the change back.
    const [first, ...others] = facts
    const [fresh] = await Promise.all([isFresh(tx), first && step(first)])
    if (!fresh) throw new KeptBefore()
    for (const fact of others) await step(fact)
    // Also of a contact that nobody has any more: it was given back while the telephone rang.
    if (contact.callBack && (event.type === 'callHeld' || event.type === 'callBridged'))
      await store.endTry(tx, contact.id)
    if (isLostTry(event, contact))
      await store.postponeCallBack(
        tx,
        contact.id,
        callBackPauses[contact.callBackTries - 1] ?? callBackPauses[0],
      )
    if (event.type === 'callBackRequested') {
      const reachable = await store.keepAddress(tx, contact.id, sealedIn(deps, event))
      // Nobody could ever call him: better said now than to one agent after the other.
      if (!reachable && done.length > 0) await step({ type: 'failed' })
    }
    return done
  }
  const attempt = (what: ContactFact[]) => () => deps.db.tx((tx) => write(tx, what))
  const ifRival = (again: () => ReturnType<typeof write>) => (error: unknown) => {
    if (sqlState(error) === uniqueViolation) return again()
    throw error
  }
  const changes = await unlessKept(() =>
    attempt(facts)()
      // An offer to the agent who took the call may have been on its way: the second time it is seen.
      .catch(ifRival(attempt(facts)))
      // By the ledger he speaks with somebody else, whose end is still to come: the caller stays whose he was.
      .catch(ifRival(attempt(event.type === 'callBridged' ? factOf(event, contact, null) : facts))),
  )
  for (const change of changes ?? []) deps.door.announce(change.contact, change.fact, change.before)
  if (stranded) await listeners.stranded(contact)
}

/** Who speaks with one caller cannot take another who is just being offered to him: that one waits again. */
async function letGo(tx: Tx, deps: CallDeps, agentId: string, exceptId: string) {
  const fact: ContactFact = { type: 'dialFailed', status: 'BUSY' }
  const done: { contact: Contact; fact: ContactFact; before: Contact['state'] }[] = []
  for (const { id, state } of await store.ringingAt(tx, agentId, exceptId)) {
    const applied = await deps.door.applyIn(tx, id, fact, { actor, data: { why: 'tookAnother' } })
    if (applied.ok && !applied.note) done.push({ contact: applied.contact, fact, before: state })
  }
  return done
}

/** What belongs into the same transaction as the change itself. */
async function companions(
  tx: Tx,
  deps: CallDeps,
  contact: Contact,
  event: CallFact,
  fact: ContactFact,
): Promise<void> {
  if (fact.type === 'requeued' && fact.reason === 'farSideLeft')
    await store.raiseEmergency(tx, contact.id, credits.lifeOrProperty)
  if (contact.end === 'abandoned' || contact.end === 'abandonedRinging' || contact.end === 'voicemail')
    await store.insertCallBack(tx, contact, newId(), credits.callBackOwed)
  if (contact.state === 'active' && contact.direction === 'inbound')
    for (const id of await store.openCallBacks(tx, contact.id))
      await deps.door.applyIn(tx, id, { type: 'reachedSince', byContactId: contact.id }, { actor })
}

const keep = (tx: Tx, event: CallFact): Promise<boolean> =>
  store.keepFact(tx, {
    key: event.key,
    callId: event.callId,
    type: event.type,
    data: dataOf(event),
    at: new Date(event.at),
  })

/** The number that a caller has keyed, because the network showed none. */
function sealedIn(deps: CallDeps, event: CallFact & { type: 'callBackRequested' }): string | null {
  // A fact that was kept before its contact was known has lost the number.
  const number = toE164(event.number ?? '')
  return number && deps.seal(number)
}

/** Everything of the event but its envelope and the numbers of people. */
function dataOf(event: CallFact): Record<string, unknown> {
  const { key: _key, callId: _callId, node: _node, at: _at, type: _type, ...rest } = event
  const data: Record<string, unknown> = { ...rest }
  delete data['ani']
  delete data['number']
  return data
}

/** A fact about a call that never became a contact: kept, so the accounting can explain every leg. */
async function keepOrphan(deps: CallDeps, event: CallFact): Promise<void> {
  await keep(deps.db, event)
  deps.log.warn({ callId: event.callId, type: event.type }, 'fact about a call without contact')
}
