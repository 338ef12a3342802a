import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** Calls of providers. Unlike `fetch` it tells whether the request can have reached the other side. */

export type Call = {
  method: 'GET' | 'POST'
  url: string
  headers?: Record<string, string>
  body?: string
  /** For the whole exchange, ms. */
  withinMs?: number
  /** Longest answer, bytes. */
  maxBytes?: number
}

export type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer }

/** `reached` false: the request certainly did nothing. True: it may have been carried out. */
export class CallFailed extends Error {
  readonly code: string
  readonly reached: boolean
  constructor(code: string, reached: boolean) {
    super(code)
    this.name = 'CallFailed'
    this.code = code
    this.reached = reached
  }
}

export type Caller = (call: Call) => Promise<Answer>

/** Redirects are not followed: an answer must not be able to send us elsewhere. Every call has its own connection. */
export const callHttp: Caller = ({
  method,
  url,
  headers = {},
  body = '',
  withinMs = 10_000,
  maxBytes = 1 << 20,
}) =>
  new Promise((resolve, reject) => {
    const secure = url.startsWith('https:')
    let connected = false
    const outgoing = (secure ? httpsRequest : httpRequest)(url, {
      method,
      agent: false,
      headers: { ...headers, ...(method === 'POST' ? { 'content-length': Buffer.byteLength(body) } : {}) },
    })
    const fail = (code: string): void => {
      clearTimeout(timer)
      outgoing.destroy()
      reject(new CallFailed(code, connected))
    }
    const timer = setTimeout(() => fail('ETIMEDOUT'), withinMs)
    outgoing.on('socket', (socket) => {
      // Nothing is written before the connection (with TLS: the handshake) stands.
      socket.once(secure ? 'secureConnect' : 'connect', () => (connected = true))
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'EUNKNOWN'))
    outgoing.on('response', (incoming: IncomingMessage) => {
      const chunks: Buffer[] = []
      let size = 0
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > maxBytes) return fail('ETOOBIG')
        chunks.push(chunk)
      })
      incoming.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'EUNKNOWN'))
      incoming.on('end', () => {
        clearTimeout(timer)
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) })
      })
    })
    outgoing.end(body)
  })
