import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { newId } from '../../base/ids.ts'
import { problem } from '../../base/problem.ts'
import { waitMinutes, type AskProgress, type LedgerOf } from '../progress.ts'
import { network, ProgressBody } from './progress-routes.ts'

/** One look at the order: when, what was done, in which role, of which unit, which fields. Never who. */
const Look = Type.Object({
  at: Type.String(),
  action: Type.String(),
  role: Type.String(),
  unit: Type.Union([Type.String(), Type.Null()]),
  fields: Type.Array(Type.String()),
})

export type AccessLedgerRoutesOptions = {
  /** Proves the asker and counts wrong tries, together with those of the progress page. */
  ask: AskProgress
  /** `accessLedgerFor` of `src/work-orders/service.ts`. */
  ledgerOf: LedgerOf
  /** Requests of one address a minute, at one gateway. */
  mostPerMinute?: number
}

/**
 * `POST /api/progress/ledger`: who looked at the order, for its requester (鞍山 2019 第二十六条; 个人信息保护法 第四十四条).
 * Public, without a session, proven by number and last four digits like the progress itself.
 */
export async function accessLedgerRoutes(
  scope: FastifyInstance,
  { ask, ledgerOf, mostPerMinute = 30 }: AccessLedgerRoutesOptions,
): Promise<void> {
  scope.withTypeProvider<TypeBoxTypeProvider>().post(
    '/api/progress/ledger',
    {
      schema: {
        tags: ['progress'],
        body: ProgressBody,
        response: { 200: Type.Object({ items: Type.Array(Look) }) },
      },
      bodyLimit: 4_096,
      config: { rateLimit: { max: mostPerMinute, timeWindow: 60_000 } },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const { number, lastFour } = request.body
      const asker = { kind: 'address', id: network(request.ip) } as const
      const answer = await ask({ number, lastFour, asker, tryId: newId() })
      if (answer.type === 'locked') {
        reply.header('retry-after', Math.ceil(answer.waitMs / 1_000))
        throw problem(429, 'progressLocked', '查询次数过多', `请 ${waitMinutes(answer.waitMs)} 分钟后再试。`)
      }
      const four = lastFour.normalize('NFKC').trim()
      const items = answer.type === 'found' ? await ledgerOf(answer.progress.number, four) : null
      if (!items) throw problem(404, 'progressNotFound', '没有查到', '请核对编号和联系电话后四位。')
      return { items }
    },
  )
}
