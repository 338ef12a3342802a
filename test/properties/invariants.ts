import { contactStates, type ContactState } from '../../src/contacts/model.ts'
import { transition, type ContactFact } from '../../src/contacts/transition.ts'
import { contactRow } from './rows.ts'
import { textCapacity, type Ledger } from './world.ts'

/** What must hold whatever happens at once (design "Reliability", the oracle). */
export class Broken extends Error {}

const demand = (holds: boolean, what: string): void => {
  if (!holds) throw new Broken(what)
}

const a = 'agent'
/** One of each fact, in the forms that lead to different states. */
const facts: ContactFact[] = [
  { type: 'screened' },
  { type: 'queued' },
  { type: 'offered', agentId: a },
  { type: 'offerEnded', outcome: 'declined' },
  { type: 'accepted', agentId: a },
  { type: 'connected' },
  { type: 'connected', agentId: a },
  { type: 'dialFailed', status: 'NOANSWER' },
  { type: 'held' },
  { type: 'resumed' },
  { type: 'consulting' },
  { type: 'consultEnded' },
  { type: 'requeued', reason: 'transfer' },
  { type: 'transferred', agentId: a },
  { type: 'native' },
  { type: 'nativeAnswered', agentId: a },
  { type: 'hungUp', at: new Date(0) },
  { type: 'callBackRequested' },
  { type: 'voicemailLeft' },
  { type: 'conversationEnded' },
  { type: 'wrapUpRenewed' },
  { type: 'wrapUpExpired' },
  { type: 'registered' },
  { type: 'reachedSince', byContactId: 'c' },
  { type: 'endedAbusive' },
  { type: 'failed' },
]

/** Every step that the machine knows, as `fact from to`: read off the table itself. */
const steps = new Set<string>()
for (const state of contactStates)
  for (const channel of ['voice', 'sms'] as const)
    for (const bridgedAt of [null, new Date(0)])
      for (const callBack of [false, true])
        for (const fact of facts) {
          const verdict = transition(contactRow(state, { channel, bridgedAt, callBack, agentId: a }), fact)
          if ('change' in verdict) steps.add(`${fact.type} ${state} ${verdict.change.state}`)
        }

const holding: readonly ContactState[] = ['offered', 'connecting', 'active', 'held', 'consulting', 'native']
const talking: readonly ContactState[] = ['active', 'held', 'consulting']

/** What holds at every moment, also while everything is under way. */
export function always(ledger: Ledger): void {
  const { contacts, offers, agents, changes, registrations } = ledger
  for (const c of contacts) {
    const open = offers.filter((o) => o.contactId === c.id && o.outcome === null)
    demand(open.length <= 1, `${open.length} open offers of one contact`)
    demand((c.state === 'ended') === (c.end !== null), `a contact ${c.state} with the end ${c.end}`)
    demand(!(c.state === 'queued' && c.agentId), 'a waiting contact has an agent')
    const lacking = ['offered', 'connecting', ...talking].includes(c.state) && !c.agentId
    demand(!lacking, `a contact ${c.state} without an agent`)
    const own = changes.filter((step) => step.contactId === c.id)
    const ends = own.filter((step) => step.to === 'ended').length
    demand(ends === (c.end === null ? 0 : 1), `${ends} ends of one contact`)
    demand(registrations.filter((r) => r.contactId === c.id).length <= 1, 'registered twice')
    own.forEach((step, n) => {
      if (step.from === null) return
      demand(
        steps.has(`${step.fact} ${step.from} ${step.to}`),
        `no such step: ${step.fact} ${step.from} ${step.to}`,
      )
      const before = own[n - 1]
      if (before) demand(before.to === step.from, `a step from ${step.from} after one to ${before.to}`)
    })
    const last = own.at(-1)
    if (last) demand(last.to === c.state, `the row says ${c.state}, its last step ${last.to}`)
    // One winner: nobody accepts again unless it came back to the queue meanwhile.
    const accepts = own.filter((step) => step.fact === 'accepted').length
    const offered = own.filter((step) => step.fact === 'offered').length
    demand(accepts <= offered, `${accepts} accepts of ${offered} offers`)
  }
  for (const agent of agents) {
    const his = contacts.filter((c) => c.agentId === agent.id && holding.includes(c.state))
    const voice = his.filter((c) => c.channel === 'voice' && c.state !== 'native').length
    demand(voice <= 1, `an agent with ${voice} calls`)
    const texts = his.filter((c) => c.channel === 'text' && !c.emergency).length
    demand(texts <= textCapacity, `an agent with ${texts} texts of ${textCapacity}`)
  }
}

/** What holds once the bells have been answered, before any time goes by. */
export function afterwards(ledger: Ledger): void {
  always(ledger)
  const agentOf = new Map(ledger.agents.map((one) => [one.id, one]))
  const contactOf = new Map(ledger.contacts.map((one) => [one.id, one]))
  for (const offer of ledger.offers) {
    if (offer.outcome !== null) {
      demand(offer.told === 1, `the end of an offer was told ${offer.told} times`)
      continue
    }
    const contact = contactOf.get(offer.contactId)!
    demand(
      contact.state === 'offered' && contact.agentId === offer.agentId,
      `an offer rings for a contact that is ${contact.state}`,
    )
    const agent = agentOf.get(offer.agentId)!
    demand(agent.intent === 'available', `an offer rings at an agent who is ${agent.intent}`)
    demand(agent.epoch === offer.epoch, 'an offer rings at a sign-in that is over')
  }
  for (const contact of ledger.contacts)
    if (contact.state === 'offered')
      demand(
        ledger.offers.some((o) => o.contactId === contact.id && o.outcome === null),
        'a contact is offered without an offer',
      )
}

/** What holds after every deadline and grace. `absent` have been away since before all that. */
export function inTheEnd(ledger: Ledger, absent: ReadonlySet<string>): void {
  afterwards(ledger)
  demand(
    ledger.offers.every((o) => o.outcome !== null),
    'an offer never ended',
  )
  const intentOf = new Map(ledger.agents.map((one) => [one.id, one.intent]))
  for (const c of ledger.contacts) {
    if (c.channel !== 'text' || !talking.includes(c.state) || !c.agentId) continue
    demand(intentOf.get(c.agentId) !== 'offline', `a conversation ${c.state} with somebody who signed out`)
    demand(!absent.has(c.agentId), `a conversation ${c.state} with somebody who is not there`)
  }
}
