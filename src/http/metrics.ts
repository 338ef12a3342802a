import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** A value read when Prometheus asks, by label. */
export type Reading = {
  name: string
  help: string
  label?: string
  /** By the value of the label; without a label all values mean the same one. What is not known is left out. */
  read: () => Promise<Record<string, number>> | Record<string, number>
}

/** A source that hangs hides its own figures and no others. */
const patienceMs = 1_500

/** `GET /metrics` (Prometheus text format): what an operator needs to see each promise kept or broken. */
export async function metricsRoutes(
  app: FastifyInstance,
  { readings }: { readings: Reading[] },
): Promise<void> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'hotline_' })
  for (const { name, help, label, read } of readings) {
    new Gauge({
      name: `hotline_${name}`,
      help,
      labelNames: label ? [label] : [],
      registers: [registry],
      async collect() {
        this.reset()
        // Without a label a reset means 0, and what is not known is not 0.
        if (!label) this.remove()
        // One source that cannot answer must not hide the others.
        const values = await within(read).catch(() => ({}))
        for (const [key, value] of Object.entries(values)) {
          if (label) this.set({ [label]: key }, value)
          else this.set(value)
        }
      },
    })
  }
  const seconds = new Histogram({
    name: 'hotline_http_seconds',
    help: 'time to answer a request',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 1, 5],
    registers: [registry],
  })
  app.addHook('onResponse', async (request, reply) => {
    seconds.observe(
      { route: request.routeOptions.url ?? 'unknown', status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    )
  })
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}

async function within(read: Reading['read']): Promise<Record<string, number>> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error('no answer')), patienceMs)
  })
  try {
    return await Promise.race([Promise.resolve(read()), late])
  } finally {
    clearTimeout(timer)
  }
}
