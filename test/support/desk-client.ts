import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import type { ClientMessage, DeskContact, OfferView, ServerMessage } from '../../src/agent-desk/contract.ts'

type WithoutId<M> = M extends { id: string } ? Omit<M, 'id'> : never
export type Wish = WithoutId<ClientMessage>

/** A refusal as the desk gives it. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  constructor(problem: { status: number; code: string; title: string }) {
    super(`${problem.status} ${problem.code} ${problem.title}`)
    this.status = problem.status
    this.code = problem.code
  }
}

/**
 * An agent at a desk in a test: real sign-in, real socket. Everything the server sent is kept, so a test may ask for
 * what has already happened as well as wait for what will.
 */
export class DeskClient {
  readonly heard: { at: number; message: ServerMessage }[] = []
  readonly cookie: string
  private readonly socket: WebSocket
  private readonly waiting = new Set<() => void>()

  private constructor(cookie: string, socket: WebSocket) {
    this.cookie = cookie
    this.socket = socket
    socket.on('message', (data: Buffer) => {
      this.heard.push({ at: performance.now(), message: JSON.parse(data.toString()) as ServerMessage })
      for (const look of this.waiting) look()
    })
  }

  static async open(base: string, username: string, password: string): Promise<DeskClient> {
    const cookie = await signIn(base, username, password)
    const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/desk/socket`, {
      headers: { cookie, origin: base },
    })
    const client = new DeskClient(cookie, socket)
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    await client.ask({ type: 'hello', tab: randomUUID() })
    return client
  }

  /** Sends a wish and waits for its answer. @throws Refused */
  async ask(wish: Wish): Promise<unknown> {
    const id = randomUUID()
    this.socket.send(JSON.stringify({ id, ...wish }))
    const answer = await this.until((m) => (m.type === 'result' && m.re === id ? m : null), 15_000)
    if (!answer.ok) throw new Refused(answer.problem)
    return answer.data
  }

  /** The first thing heard for which `pick` gives something, of the past or within `ms`. */
  until<T>(
    pick: (message: ServerMessage) => T | null | undefined | false,
    ms = 20_000,
    from = 0,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): boolean => {
        for (const { message } of this.heard.slice(from)) {
          const found = pick(message)
          if (found) {
            settle(() => resolve(found))
            return true
          }
        }
        return false
      }
      const settle = (act: () => void): void => {
        clearTimeout(timer)
        this.waiting.delete(watch)
        act()
      }
      const watch = (): void => void look()
      const timer = setTimeout(
        () => settle(() => reject(new Error(`not heard in ${ms} ms: ${pick.toString().slice(0, 160)}`))),
        ms,
      )
      if (!look()) this.waiting.add(watch)
    })
  }

  /** Everything heard from here on. */
  mark(): number {
    return this.heard.length
  }

  offer(from = 0, ms = 20_000): Promise<OfferView> {
    return this.until((m) => m.type === 'offer' && m.offer, ms, from)
  }

  contact(contactId: string, state: string, from = 0, ms = 20_000): Promise<DeskContact> {
    return this.until(
      (m) => m.type === 'contact' && m.contact.id === contactId && m.contact.state === state && m.contact,
      ms,
      from,
    )
  }

  /** Signs in with a telephone of the table (or for texts alone) and goes available. */
  async begin(phone?: string): Promise<void> {
    await this.ask(phone ? { type: 'signIn', mode: 'phone', phone } : { type: 'signIn', mode: 'text' })
    await this.ask({ type: 'available' })
  }

  register(contactId: string, outcomes: unknown[], idempotencyKey: string = randomUUID()): Promise<unknown> {
    return this.ask({ type: 'register', contactId, idempotencyKey, outcomes })
  }

  isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN
  }

  /** Resolves with the next message, or after `ms`. */
  next(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(timer)
        this.waiting.delete(settle)
        resolve()
      }
      const timer = setTimeout(settle, ms)
      this.waiting.add(settle)
    })
  }

  close(): void {
    this.socket.close()
  }
}

export async function signIn(base: string, username: string, password: string): Promise<string> {
  const answer = await fetch(`${base}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: base },
    body: JSON.stringify({ username, password }),
  })
  if (!answer.ok) throw new Error(`sign-in answers ${answer.status}: ${await answer.text()}`)
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}
