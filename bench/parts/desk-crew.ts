import { fileURLToPath } from 'node:url'
import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import type { ClientMessage, DeskContact, ServerMessage } from '../../src/agent-desk/contract.ts'
import { signIn } from '../../test/support/desk-client.ts'
import { matterOf } from './matters.ts'

/**
 * Agents at their desks: real sign-in, real socket, and nothing kept of what was heard, so that hundreds of them fit
 * into a process of their own beside the gateway that is measured. They accept at once, register as soon as the
 * contact may be registered, and come back when they were set aside. A text is answered once before it is registered.
 */
export type CrewPlan = {
  type: 'begin'
  base: string
  password: string
  agents: { username: string; mode: 'desk' | 'phone' | 'text'; phone?: string }[]
  /** share of contacts that become a work order; the others are answered on the spot */
  orders: number
}

export type CrewCounts = {
  offers: number
  accepted: number
  registered: number
  /** refusals and failures, by what was asked and the code of the answer */
  refused: Record<string, number>
  /** how often an agent was set aside because he did not answer */
  setAside: number
  lostSockets: number
}

/** What else a crew may be told; each is answered by a message of that type. */
export type CrewWish = 'counts' | 'pause' | 'available'

type WithoutId<M> = M extends { id: string } ? Omit<M, 'id'> : never
type Answer = Extract<ServerMessage, { type: 'result' }>

const counts: CrewCounts = {
  offers: 0,
  accepted: 0,
  registered: 0,
  refused: {},
  setAside: 0,
  lostSockets: 0,
}
let stopped = false
const crew: Agent[] = []

const answered = {
  type: 'answered',
  kind: 'inquiry',
  answer: '已答复。',
  knowledge: [],
  lacking: { what: '办事时间' },
}
const order = () => ({
  type: 'workOrder',
  kind: 'help',
  ...matterOf(Math.random),
  requester: { name: '甲某', home: '示范路1号', careGroups: [] },
  confidential: false,
})

class Agent {
  private readonly waiting = new Map<string, (answer: Answer) => void>()
  private readonly busyWith = new Set<string>()
  private asked = 0
  readonly socket: WebSocket
  private readonly plan: CrewPlan
  private readonly mode: 'desk' | 'phone' | 'text'

  constructor(plan: CrewPlan, mode: 'desk' | 'phone' | 'text', cookie: string) {
    this.plan = plan
    this.mode = mode
    this.socket = new WebSocket(`${plan.base.replace(/^http/, 'ws')}/desk/socket`, {
      headers: { cookie, origin: plan.base },
      perMessageDeflate: false,
    })
    this.socket.on('message', (data: Buffer) => this.hear(JSON.parse(data.toString()) as ServerMessage))
    this.socket.on('error', () => {})
    this.socket.on('close', () => {
      if (!stopped) counts.lostSockets += 1
    })
  }

  ask(wish: WithoutId<ClientMessage>): Promise<Answer> {
    const id = String((this.asked += 1))
    return new Promise((answer) => {
      this.waiting.set(id, answer)
      this.socket.send(JSON.stringify({ id, ...wish }))
    })
  }

  /** @returns whether it was done; a refusal is counted */
  async wish(what: WithoutId<ClientMessage>): Promise<boolean> {
    const answer = await this.ask(what)
    if (answer.ok) return true
    const key = `${what.type} ${answer.problem.code}`
    counts.refused[key] = (counts.refused[key] ?? 0) + 1
    return false
  }

  async begin(phone: string | undefined): Promise<void> {
    await new Promise<void>((open, fail) => {
      this.socket.once('open', open)
      this.socket.once('error', fail)
    })
    await this.ask({ type: 'hello', tab: randomUUID() })
    const signedIn = await this.ask({ type: 'signIn', mode: this.mode, ...(phone ? { phone } : {}) })
    if (!signedIn.ok) throw new Error(`sign-in at the desk: ${signedIn.problem.code}`)
    await this.ask({ type: 'available' })
  }

  private hear(message: ServerMessage): void {
    switch (message.type) {
      case 'result': {
        const answer = this.waiting.get(message.re)
        this.waiting.delete(message.re)
        return answer?.(message)
      }
      case 'offer':
        return this.offered(message.offer)
      case 'contact':
        return this.look(message.contact)
      case 'agent':
        if (message.agent.notResponding === null || message.agent.intent === 'offline') return
        counts.setAside += 1
        return void this.wish({ type: 'available' })
      case 'snapshot':
        for (const offer of message.offers) this.offered(offer)
        for (const contact of [...message.contacts, ...message.owed]) this.look(contact)
        return
      default:
        return
    }
  }

  private offered(offer: Extract<ServerMessage, { type: 'offer' }>['offer']): void {
    counts.offers += 1
    // On a plain telephone the ring is the offer, and lifting it the answer.
    if (offer.contact.channel === 'voice' && this.mode === 'phone') return
    void this.wish({ type: 'acceptOffer', offerId: offer.offerId }).then((done) => {
      if (done) counts.accepted += 1
    })
  }

  private look(contact: DeskContact): void {
    const text = contact.channel !== 'voice'
    const ready = contact.state === 'wrapUp' || (text && contact.state === 'active')
    if (!ready || this.busyWith.has(contact.id)) return
    this.busyWith.add(contact.id)
    void this.settle(contact.id, text && contact.state === 'active')
  }

  private async settle(contactId: string, reply: boolean): Promise<void> {
    if (reply) await this.wish({ type: 'say', contactId, clientId: randomUUID(), text: '您好，已为您登记。' })
    const outcomes = [Math.random() < this.plan.orders ? order() : answered]
    for (let tries = 0; tries < 20 && !stopped; tries += 1) {
      // The same key again: one registration, whatever became of the first try.
      if (await this.wish({ type: 'register', contactId, idempotencyKey: contactId, outcomes })) {
        counts.registered += 1
        break
      }
      await new Promise((again) => setTimeout(again, 1_000))
    }
    this.busyWith.delete(contactId)
  }
}

async function begin(plan: CrewPlan): Promise<void> {
  // A few at a time: every sign-in hashes a password.
  const queue = [...plan.agents]
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const cookie = await signIn(plan.base, next.username, plan.password)
      const agent = new Agent(plan, next.mode, cookie)
      await agent.begin(next.phone)
      crew.push(agent)
    }
  }
  await Promise.all(Array.from({ length: 4 }, lane))
}

// Only as a process of its own: the types are imported by those who start it.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.on('message', (message: CrewPlan | CrewWish) => {
    if (message === 'counts') return void process.send!({ type: 'counts', counts })
    if (message === 'pause' || message === 'available') {
      const all = crew.map((agent) =>
        agent.wish(message === 'pause' ? { type: 'pause', reason: 'rest' } : { type: 'available' }),
      )
      return void Promise.all(all).then(() => process.send!({ type: message }))
    }
    begin(message).then(
      () => process.send!({ type: 'ready' }),
      (error: unknown) => {
        console.error(String(error))
        process.exit(1)
      },
    )
  })
  process.on('disconnect', () => {
    stopped = true
    process.exit(0)
  })
}
