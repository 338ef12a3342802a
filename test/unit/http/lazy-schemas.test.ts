import Fastify, { type FastifyServerOptions } from 'fastify'
import { describe, expect, it, vi } from 'vitest'
import { createLazySchemas } from '../../../src/http/lazy-schemas.ts'

const body = {
  type: 'object',
  required: ['n'],
  properties: { n: { type: 'integer' }, note: { type: 'string', default: '无' } },
}
const response = { 200: { type: 'object', properties: { n: { type: 'integer' } } } }

async function site(options: FastifyServerOptions) {
  const app = Fastify(options)
  app.post('/echo', { schema: { body, response } }, async (request) => ({
    ...(request.body as object),
    secret: true,
    seen: request.body,
  }))
  await app.ready()
  const post = (payload: object) => app.inject({ method: 'POST', url: '/echo', payload })
  return { app, post }
}

describe('schemas that are compiled when they are needed', () => {
  it('judge, fill in, convert and shorten as those of Fastify do', async () => {
    const lazy = await site({ schemaController: { compilersFactory: createLazySchemas().compilersFactory } })
    const eager = await site({})
    for (const payload of [{ n: 1 }, { n: '2', note: '有' }, { n: 'x' }, {}, { n: 1.5 }, { n: 3 }]) {
      const [a, b] = [await lazy.post(payload), await eager.post(payload)]
      expect([a.statusCode, a.json()]).toEqual([b.statusCode, b.json()])
    }
    expect((await lazy.post({ n: 1 })).json()).toEqual({ n: 1 })
    await Promise.all([lazy.app.close(), eager.app.close()])
  })

  it('are not compiled before, and the rest is once the gateway listens: one that cannot be is in the log', async () => {
    const lines: string[] = []
    const schemas = createLazySchemas()
    const app = Fastify({
      schemaController: { compilersFactory: schemas.compilersFactory },
      logger: { level: 'error', stream: { write: (line: string) => void lines.push(line) } },
    })
    schemas.compileRest(app)
    app.post('/wrong', { schema: { body: { type: 'nothing that there is' } } }, async () => 'ok')
    await app.ready()
    expect(lines).toEqual([])
    await app.listen({ host: '127.0.0.1', port: 0 })
    await vi.waitFor(() => expect(lines.join('')).toContain('does not compile'))
    await app.close()
  })
})
