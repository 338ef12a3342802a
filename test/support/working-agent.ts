import { setTimeout as delay } from 'node:timers/promises'
import type { DeskContact, ServerMessage } from '../../src/agent-desk/contract.ts'
import { DeskClient } from './desk-client.ts'

export type WorkingAgent = { stop(): Promise<void> }

export type Manner = {
  /** A telephone that SIPp plays; absent: texts only. */
  phone?: string
  /** Declines one text in so many; absent: none. */
  declinesOneIn?: number
  /** Ends one conversation in so many before he registers it; absent: none. */
  endsOneIn?: number
}

const quietly = (work: Promise<unknown>): void => void work.catch(() => {})

/** A page that has heard nothing for so long asks whether anybody is there, and connects anew when nobody answers. */
const silenceMs = 4_000
const answerMs = 4_000

/**
 * An agent who works through a fault test: accepts what he is offered, registers, and comes back by himself after a
 * lost connection, at whichever gateway `base` names then.
 */
export function startWorkingAgent(
  base: () => string,
  username: string,
  password: string,
  { phone, declinesOneIn, endsOneIn }: Manner = {},
): WorkingAgent {
  let stopped = false
  let desk: DeskClient | null = null
  let count = 0
  /** By page: what an old page still waits for is no reason for the new one to wait. */
  const registering = new WeakMap<DeskClient, Set<string>>()
  const ended = new Set<string>()

  const oneIn = (n: number | undefined): boolean => n !== undefined && (count += 1) % n === 0

  function look(at: DeskClient, contact: DeskContact): void {
    const text = contact.channel !== 'voice'
    const ready = contact.state === 'wrapUp' || (text && contact.state === 'active')
    const busy = registering.get(at) ?? new Set<string>()
    registering.set(at, busy)
    if (!ready || busy.has(contact.id)) return
    if (contact.state === 'active' && !ended.has(contact.id) && oneIn(endsOneIn)) {
      ended.add(contact.id)
      return quietly(at.ask({ type: 'endConversation', contactId: contact.id }))
    }
    busy.add(contact.id)
    // The same key again after a lost answer: one registration, whatever happened to the first try.
    const outcome = {
      type: 'answered',
      kind: 'inquiry',
      answer: '已答复。',
      knowledge: [],
      lacking: { what: '办事时间' },
    }
    at.register(contact.id, [outcome], contact.id).then(
      () => {
        busy.delete(contact.id)
        ended.delete(contact.id)
      },
      () => {
        // A person presses again when he is told that it could not be done just now.
        busy.delete(contact.id)
        setTimeout(() => at.isOpen() && look(at, contact), 1_000).unref()
      },
    )
  }

  function hear(at: DeskClient, message: ServerMessage): void {
    if (message.type === 'snapshot') {
      for (const offer of message.offers) hear(at, { ...message, type: 'offer', offer })
      for (const contact of [...message.contacts, ...message.owed]) look(at, contact)
    }
    if (message.type === 'offer' && message.offer.contact.channel !== 'voice') {
      const { offerId } = message.offer
      quietly(
        at.ask(
          oneIn(declinesOneIn)
            ? { type: 'declineOffer', offerId, reason: '请转给同事。' }
            : { type: 'acceptOffer', offerId },
        ),
      )
    }
    if (message.type === 'contact') look(at, message.contact)
    if (message.type === 'agent' && message.agent.notResponding !== null)
      quietly(at.ask({ type: 'available' }))
  }

  async function isThere(at: DeskClient): Promise<boolean> {
    const late = new Promise<boolean>((no) => setTimeout(() => no(false), answerMs).unref())
    const answered = at.ask({ type: 'ping' }).then(
      () => true,
      () => false,
    )
    return Promise.race([answered, late])
  }

  async function shift(): Promise<void> {
    const at = await within(answerMs * 2, DeskClient.open(base(), username, password))
    desk = at
    let heardAt = performance.now()
    await at.begin(phone)
    while (!stopped && at.isOpen()) {
      const news = at.heard.splice(0)
      for (const { message } of news) hear(at, message)
      if (news.length > 0) heardAt = performance.now()
      else if (performance.now() - heardAt > silenceMs) {
        if (!(await isThere(at))) break
        heardAt = performance.now()
      }
      await at.next(500)
    }
    at.close()
  }

  function leave(): void {
    desk?.close()
  }

  const running = (async () => {
    while (!stopped) {
      await shift().catch(() => {})
      leave()
      if (!stopped) await delay(200)
    }
  })()

  return {
    async stop() {
      stopped = true
      leave()
      await running
    },
  }
}

async function within(ms: number, opening: Promise<DeskClient>): Promise<DeskClient> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error('nobody answered')), ms)
  })
  try {
    return await Promise.race([opening, late])
  } catch (error) {
    // A desk that opens after all would stay open with nobody at it.
    opening.then((desk) => desk.close()).catch(() => {})
    throw error
  } finally {
    clearTimeout(timer)
  }
}
