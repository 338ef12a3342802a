import formbody from '@fastify/formbody'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { newId } from '../../base/ids.ts'
import { problem } from '../../base/problem.ts'
import { waitMinutes, type AskProgress, type LedgerOf, type ProgressAnswer } from '../progress.ts'
import { progressCss, progressPage, type ProgressPage, type ProgressWays } from './progress-page.ts'

export type ProgressRoutesOptions = {
  ask: AskProgress
  /** `accessLedgerFor` of `src/work-orders/service.ts`. */
  ledgerOf: LedgerOf
  ways: ProgressWays
  /** Requests of one address a minute, at one gateway; wrong tries are counted by `ask` for all. */
  mostPerMinute?: number
}

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()])

export const ProgressBody = Type.Object({
  number: Type.String({
    minLength: 1,
    maxLength: 40,
    description: 'of the order; its letters may be left out',
  }),
  lastFour: Type.String({
    minLength: 1,
    maxLength: 8,
    description: 'last four digits of the telephone of the order',
  }),
})

export const ProgressDocument = Type.Object({
  number: Type.String(),
  title: Type.String(),
  raisedAt: Type.String(),
  state: Type.String({ description: 'of the order, for machines; the next ones are its words' }),
  acceptance: Type.String(),
  unit: nullable(Type.String()),
  progress: Type.String(),
  due: nullable(Type.String({ description: 'the first instant that is too late, ISO 8601 with +08:00' })),
  cite: nullable(Type.String({ description: 'article the due date follows from' })),
  result: nullable(Type.String()),
})

/** The page asks nothing of anybody but this origin, and nothing of it is kept anywhere. */
const headers = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
} as const

/** `/progress` and `POST /api/progress`: public, without a session, never with a number in an address. */
export async function progressRoutes(scope: FastifyInstance, options: ProgressRoutesOptions): Promise<void> {
  const { ask, ledgerOf, ways, mostPerMinute = 30 } = options
  const rateLimit = { max: mostPerMinute, timeWindow: 60_000 }

  const askFor = (request: FastifyRequest, number: string, lastFour: string): Promise<ProgressAnswer> =>
    ask({ number, lastFour, asker: { kind: 'address', id: network(request.ip) }, tryId: newId() })

  await scope.register(async (pages) => {
    await pages.register(formbody, { bodyLimit: 4_096 })

    const send = (reply: FastifyReply, status: number, page: ProgressPage): FastifyReply =>
      reply.code(status).headers(headers).type('text/html; charset=utf-8').send(progressPage(page, ways))
    const nobody = { number: '', lastFour: '', ledger: false }

    // A citizen gets a page, whatever goes wrong.
    pages.setErrorHandler((error: FastifyError, request, reply) => {
      const status = error.statusCode ?? (error as { status?: number }).status ?? 500
      if (status === 429) {
        const waitMs = Number(reply.getHeader('retry-after') ?? 60) * 1_000
        return send(reply, 429, { typed: nobody, outcome: { type: 'locked', waitMs } })
      }
      if (status < 500)
        return send(reply, status, {
          typed: nobody,
          outcome: { type: 'incomplete', missing: ['number', 'lastFour'] },
        })
      request.log.error({ err: error }, 'progress page failed')
      return send(reply, 503, { typed: nobody, outcome: { type: 'away' } })
    })

    pages.get('/progress', { schema: { hide: true } }, async (_request, reply) =>
      send(reply, 200, { typed: nobody, outcome: { type: 'asked' } }),
    )
    pages.get('/progress.css', { schema: { hide: true } }, async (_request, reply) =>
      reply.type('text/css; charset=utf-8').header('cache-control', 'no-cache').send(progressCss),
    )

    pages.post('/progress', { schema: { hide: true }, config: { rateLimit } }, async (request, reply) => {
      const typed = typedIn(request.body)
      const missing = (['number', 'lastFour'] as const).filter((field) => !complete[field](typed[field]))
      if (missing.length > 0) return send(reply, 422, { typed, outcome: { type: 'incomplete', missing } })
      const answer = await askFor(request, typed.number, typed.lastFour)
      switch (answer.type) {
        case 'found': {
          const four = typed.lastFour.normalize('NFKC').trim()
          const looks = typed.ledger ? await ledgerOf(answer.progress.number, four) : null
          return send(reply, 200, { typed, outcome: { ...answer, looks } })
        }
        case 'none':
          return send(reply, 200, { typed, outcome: answer })
        case 'locked':
          reply.header('retry-after', Math.ceil(answer.waitMs / 1_000))
          return send(reply, 429, { typed: nobody, outcome: answer })
      }
    })
  })

  scope.withTypeProvider<TypeBoxTypeProvider>().post(
    '/api/progress',
    {
      schema: { tags: ['progress'], body: ProgressBody, response: { 200: ProgressDocument } },
      bodyLimit: 4_096,
      config: { rateLimit },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const answer = await askFor(request, request.body.number, request.body.lastFour)
      switch (answer.type) {
        case 'found':
          return { ...answer.progress, result: answer.progress.result ?? null }
        case 'none':
          throw problem(404, 'progressNotFound', '没有查到', '请核对编号和联系电话后四位。')
        case 'locked':
          reply.header('retry-after', Math.ceil(answer.waitMs / 1_000))
          throw problem(
            429,
            'progressLocked',
            '查询次数过多',
            `请 ${waitMinutes(answer.waitMs)} 分钟后再试。`,
          )
      }
    },
  )
}

/** Only what can be seen in the form itself; whether there is such a number is not said in another way. */
const complete = {
  number: (text: string): boolean => (text.normalize('NFKC').match(/\d/g) ?? []).length >= 13,
  lastFour: (text: string): boolean => /^\d{4}$/.test(text.normalize('NFKC').trim()),
}

function typedIn(body: unknown): ProgressPage['typed'] {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const text = (name: string, most: number): string => {
    const value = fields[name]
    return typeof value === 'string' ? value.trim().slice(0, most) : ''
  }
  return { number: text('number', 40), lastFour: text('lastFour', 8), ledger: text('ledger', 1) === '1' }
}

/** A household has a /64 of IPv6 and may change its address within it at will. */
export function network(ip: string): string {
  if (!ip.includes(':') || ip.includes('.')) return ip
  const [head = [], tail] = ip.split('::').map((part) => part.split(':').filter((group) => group !== ''))
  const gap = tail === undefined ? 0 : 8 - head.length - tail.length
  return [...head, ...Array<string>(gap).fill('0'), ...(tail ?? [])].slice(0, 4).join(':')
}
