import { factsOf, mustLeave, noLoad, stepsDue, type AgentRow, type Load } from '../../src/agent-desk/model.ts'
import { defaultDeskConfig } from '../../src/agent-desk/limits.ts'
import type { Contact, ContactState } from '../../src/contacts/model.ts'
import { transition, type ContactFact } from '../../src/contacts/transition.ts'
import { mayTake } from '../../src/queue/choose-agent.ts'
import { defaultQueueConfig } from '../../src/queue/config.ts'
import {
  consequencesOf,
  judgeAccept,
  judgeExpiry,
  judgeMoved,
  limitMs,
  type Offer,
} from '../../src/queue/offer.ts'
import type { OfferOutcome } from '../../src/queue/ports.ts'
import type { Gate } from './interleave.ts'
import { contactRow, written } from './rows.ts'
import { textCapacity, type Actions, type Ledger, type World } from './world.ts'

type OfferRow = Offer & { id: string; contactId: string; told: number }
type Judged =
  { ok: true; noted: boolean; contact: Contact } | { ok: false; refused: string; contact: Contact }

const open: readonly ContactState[] = [
  'offered',
  'connecting',
  'active',
  'held',
  'consulting',
  'native',
  'wrapUp',
]
const ringing: readonly ContactState[] = ['offered', 'connecting']
const talking: readonly ContactState[] = ['active', 'held', 'consulting']
const { loss } = defaultDeskConfig

/**
 * The pure machines of contact, offer and agent, around a ledger of plain maps: whoever reads waits at the gate, whoever
 * writes does it only if the row has not changed since, as PostgreSQL's compare-and-set would.
 */
