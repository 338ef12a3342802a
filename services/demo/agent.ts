import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { ClientMessage, DeskContact, DeskProblem, ServerMessage } from '../../src/agent-desk/contract.ts'
import type { Statute } from '../../src/statutes/statute.ts'
import type { Report } from '../report.ts'
import { between, inPercent, oneOf } from './chance.ts'
import { closings, greetings, questions } from './matters.ts'
import { outcomesFor, type Items } from './outcomes.ts'

type WithoutId<M> = M extends { id: string } ? Omit<M, 'id'> : never
type Request = WithoutId<ClientMessage>

export interface AgentOptions {
  /** address of the gateway */
  base: string
  /** token of a sign-in link that works again and again */
  token: string
  /** what he registers by */
  statute: Statute
  /** word for messages */
  name: string
  report: Report
}

/** A simulated agent at a desk: the same socket, messages and limits as a person's page. */
export interface DemoAgent {
  stop(): void
}

/** Signs in and works until stopped; comes back by itself after a lost connection. */
export function startAgent(options: AgentOptions): DemoAgent {
  let stopped = false
  let desk: Desk | undefined
  const work = async (): Promise<void> => {
    while (!stopped) {
      try {
        const cookie = await signIn(options)
        desk = new Desk(cookie, options, await itemsOf(options, cookie))
        await desk.closed
      } catch (problem) {
        if (!stopped) options.report(`demo: ${options.name}: ${(problem as Error).message}`)
      }
      if (!stopped) await delay(between(1_000, 3_000))
    }
  }
  void work()
  return {
    stop() {
      stopped = true
      desk?.close()
    },
  }
}

/** The cookie of a new session. */
async function signIn({ base, token }: AgentOptions): Promise<string> {
  const answer = await fetch(`${base}/api/session/link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: base },
    body: JSON.stringify({ token }),
    signal: AbortSignal.timeout(5_000),
  })
  if (!answer.ok) throw new Error(`sign-in answers ${answer.status}`)
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

/** What he may cite; without it he says what is missing. */
async function itemsOf({ base }: AgentOptions, cookie: string): Promise<Items> {
  const answer = await fetch(`${base}/api/knowledge?validity=current&limit=50`, {
    headers: { cookie },
    signal: AbortSignal.timeout(5_000),
  })
  if (!answer.ok) return new Map()
  const { items } = (await answer.json()) as { items: { id: string; version: number; title: string }[] }
  return new Map(items.map(({ id, version, title }) => [title, { id, version }]))
}

class Desk {
  readonly closed: Promise<void>
  private readonly socket: WebSocket
  private readonly options: AgentOptions
  private readonly items: Items
  private readonly timers = new Set<NodeJS.Timeout>()
  /** contacts by id, with what he has said there so far */
  private readonly said = new Map<string, number>()
  private readonly registering = new Set<string>()
  private readonly answeredTo = new Map<string, string>()
  /** what he asked for, by the id of the message */
  private readonly asked = new Map<string, Request['type']>()

  constructor(cookie: string, options: AgentOptions, items: Items) {
    this.options = options
    this.items = items
    const address = `${options.base.replace(/^http/, 'ws')}/desk/socket`
    this.socket = new WebSocket(address, { headers: { cookie, origin: options.base } })
    this.socket.on('open', () => {
      this.send({ type: 'hello', tab: randomUUID() })
      this.beginShift()
    })
    this.socket.on('message', (data: Buffer) => this.take(JSON.parse(data.toString()) as ServerMessage))
    this.socket.on('error', () => {})
    this.closed = new Promise((done) =>
      this.socket.once('close', () => {
        this.timers.forEach(clearTimeout)
        done()
      }),
    )
  }

  close(): void {
    this.send({ type: 'signOut', handBack: true })
    this.socket.close()
  }

  /** Any telephone of the pool will do: somebody sits at each. */
  private beginShift(): void {
    this.send({ type: 'signIn', mode: 'phone' })
  }

  private send(request: Request): void {
    if (this.socket.readyState !== WebSocket.OPEN) return
    const id = randomUUID()
    this.asked.set(id, request.type)
    this.socket.send(JSON.stringify({ id, ...request }))
  }

  private later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      act()
    }, ms)
    this.timers.add(timer)
  }

  private take(message: ServerMessage): void {
    switch (message.type) {
      case 'snapshot':
        for (const offer of message.offers) this.take({ ...message, type: 'offer', offer })
        for (const contact of [...message.contacts, ...message.owed]) this.look(contact)
        break
      case 'offer':
        // a call rings his telephone, and picking up accepts it
        if (message.offer.contact.channel !== 'voice') {
          this.later(between(600, 3_000), () =>
            this.send({ type: 'acceptOffer', offerId: message.offer.offerId }),
          )
        }
        break
      case 'contact':
        this.look(message.contact)
        break
      case 'message':
        if (message.message.direction === 'in') this.reply(message.contactId, message.message.id)
        break
      case 'agent':
        // he looked away for a moment, as the rule says after a missed offer
        if (message.agent.notResponding !== null) {
          this.later(between(2_000, 6_000), () => this.send({ type: 'available' }))
        }
        break
      case 'displaced':
        this.socket.close()
        break
      case 'result':
        this.heard(this.asked.get(message.re), message.ok ? undefined : message.problem)
        this.asked.delete(message.re)
        break
      default:
    }
  }

  /** The server's answer to one of his messages. */
  private heard(type: Request['type'] | undefined, problem: DeskProblem | undefined): void {
    if (type === 'signIn') {
      if (problem === undefined) this.send({ type: 'available' })
      else this.later(between(2_000, 5_000), () => this.beginShift())
    }
    // offers that were withdrawn and conversations that ended meanwhile are a desk's daily bread
    if (problem === undefined || [409, 410].includes(problem.status) || problem.code === 'notYours') return
    this.options.report(`demo: ${this.options.name}: ${type} was refused: ${problem.status} ${problem.code}`)
  }

  /** Does what this contact needs now. */
  private look(contact: DeskContact): void {
    if (contact.state === 'active' && contact.channel !== 'voice') {
      const last = contact.messages.filter(({ direction }) => direction === 'in').at(-1)
      if (last !== undefined) this.reply(contact.id, last.id)
    }
    const waits = contact.state === 'wrapUp' || contact.owedSince !== null
    if (!waits || this.registering.has(contact.id)) return
    this.registering.add(contact.id)
    this.later(between(3_000, 12_000), () => {
      this.send({
        type: 'register',
        contactId: contact.id,
        idempotencyKey: randomUUID(),
        outcomes: outcomesFor(contact, this.options.statute, this.items),
      })
      // a refusal would leave him waiting: the next look tries again
      this.later(10_000, () => this.registering.delete(contact.id))
    })
  }

  /** Answers one message once; after a few he says what happens next and ends the conversation. */
  private reply(contactId: string, messageId: string): void {
    if (this.answeredTo.get(contactId) === messageId) return
    this.answeredTo.set(contactId, messageId)
    const count = (this.said.get(contactId) ?? 0) + 1
    this.said.set(contactId, count)
    const last = count > 2 || (count === 2 && inPercent(50))
    const { platform } = this.options.statute.words
    const text = oneOf(last ? closings : count === 1 ? greetings(platform) : questions)
    this.later(between(2_000, 6_000), () => {
      this.send({ type: 'say', contactId, clientId: randomUUID(), text })
      if (last) this.later(between(2_000, 5_000), () => this.send({ type: 'endConversation', contactId }))
    })
  }
}
