import { WebSocket } from 'ws'
import type { ClientMessage, ServerMessage } from '../../src/agent-desk/contract.ts'
import { newId } from '../../src/base/ids.ts'

type WithoutId<M> = M extends { id: string } ? Omit<M, 'id'> : never
export type Ask = WithoutId<ClientMessage>
export type Result = Extract<ServerMessage, { type: 'result' }>
type OfType<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>

/** A page: the other end of the desk's socket. */
export class Page {
  readonly inbox: ServerMessage[] = []
  readonly socket: WebSocket
  readonly tab: string
  closed: { code: number } | null = null
  private readonly handshake: Promise<number>
  private readonly waiting = new Set<() => void>()

  constructor(base: string, cookie: string, options: { origin?: string; tab?: string; path?: string } = {}) {
    this.tab = options.tab ?? newId()
    const headers = { cookie, ...(options.origin ? { origin: options.origin } : {}) }
    this.socket = new WebSocket(base.replace(/^http/, 'ws') + (options.path ?? '/desk/socket'), { headers })
    this.socket.on('message', (data: Buffer) => {
      this.inbox.push(JSON.parse(data.toString()) as ServerMessage)
      for (const look of [...this.waiting]) look()
    })
    this.socket.on('error', () => {})
    this.handshake = new Promise((resolve) => {
      this.socket.once('open', () => resolve(101))
      this.socket.once('unexpected-response', (_request, response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      this.socket.once('error', () => resolve(0))
    })
    this.socket.on('close', (code) => {
      this.closed = { code }
      for (const look of [...this.waiting]) look()
    })
  }

  /** The status of a refused handshake, or 101. */
  opened(): Promise<number> {
    return this.handshake
  }

  async hello(lastEvent?: string): Promise<this> {
    await this.opened()
    await this.ask({ type: 'hello', tab: this.tab, ...(lastEvent ? { lastEvent } : {}) })
    return this
  }

  raw(data: string): void {
    this.socket.send(data)
  }

  async ask(request: Ask, id: string = newId()): Promise<Result> {
    this.raw(JSON.stringify({ ...request, id }))
    return this.until((m): m is Result => m.type === 'result' && m.re === id)
  }

  /** The data of a request that must succeed. */
  async do(request: Ask): Promise<unknown> {
    const result = await this.ask(request)
    if (!result.ok) throw new Error(`${request.type} refused: ${result.problem.code}`)
    return result.data
  }

  /** Waits for a message that fits, among those that came and those that will. */
  until<M extends ServerMessage>(fits: (m: ServerMessage) => m is M): Promise<M> {
    return this.when(() => this.inbox.find(fits))
  }

  next<T extends ServerMessage['type']>(
    type: T,
    fits: (m: OfType<T>) => boolean = () => true,
  ): Promise<OfType<T>> {
    return this.until((m): m is OfType<T> => m.type === type && fits(m as OfType<T>))
  }

  all<T extends ServerMessage['type']>(type: T): OfType<T>[] {
    return this.inbox.filter((m): m is OfType<T> => m.type === type)
  }

  /** The newest event id that this page has seen. */
  get lastEvent(): string | undefined {
    return this.inbox.findLast((m) => m.event !== undefined)?.event
  }

  over(): Promise<{ code: number }> {
    return this.when(() => this.closed ?? undefined)
  }

  when<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const found = look()
        if (found === undefined) return
        this.waiting.delete(check)
        clearTimeout(timer)
        resolve(found)
      }
      const timer = setTimeout(() => {
        this.waiting.delete(check)
        const seen = this.inbox.map((m) => m.type).join(', ')
        reject(new Error(`nothing fitting came; the page saw: ${seen}`))
      }, 8_000)
      this.waiting.add(check)
      check()
    })
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.socket.close()
    await this.over()
  }
}
