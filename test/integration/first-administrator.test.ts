import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { unusedPort } from '../support/ports.ts'
import { freshDatabase, runFolder, startTestRedis, type TestDatabase } from '../support/services.ts'

const patient = { timeout: 30_000, interval: 50 }

let database: TestDatabase
let redis: Awaited<ReturnType<typeof startTestRedis>>
let gateway: ChildProcess | undefined
beforeAll(async () => {
  ;[database, redis] = await Promise.all([freshDatabase(), startTestRedis()])
}, 60_000)
afterAll(async () => {
  gateway?.kill('SIGKILL')
  await redis?.stop()
  await database?.drop()
})

/** The gateway as its image starts it. */
async function start(): Promise<{ url: string; said: () => string }> {
  const port = await unusedPort()
  const url = `http://127.0.0.1:${port}`
  let said = ''
  gateway = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', '--set-up-link'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      HOTLINE_DATA: mkdtempSync(join(runFolder(), 'first-')),
      HOTLINE_SECRET: 's'.repeat(32),
      HOTLINE_PII_KEY: 'k'.repeat(32),
      HOTLINE_PORT: String(port),
      HOTLINE_PUBLIC_URL: url,
    },
  })
  gateway.stdout?.on('data', (words: Buffer) => (said += words.toString()))
  await vi.waitFor(() => expect(said).toContain('gateway ready'), patient)
  return { url, said: () => said }
}

async function stop(): Promise<void> {
  const closed = new Promise((done) => gateway?.once('close', done))
  gateway?.kill('SIGTERM')
  await closed
}

it('a gateway in its image prints the link for the first administrator, and none once there is one', async () => {
  const { url, said } = await start()
  await vi.waitFor(() => expect(said()).toMatch(/^ {2}http\S+\/welcome#setup=\S+$/m), patient)
  const [, token] = /#setup=(\S+)/.exec(said()) ?? []
  const made = await fetch(`${url}/api/setup`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: url },
    body: JSON.stringify({ token, username: 'first', displayName: '系统管理员', password: 'Lamp-post-4711' }),
  })
  expect(made.status).toBe(201)
  await stop()

  const again = await start()
  await stop()
  expect(again.said()).not.toContain('#setup=')
}, 120_000)
