import type { FastifyInstance } from 'fastify'

export type Check = 'ok' | 'off' | 'failing'
export type Checks = Record<'postgres' | 'redis' | 'asterisk' | 'wechat' | 'sms', () => Promise<Check>>

/**
 * `GET /healthz`: 200 while all parts answer, else 503: PostgreSQL, Redis and, when it is configured, at least one
 * Asterisk. Texts are taken into the spool while it is 503. A channel that is off is no fault. Each check has one second.
 */
export async function healthRoutes(app: FastifyInstance, { checks }: { checks: Checks }): Promise<void> {
  app.get(
    '/healthz',
    { schema: { hide: true }, config: { rateLimit: false }, logLevel: 'warn' },
    async (_request, reply) => {
      const entries = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => [name, await within(check)] as const),
      )
      const failing = entries.some(([, state]) => state === 'failing')
      return reply
        .code(failing ? 503 : 200)
        .send({ status: failing ? 'failing' : 'ok', checks: Object.fromEntries(entries) })
    },
  )
}

async function within(check: () => Promise<Check>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Check>((resolve) => {
    timer = setTimeout(() => resolve('failing'), 1_000)
  })
  const state = await Promise.race([check().catch((): Check => 'failing'), late])
  clearTimeout(timer)
  return state
}
