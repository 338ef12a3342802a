import type { DeskContact, ServerMessage } from '../../src/agent-desk/contract.ts'
import { DeskClient } from './desk-client.ts'

export type WorkingAgent = { stop(): Promise<void> }

const quietly = (work: Promise<unknown>): void => void work.catch(() => {})

/**
 * An agent who works through a fault test: accepts what he is offered, registers, and comes back by himself after a
 * lost connection, at whichever gateway `base` names then.
 * @param phone a telephone that SIPp plays; absent: texts only
 */
export function startWorkingAgent(
  base: () => string,
  username: string,
  password: string,
  phone?: string,
): WorkingAgent {
  let stopped = false
  let desk: DeskClient | null = null
  const registering = new Set<string>()

  function look(at: DeskClient, contact: DeskContact): void {
    const text = contact.channel !== 'voice'
    const ready = contact.state === 'wrapUp' || (text && contact.state === 'active')
    if (!ready || registering.has(contact.id)) return
    registering.add(contact.id)
    // The same key again after a lost answer: one registration, whatever happened to the first try.
    const outcome = { type: 'answered', kind: 'inquiry', answer: '已答复。', knowledge: [] }
    at.register(contact.id, [outcome], contact.id).then(
      () => registering.delete(contact.id),
      () => {
        // A person presses again when he is told that it could not be done just now.
        registering.delete(contact.id)
        setTimeout(() => at.isOpen() && look(at, contact), 1_000).unref()
      },
    )
  }

  function hear(at: DeskClient, message: ServerMessage): void {
    if (message.type === 'snapshot') {
      for (const offer of message.offers) hear(at, { ...message, type: 'offer', offer })
      for (const contact of [...message.contacts, ...message.owed]) look(at, contact)
    }
    if (message.type === 'offer' && message.offer.contact.channel !== 'voice')
      quietly(at.ask({ type: 'acceptOffer', offerId: message.offer.offerId }))
    if (message.type === 'contact') look(at, message.contact)
    if (message.type === 'agent' && message.agent.notResponding !== null)
      quietly(at.ask({ type: 'available' }))
  }

  async function shift(): Promise<void> {
    const at = await DeskClient.open(base(), username, password)
    desk = at
    let seen = 0
    await at.begin(phone)
    while (!stopped && at.isOpen()) {
      for (; seen < at.heard.length; seen++) hear(at, at.heard[seen]!.message)
      await at.next(500)
    }
  }

  const running = (async () => {
    while (!stopped) {
      await shift().catch(() => {})
      if (!stopped) await new Promise((again) => setTimeout(again, 200))
    }
  })()

  return {
    async stop() {
      stopped = true
      desk?.close()
      await running
    },
  }
}
