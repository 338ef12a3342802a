import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import helmet from '@fastify/helmet'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { securityHeaders } from '../../../src/web/security.ts'
import { staffPages, staffPagesBuilt } from '../../../src/web/static.ts'

let root: string
let app: FastifyInstance

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'pages-'))
  await mkdir(join(root, 'assets'))
  await writeFile(join(root, 'index.html'), '<!doctype html><title>desk</title>')
  await writeFile(join(root, 'assets/a-1234.js'), 'export {}')
  await writeFile(join(root, 'assets/a-1234.js.br'), 'brotli')
  app = Fastify()
  await app.register(helmet, securityHeaders({ phoneSockets: ['wss://pbx.example:8089/ws'], tls: false }))
  await app.register(staffPages, { root, city: 'anshan-2019' })
})
afterAll(async () => {
  await app.close()
  await rm(root, { recursive: true })
})

describe('the staff pages', () => {
  it('serve the application at the desk’s addresses, asked for anew each time', async () => {
    for (const url of ['/desk', '/desk/sign-in']) {
      const { statusCode, body, headers } = await app.inject(url)
      expect(statusCode, url).toBe(200)
      expect(body).toContain('<title>desk</title>')
      expect(headers['cache-control']).toBe('no-cache')
    }
  })

  it('promise nothing that does not exist', async () => {
    for (const url of ['/admin', '/unit', '/assets/none.js', '/assets/../index.html'])
      expect((await app.inject(url)).statusCode, url).toBe(404)
  })

  it('serve hashed files for ever and pre-compressed', async () => {
    const { headers, body } = await app.inject({
      url: '/assets/a-1234.js',
      headers: { 'accept-encoding': 'br' },
    })
    expect(headers['cache-control']).toContain('immutable')
    expect(headers['content-encoding']).toBe('br')
    expect(headers['content-type']).toContain('javascript')
    expect(body).toBe('brotli')
  })

  it('allow no inline script, no foreign origin but the telephone’s own socket, no frame', async () => {
    const answer = await app.inject({ url: '/desk', headers: { host: 'desk.example:8890' } })
    const policy = String(answer.headers['content-security-policy'])
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("style-src 'self';")
    expect(policy).not.toMatch(/unsafe-(inline|eval)/)
    expect(policy).toContain("connect-src 'self' ws://desk.example:8890 wss://pbx.example:8089;")
    expect(policy).toContain("frame-ancestors 'none'")
  })

  it('put no invented host into the policy', async () => {
    const answer = await app.inject({ url: '/desk', headers: { host: 'x; script-src *' } })
    expect(answer.headers['content-security-policy']).not.toContain('script-src *')
  })

  it('tell the desk which statute is in force here', async () => {
    expect((await app.inject('/desk/settings.json')).json()).toEqual({ city: 'anshan-2019' })
  })

  it('know whether they were built', () => {
    expect(staffPagesBuilt(root)).toBe(true)
    expect(staffPagesBuilt(join(root, 'assets'))).toBe(false)
  })
})