export function memoryWorld(gate: Gate): World {
  const contacts = new Map<string, Contact>()
  const offers = new Map<string, OfferRow>()
  const agents = new Map<string, AgentRow & { lostStage: number }>()
  const changes: Ledger['changes'] = []
  const registrations: Ledger['registrations'] = []
  const messages: Ledger['messages'] = []
  const locks = new Map<string, Promise<unknown>>()
  const background = new Set<Promise<unknown>>()
  let racing = false
  let serial = 0
  let nowMs = Date.parse('2026-03-02T02:00:00Z')
  const next = (what: string): string => `${what}${++serial}`
  const step = (label: string): Promise<void> => (racing ? gate(label) : Promise.resolve())

  async function locked<T>(agentId: string, work: () => Promise<T>): Promise<T> {
    const before = locks.get(agentId) ?? Promise.resolve()
    const running = before.then(work)
    locks.set(
      agentId,
      running.catch(() => {}),
    )
    return running
  }

  const holdsVoice = (c: Contact): boolean =>
    c.channel === 'voice' && [...ringing, ...talking].includes(c.state) && c.agentId !== null
  const rivalOf = (row: Contact): Contact | undefined =>
    holdsVoice(row)
      ? [...contacts.values()].find((c) => c.id !== row.id && holdsVoice(c) && c.agentId === row.agentId)
      : undefined

  /** @param together what commits with the change, or makes it not happen by giving false */
  async function apply(
    id: string,
    factOf: ContactFact | ((row: Contact) => ContactFact),
    together: (row: Contact, noted: boolean) => boolean = () => true,
  ): Promise<Judged> {
    for (;;) {
      await step(`read ${id}`)
      const before = contacts.get(id)!
      const fact = typeof factOf === 'function' ? factOf(before) : factOf
      const verdict = transition(before, fact)
      if ('refused' in verdict) return { ok: false, refused: verdict.refused, contact: before }
      await step(`write ${fact.type} ${id}`)
      if (contacts.get(id)!.version !== before.version) continue
      if ('note' in verdict) {
        const done = together(before, true)
        return done
          ? { ok: true, noted: true, contact: before }
          : { ok: false, refused: 'lost', contact: before }
      }
      const after = written(before, verdict.change, new Date(nowMs), 60_000)
      if (rivalOf(after)) return { ok: false, refused: 'rival', contact: before }
      if (!together(after, false)) return { ok: false, refused: 'lost', contact: before }
      contacts.set(id, after)
      changes.push({ contactId: id, fact: fact.type, from: before.state, to: after.state })
      return { ok: true, noted: false, contact: after }
    }
  }

  function close(offer: OfferRow, outcome: OfferOutcome): boolean {
    if (offer.outcome !== null) return false
    offer.outcome = outcome
    return true
  }

  function loadOf(agentId: string): Load {
    const load = { ...noLoad }
    for (const c of contacts.values()) {
      if (c.agentId !== agentId || c.owedAt || !open.includes(c.state)) continue
      if (c.state === 'wrapUp') load.wrapUp = true
      else if (c.channel === 'voice') load.voice++
      else load.text++
    }
    return load
  }
  const isFree = (load: Load): boolean => load.voice === 0 && load.text === 0 && !load.wrapUp
  const account = { attributes: {}, capacity: { voice: 1, text: textCapacity } }
  const mayTakeNow = (agentId: string, contact: Contact): boolean => {
    const row = agents.get(agentId)!
    if (row.intent === 'offline') return false
    const asked = { ...contact, score: 0, requirement: {} }
    return mayTake(factsOf(row, account, loadOf(agentId)), asked, defaultQueueConfig.slots)
  }

  async function released(agentId: string): Promise<void> {
    await step(`released ${agentId}`)
    const row = agents.get(agentId)!
    if (row.intent === 'draining' && isFree(loadOf(agentId))) goOffline(agentId)
  }
  function goOffline(agentId: string): void {
    const row = agents.get(agentId)!
    Object.assign(row, { intent: 'offline', notResponding: null, mode: null, phone: null })
  }

  async function tell(offer: OfferRow): Promise<void> {
    offer.told++
    if (offer.outcome !== 'accepted') await released(offer.agentId)
  }
  const aside = (work: Promise<unknown>): void => {
    const running: Promise<unknown> = work.finally(() => background.delete(running))
    background.add(running)
  }

  async function end(offerId: string, outcome: 'declined' | 'expired' | 'withdrawn'): Promise<boolean> {
    await step(`find ${offerId}`)
    const offer = offers.get(offerId)!
    if (offer.outcome !== null) return false
    let became: OfferOutcome = outcome
    const judged = await apply(offer.contactId, { type: 'offerEnded', outcome }, (row, noted) => {
      became = noted ? (judgeMoved(offer, row) ?? outcome) : outcome
      if (!close(offer, became)) return false
      if (consequencesOf(became).notResponding) agents.get(offer.agentId)!.notResponding = 'noAnswer'
      return true
    })
    if (!judged.ok) {
      if (judged.refused === 'lost') return false
      became = judgeMoved(offer, judged.contact) ?? outcome
      if (!close(offer, became)) return false
    }
    await tell(offer)
    return became === outcome
  }

  async function settle(contactId: string): Promise<void> {
    await step(`settle ${contactId}`)
    const offer = [...offers.values()].find((o) => o.contactId === contactId && o.outcome === null)
    if (!offer) return
    await step(`look ${contactId}`)
    const outcome = judgeMoved(offer, contacts.get(contactId)!)
    if (outcome && close(offer, outcome)) await tell(offer)
  }

  async function withdraw(agentId: string, outcome: 'withdrawn' | 'declined'): Promise<void> {
    const his = await locked(agentId, async () => {
      await step(`offers of ${agentId}`)
      return [...offers.values()].filter((o) => o.agentId === agentId && o.outcome === null)
    })
    for (const offer of his) await end(offer.id, outcome)
  }

  async function drain(agentId: string): Promise<void> {
    await step(`drain ${agentId}`)
    const row = agents.get(agentId)!
    if (row.intent === 'offline' || row.intent === 'draining') return
    row.intent = 'draining'
    await withdraw(agentId, 'withdrawn')
  }

  async function returnTexts(agentId: string): Promise<void> {
    await step(`texts of ${agentId}`)
    const his = [...contacts.values()].filter(
      (c) => c.agentId === agentId && c.channel !== 'voice' && talking.includes(c.state),
    )
    for (const c of his) await apply(c.id, { type: 'requeued', reason: 'drain', of: agentId })
  }

  const said = (judged: Judged, refusal: string): string => (judged.ok ? 'ok' : refusal)
  async function own(contactId: string, agentId: string): Promise<boolean> {
    await step(`own ${contactId}`)
    const c = contacts.get(contactId)!
    return c.agentId === agentId && c.state !== 'ended'
  }

  const actions: Actions = {
    async offer(contactId, agentId) {
      await step(`queued ${contactId}`)
      if (contacts.get(contactId)!.state !== 'queued') return 'contactGone'
      return locked(agentId, async () => {
        await step(`facts ${agentId}`)
        if (!mayTakeNow(agentId, contacts.get(contactId)!)) return 'agentBusy'
        const { epoch, mode } = agents.get(agentId)!
        const made = await apply(contactId, { type: 'offered', agentId }, (row) => {
          if ([...offers.values()].some((o) => o.contactId === contactId && o.outcome === null)) return false
          const id = next('offer')
          offers.set(id, {
            id,
            contactId,
            agentId,
            agentEpoch: epoch,
            channel: row.channel,
            mode: row.channel === 'voice' && mode === 'phone' ? 'phone' : 'desk',
            deadlineMs: nowMs + limitMs(row.channel, defaultQueueConfig.offerMs),
            announced: true,
            outcome: null,
            told: 0,
          })
          return true
        })
        return said(made, 'rival')
      })
    },
    async accept(offerId, agentId) {
      await step(`epoch ${agentId}`)
      const { epoch, intent } = agents.get(agentId)!
      if (intent === 'offline') return 'notSignedIn'
      await step(`judge ${offerId}`)
      const offer = offers.get(offerId)!
      const refusal = judgeAccept(offer, agentId, epoch, nowMs)
      if (refusal) return refusal.code
      const judged = await apply(offer.contactId, { type: 'accepted', agentId }, () =>
        nowMs < offer.deadlineMs ? close(offer, 'accepted') : false,
      )
      if (judged.ok) {
        aside(tell(offer))
        return 'ok'
      }
      return judgeAccept(offer, agentId, epoch, nowMs)?.code ?? 'contactGone'
    },
    async decline(offerId, agentId) {
      await step(`whose ${offerId}`)
      if (offers.get(offerId)!.agentId !== agentId) return 'unknownOffer'
      return (await end(offerId, 'declined')) ? 'ok' : 'unknownOffer'
    },
    async timeUp(offerId) {
      await step(`deadline ${offerId}`)
      const offer = offers.get(offerId)!
      if (offer.outcome === null) offer.deadlineMs = nowMs
      return actions.expiryRings(offerId)
    },
    async expiryRings(offerId) {
      await step(`expiry ${offerId}`)
      const judged = judgeExpiry(offers.get(offerId)!, nowMs)
      if ('outcome' in judged) await end(offerId, judged.outcome)
      return 'ok'
    },
    async hangUp(contactId) {
      await apply(contactId, { type: 'hungUp', at: new Date(nowMs) })
      return 'ok'
    },
    async bridged(contactId, agentId) {
      const lifted = () =>
        apply(contactId, (row) => {
          const taken = talking.includes(row.state) && row.agentId !== agentId
          return taken ? { type: 'transferred', agentId } : { type: 'connected', agentId }
        })
      const rival = (judged: Judged): boolean => !judged.ok && judged.refused === 'rival'
      if (!rival(await lifted())) return 'ok'
      for (const c of contacts.values())
        if (c.agentId === agentId && c.id !== contactId && c.channel === 'voice' && ringing.includes(c.state))
          await apply(c.id, { type: 'dialFailed', status: 'BUSY' })
      // By the ledger he speaks with somebody else: the caller stays whose he was.
      if (rival(await lifted())) await apply(contactId, { type: 'connected' })
      return 'ok'
    },
    async dialFailed(contactId) {
      if (contacts.get(contactId)!.state === 'offered') return 'ok'
      await apply(contactId, (row) =>
        talking.includes(row.state)
          ? { type: 'requeued', reason: 'transfer' }
          : { type: 'dialFailed', status: 'NOANSWER' },
      )
      return 'ok'
    },
    transferFailed: (contactId) => actions.dialFailed(contactId),
    async native(contactId) {
      await apply(contactId, { type: 'native' })
      return 'ok'
    },
    async nativeAnswered(contactId, agentId) {
      await apply(contactId, { type: 'nativeAnswered', agentId })
      return 'ok'
    },
    async say(from) {
      await step(`say ${from}`)
      const id = next('message')
      const joined = [...contacts.values()].find(
        (c) => c.requesterId === from && c.state !== 'wrapUp' && c.state !== 'ended',
      )
      const contactId = joined?.id ?? next('contact')
      if (!joined)
        contacts.set(contactId, contactRow('queued', { id: contactId, channel: 'sms', requesterId: from }))
      messages.push({ id, contactId })
      return contactId
    },
    async endConversation(contactId, agentId) {
      if (!(await own(contactId, agentId))) return 'notYours'
      return said(await apply(contactId, { type: 'conversationEnded', of: agentId }), 'conversationOver')
    },
    async transfer(contactId, from, to) {
      if (!(await own(contactId, from))) return 'notYours'
      if (!to)
        return said(await apply(contactId, { type: 'requeued', reason: 'transfer', of: from }), 'notYours')
      return locked(to, async () => {
        await step(`room ${to}`)
        if (!mayTakeNow(to, contacts.get(contactId)!)) return 'colleagueBusy'
        return said(await apply(contactId, { type: 'transferred', agentId: to, of: from }), 'notYours')
      })
    },
    async register(contactId, agentId) {
      await step(`register ${contactId}`)
      const c = contacts.get(contactId)!
      if (registrations.some((r) => r.contactId === contactId)) return 'ok'
      if (c.agentId !== agentId) return 'notYours'
      const judged = await apply(contactId, { type: 'registered', of: agentId }, () => {
        registrations.push({ contactId })
        return true
      })
      if (judged.ok || registrations.some((r) => r.contactId === contactId)) return 'ok'
      return 'notInWrapUp'
    },
    async renew(contactId, agentId) {
      if (!(await own(contactId, agentId))) return 'notYours'
      return said(await apply(contactId, { type: 'wrapUpRenewed', of: agentId }), 'noRenewal')
    },
    async wrapUpOver(contactId) {
      await step(`sweep ${contactId}`)
      const row = contacts.get(contactId)!
      if (!row.wrapUpUntil || row.wrapUpRenewed) return 'ok'
      const until = new Date(nowMs - 1_000)
      contacts.set(contactId, { ...row, wrapUpUntil: until })
      await step(`swept ${contactId}`)
      await apply(contactId, { type: 'wrapUpExpired', until })
      return 'ok'
    },
    async pause(agentId) {
      await step(`pause ${agentId}`)
      const row = agents.get(agentId)!
      if (row.intent === 'offline') return 'notSignedIn'
      Object.assign(row, { intent: 'paused', pauseReason: 'rest' })
      await withdraw(agentId, 'declined')
      return 'ok'
    },
    async available(agentId) {
      await step(`available ${agentId}`)
      const row = agents.get(agentId)!
      if (row.intent === 'offline') return 'notSignedIn'
      Object.assign(row, { intent: 'available', notResponding: null })
      return 'ok'
    },
    async signOut(agentId, handBack = false) {
      if (handBack) await returnTexts(agentId)
      await drain(agentId)
      await step(`load ${agentId}`)
      if (agents.get(agentId)!.intent === 'draining' && isFree(loadOf(agentId))) goOffline(agentId)
      return 'ok'
    },
    async signIn(agentId) {
      await step(`sign in ${agentId}`)
      const row = agents.get(agentId)!
      Object.assign(row, {
        intent: 'paused',
        epoch: row.epoch + 1,
        mode: 'desk',
        phone: agentId,
        notResponding: null,
        lostAt: null,
        lostStage: 0,
        socket: true,
        phoneTab: true,
      })
      await withdraw(agentId, 'withdrawn')
      return 'ok'
    },
    async graceOver(agentId) {
      await step(`lost ${agentId}`)
      const row = agents.get(agentId)!
      row.socket = row.phoneTab = false
      if (row.intent !== 'offline') row.lostAt ??= new Date(nowMs)
      if (stepsDue(loss.ringGraceMs, row.lostStage, loss).includes(1)) await withdraw(agentId, 'withdrawn')
      return 'ok'
    },
    async leave(agentId) {
      await step(`leave ${agentId}`)
      const row = agents.get(agentId)!
      if (!row.lostAt || !mustLeave({ ...row, lostMs: loss.phoneAloneMs }, loss)) return 'ok'
      if (loadOf(agentId).voice > 0) {
        await drain(agentId)
        return 'ok'
      }
      await step(`offline ${agentId}`)
      // A page that came back meanwhile keeps him.
      if (row.intent === 'offline' || !row.lostAt) return 'ok'
      goOffline(agentId)
      await withdraw(agentId, 'withdrawn')
      return 'ok'
    },
    async textsBack(agentId) {
      await returnTexts(agentId)
      return 'ok'
    },
  }

  const world: World = {
    do: actions,
    async agent({ mode = 'desk' } = {}) {
      const agentId = next('agent')
      agents.set(agentId, {
        agentId,
        epoch: 1,
        intent: 'available',
        pauseReason: null,
        since: new Date(nowMs),
        mode,
        phone: agentId,
        ownerTab: 'tab',
        deviceState: 'notInUse',
        phoneReady: true,
        lostAt: null,
        notResponding: null,
        lastFreeAt: new Date(nowMs),
        socket: true,
        phoneTab: true,
        lostStage: 0,
      })
      return agentId
    },
    async call() {
      const id = next('call')
      const receivedAt = new Date(nowMs - 60_000)
      contacts.set(id, contactRow('queued', { id, callId: id, requesterId: next('number'), receivedAt }))
      return id
    },
    text: (from = next('number')) => actions.say(from),
    requesterOf: (contactId) => contacts.get(contactId)!.requesterId,
    async offered(contactId, agentId) {
      const answer = await actions.offer(contactId, agentId)
      const offer = [...offers.values()].find((o) => o.contactId === contactId && o.outcome === null)
      if (!offer) throw new Error(`the offer before the race was not made: ${answer}`)
      return offer.id
    },
    async active(contactId, agentId) {
      const offerId = await world.offered(contactId, agentId)
      await actions.accept(offerId, agentId)
      if (contacts.get(contactId)!.channel === 'voice') await actions.bridged(contactId, agentId)
      return offerId
    },
    async wrapUp(contactId, agentId) {
      const offerId = await world.active(contactId, agentId)
      if (contacts.get(contactId)!.channel === 'voice') await actions.hangUp(contactId)
      else await actions.endConversation(contactId, agentId)
      return offerId
    },
    race: () => void (racing = true),
    async bells() {
      racing = false
      await Promise.all(background)
      for (const id of contacts.keys()) await settle(id)
      for (const id of agents.keys()) await released(id)
    },
    async later() {
      nowMs += 3_600_000
      for (const offer of offers.values()) if (offer.outcome === null) await actions.expiryRings(offer.id)
      for (const { agentId, lostAt } of agents.values()) {
        if (!lostAt) continue
        await actions.leave(agentId)
        await actions.textsBack(agentId)
      }
      await world.bells()
    },
    async ledger() {
      return {
        contacts: [...contacts.values()].map((c) => ({
          id: c.id,
          channel: c.channel === 'voice' ? 'voice' : 'text',
          state: c.state,
          end: c.end,
          agentId: c.agentId,
          emergency: c.emergency,
          owed: c.owedAt !== null,
        })),
        offers: [...offers.values()].map(({ id, contactId, agentId, agentEpoch: epoch, outcome, told }) => ({
          id,
          contactId,
          agentId,
          epoch,
          outcome,
          told,
        })),
        agents: [...agents.values()].map(({ agentId: id, intent, epoch, notResponding }) => ({
          id,
          intent,
          epoch,
          notResponding: notResponding !== null,
        })),
        changes: [...changes],
        registrations: [...registrations],
        messages: [...messages],
      }
    },
    async stop() {},
  }
  return world
}
