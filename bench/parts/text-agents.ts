import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import type { ClientMessage, DeskContact, ServerMessage } from '../../src/agent-desk/contract.ts'
import { createGate } from '../../src/queue/gate.ts'
import { matterOf } from './matters.ts'

/**
 * Agents for texts at real sockets, in a process of their own. They note when each offer arrived, accept at once, and
 * register a work order as soon as they may, or only when they are told to.
 */
export type AgentsWish =
  | { type: 'begin'; base: string; cookies: string[] }
  /** Whether they register as soon as they may. */
  | { type: 'work'; atOnce: boolean }
  | { type: 'report' }

export type AgentsReport = {
  /** when the offer of a contact was here, ms since the epoch with fractions */
  offeredAt: [contactId: string, atMs: number][]
  accepted: number
  registered: number
  /** what was refused, by wish and code */
  refused: Record<string, number>
}

type WithoutId<M> = M extends { id: string } ? Omit<M, 'id'> : never
type Answer = Extract<ServerMessage, { type: 'result' }>

const order = () => ({
  type: 'workOrder',
  kind: 'help',
  ...matterOf(Math.random),
  requester: { kind: 'naturalPerson', name: '化名某甲', home: '示范小区2号楼', contact: '13800000001' },
  confidential: false,
})

/** People do not all press at the same moment: so many registrations are under way at a time. */
const pressing = createGate(16)
let atOnce = true
let heard: AgentsReport = { offeredAt: [], accepted: 0, registered: 0, refused: {} }
const agents: TextAgent[] = []
const nowMs = (): number => performance.timeOrigin + performance.now()

class TextAgent {
  private readonly waiting = new Map<string, (answer: Answer) => void>()
  private readonly ready = new Set<string>()
  private readonly seen = new Set<string>()
  private asked = 0
  private readonly socket: WebSocket

  constructor(base: string, cookie: string) {
    this.socket = new WebSocket(`${base.replace(/^http/, 'ws')}/desk/socket`, {
      headers: { cookie, origin: base },
      perMessageDeflate: false,
    })
    this.socket.on('message', (data: Buffer) => {
      // Before the parsing: that is the page's work.
      const at = nowMs()
      this.hear(JSON.parse(data.toString()) as ServerMessage, at)
    })
    this.socket.on('close', () => note('closed'))
  }

  async begin(): Promise<void> {
    await new Promise<void>((open, fail) => {
      this.socket.once('open', open)
      this.socket.once('error', fail)
    })
    for (const wish of [
      { type: 'hello', tab: randomUUID() },
      { type: 'signIn', mode: 'text' },
      { type: 'available' },
    ] as const)
      if (!(await this.wish(wish))) throw new Error(`an agent may not: ${wish.type}`)
  }

  registerAll(): void {
    for (const contactId of this.ready) void this.register(contactId)
  }

  private ask(wish: WithoutId<ClientMessage>): Promise<Answer> {
    const id = String((this.asked += 1))
    return new Promise((answer) => {
      this.waiting.set(id, answer)
      this.socket.send(JSON.stringify({ id, ...wish }))
    })
  }

  private async wish(wish: WithoutId<ClientMessage>): Promise<boolean> {
    const answer = await this.ask(wish)
    if (!answer.ok) note(`${wish.type} ${answer.problem.code}`)
    return answer.ok
  }

  private hear(message: ServerMessage, at: number): void {
    if (message.type === 'result') {
      this.waiting.get(message.re)?.(message)
      this.waiting.delete(message.re)
    } else if (message.type === 'offer') this.offered(message.offer.offerId, message.offer.contact.id, at)
    else if (message.type === 'contact') this.look(message.contact)
    else if (message.type === 'agent' && message.agent.notResponding !== null)
      void this.wish({ type: 'available' })
    else if (message.type === 'snapshot') {
      for (const { offerId, contact } of message.offers) this.offered(offerId, contact.id, at)
      for (const contact of [...message.contacts, ...message.owed]) this.look(contact)
    }
  }

  private offered(offerId: string, contactId: string, at: number): void {
    heard.offeredAt.push([contactId, at])
    void this.wish({ type: 'acceptOffer', offerId }).then((done) => (heard.accepted += Number(done)))
  }

  private look({ id, state }: DeskContact): void {
    if ((state !== 'active' && state !== 'wrapUp') || this.seen.has(id)) return
    this.seen.add(id)
    this.ready.add(id)
    if (atOnce) void this.register(id)
  }

  private async register(contactId: string): Promise<void> {
    if (!this.ready.delete(contactId)) return
    const wish = { type: 'register', contactId, idempotencyKey: contactId, outcomes: [order()] } as const
    const done = await pressing(() => this.wish({ ...wish, outcomes: [...wish.outcomes] }))
    if (done) heard.registered += 1
    else setTimeout(() => (this.ready.add(contactId), void this.register(contactId)), 500)
  }
}

const note = (what: string): void => void (heard.refused[what] = (heard.refused[what] ?? 0) + 1)

async function begin({ base, cookies }: Extract<AgentsWish, { type: 'begin' }>): Promise<void> {
  const left = [...cookies]
  const lane = async (): Promise<void> => {
    for (let cookie = left.pop(); cookie !== undefined; cookie = left.pop()) {
      const agent = new TextAgent(base, cookie)
      await agent.begin()
      agents.push(agent)
    }
  }
  await Promise.all(Array.from({ length: 8 }, lane))
}

process.on('message', (wish: AgentsWish) => {
  if (wish.type === 'begin')
    void begin(wish).then(
      () => process.send!('ready'),
      (error: unknown) => {
        console.error(String(error))
        process.exit(1)
      },
    )
  else if (wish.type === 'work') {
    atOnce = wish.atOnce
    if (atOnce) for (const agent of agents) agent.registerAll()
    process.send!('ready')
  } else {
    process.send!(heard)
    heard = { offeredAt: [], accepted: 0, registered: 0, refused: {} }
  }
})
process.on('disconnect', () => process.exit(0))
