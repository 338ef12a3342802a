import { createHash, timingSafeEqual } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../base/problem.ts'
import { failureCode } from '../db/spool-durable.ts'

/** What all webhook routes share: raw bodies with limits, and one quiet refusal for every bad input. */

/** Statuses a stranger may see. Which check failed is nobody's business. */
export type RefusalStatus = 400 | 401 | 403 | 404 | 408 | 413 | 415

/** Thrown at the edge. `reason` goes to the log only; it never quotes the input. */
export class Refusal extends Error {
  readonly status: RefusalStatus
  constructor(status: RefusalStatus, reason: string) {
    super(reason)
    this.name = 'Refusal'
    this.status = status
  }
}

export const webhookBodyLimit = 64 * 1024

/** Equality in constant time, whatever the lengths. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (value: string): Buffer => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

/**
 * URL of a request as it may be logged: path tokens of SMS webhooks and the query of any webhook (WeChat puts the
 * openid there, Kannel the number and the text) are taken out.
 */
export const redactUrl = (url: string): string =>
  url
    .replace(/(\/webhooks\/+sms\/+[^/?#]*\/+)[^/?#]+/i, '$1[token]')
    .replace(/(\/webhooks[^?#]*)[?#].*/is, '$1?[query]')

/**
 * The route options of every webhook. Answers to machines carry no headers for browsers but `nosniff`, and providers
 * send in bursts and are bounded by their own guards: neither is worked out anew for each push.
 */
export const webhookOptions = {
  // Fastify logs `req` on arrival.
  logSerializers: {
    req: (request: FastifyRequest) => ({ method: request.method, url: redactUrl(request.url) }),
  },
  helmet: false,
  config: { rateLimit: false },
} as const

export type BodyRules = {
  /** Media types that are taken; anything else is 415. */
  types: readonly string[]
  limit?: number
  /** The whole body must be here within this time, ms: a slow sender holds no connection. */
  withinMs?: number
}

/**
 * Makes a scope take bodies as raw bytes. Signatures and character sets are judged on bytes, so nothing may be parsed
 * before.
 */
export function takeRawBodies(scope: FastifyInstance, rules: BodyRules): void {
  const { types, limit = webhookBodyLimit, withinMs = 4_000 } = rules
  scope.addHook('onRequest', async (request) => {
    const { headers } = request
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
    if (!hasBody) return
    const encoding = headers['content-encoding']
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
      throw new Refusal(415, 'content encoding')
    const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
    if (!types.includes(type)) throw new Refusal(415, 'content type')
    if (Number(headers['content-length'] ?? 0) > limit) throw new Refusal(413, 'content length')
  })
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request: FastifyRequest, payload: NodeJS.ReadableStream) =>
    readBody(payload, limit, withinMs),
  )
}

function readBody(payload: NodeJS.ReadableStream, limit: number, withinMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      payload.removeListener('data', onData)
      act()
    }
    const timer = setTimeout(() => settle(() => reject(new Refusal(408, 'slow body'))), withinMs)
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size > limit) settle(() => reject(new Refusal(413, 'body too large')))
      else chunks.push(chunk)
    }
    payload.on('data', onData)
    payload.once('end', () => settle(() => resolve(Buffer.concat(chunks))))
    payload.once('error', () => settle(() => reject(new Refusal(400, 'body broken off'))))
    payload.once('close', () => settle(() => reject(new Refusal(400, 'body broken off'))))
  })
}

/** Every failure of a scope becomes one short answer: no stack, no cause, never 500. */
export function refuseQuietly(scope: FastifyInstance): void {
  scope.setErrorHandler((error: FastifyError | Error, request, reply) => {
    const status = statusOf(error)
    const reason = error instanceof Refusal ? error.message : failureCode(error)
    if (status >= 500) request.log.error({ reason }, 'webhook item not taken')
    else request.log.info({ status, reason }, 'webhook refused')
    return sendRefusal(request, reply, status)
  })
}

export function sendRefusal(request: FastifyRequest, reply: FastifyReply, status: number): FastifyReply {
  // What is left of the body is not worth reading.
  if (status === 408 || status === 413 || status === 415) void reply.header('connection', 'close')
  return reply
    .code(status)
    .type('application/problem+json')
    .header('x-content-type-options', 'nosniff')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: STATUS_CODES[status],
        status,
        code: status >= 500 ? 'tryAgain' : 'refused',
        requestId: request.id,
      }),
    )
}

function statusOf(error: FastifyError | Error): number {
  if (error instanceof Refusal) return error.status
  if (error instanceof Problem) return error.status >= 500 ? 503 : error.status
  const status = (error as FastifyError).statusCode
  if (status !== undefined && status >= 400 && status < 500) return status
  // An unforeseen failure: the provider keeps the item and tries again.
  return 503
}
