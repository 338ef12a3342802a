import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { checkout, servicesHome } from '../../services/paths.ts'
import { isAlive, type ProcessMark } from '../../services/processes.ts'
import { unusedPort } from '../support/ports.ts'
import { runFolder } from '../support/services.ts'
import { placeCall } from '../support/sipp.ts'

interface Run {
  process: ChildProcess
  /** resolves with the address once the ready line is there; rejects when the process ends before */
  ready: Promise<string>
  ended: Promise<number | null>
  said(): string
}

const runs: Run[] = []

/** A home of its own for `./hotline`; programs that are already unpacked are shared. */
function newHome(): string {
  const home = join(runFolder(), `script-${randomUUID().slice(0, 8)}`)
  mkdirSync(home)
  symlinkSync(join(servicesHome(), 'tools'), join(home, 'tools'))
  symlinkSync(join(servicesHome(), 'sounds'), join(home, 'sounds'))
  return home
}

function hotline(home: string, port: number, command: string, settings: Record<string, string> = {}): Run {
  const env = {
    ...process.env,
    ...settings,
    HOTLINE_DATA: home,
    HOTLINE_PORT: String(port),
    LOG_LEVEL: 'warn',
  }
  const child = spawn(join(checkout, 'hotline'), [command], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)))
  const ready = new Promise<string>((done, fail) => {
    const take = (chunk: Buffer): void => {
      said += chunk.toString()
      const address = /^ready (\S+)$/m.exec(said)?.[1]
      if (address !== undefined) done(address)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    void ended.then((code) => fail(new Error(`ended with ${code} before it was ready:\n${said}`)))
  })
  ready.catch(() => {})
  const run = { process: child, ready, ended, said: () => said }
  runs.push(run)
  return run
}

/** The processes that a run has noted. */
const noted = (home: string): { service: string; process: ProcessMark }[] =>
  readdirSync(join(home, 'run'))
    .filter((name) => name.endsWith('.json'))
    .map(
      (name) =>
        JSON.parse(readFileSync(join(home, 'run', name), 'utf8')) as {
          service: string
          process: ProcessMark
        },
    )

describe('./hotline start', () => {
  afterEach(async () => {
    for (const run of runs.splice(0)) {
      run.process.kill('SIGINT')
      await run.ended
    }
  })

  it('offers a link for the first administrator, and Ctrl-C ends all that it started', async () => {
    const home = newHome()
    const run = hotline(home, await unusedPort(), 'start')
    const address = await run.ready
    expect((await fetch(`${address}/healthz`)).status).toBe(200)
    expect(run.said()).toContain(`${address}/welcome#setup=`)
    const started = noted(home)
    expect(started.map(({ service }) => service).sort()).toEqual(['asterisk', 'gateway', 'postgres', 'redis'])

    run.process.kill('SIGINT')
    expect(await run.ended).toBe(0)
    expect(started.filter((each) => isAlive(each.process))).toEqual([])
    expect(noted(home)).toEqual([])
  })

  it('cleans up after a run that was killed, and keeps its data', async () => {
    const home = newHome()
    const port = await unusedPort()
    const first = hotline(home, port, 'start')
    await first.ready
    const left = noted(home)
    first.process.kill('SIGKILL')
    await first.ended
    expect(left.filter((each) => isAlive(each.process))).toHaveLength(4)

    const second = hotline(home, port, 'start')
    const address = await second.ready
    expect(left.filter((each) => isAlive(each.process))).toEqual([])
    expect((await fetch(`${address}/healthz`)).status).toBe(200)
  })

  it('runs beside another one, but not twice in the same place', async () => {
    const home = newHome()
    const [one, other] = [
      hotline(home, await unusedPort(), 'start'),
      hotline(newHome(), await unusedPort(), 'start'),
    ]
    const [first, second] = await Promise.all([one.ready, other.ready])
    expect(first).not.toBe(second)
    for (const address of [first, second]) expect((await fetch(`${address}/healthz`)).status).toBe(200)

    const again = hotline(home, await unusedPort(), 'start')
    expect(await again.ended).toBe(1)
    expect(again.said()).toContain('is running')
  })

  it('starts a killed service again on the same place', async () => {
    const home = newHome()
    const run = hotline(home, await unusedPort(), 'start')
    const address = await run.ready
    const redis = noted(home).find(({ service }) => service === 'redis')
    process.kill(redis?.process.pid ?? 0, 'SIGKILL')
    await expect
      .poll(() => noted(home).find(({ service }) => service === 'redis')?.process.pid, { timeout: 15_000 })
      .not.toBe(redis?.process.pid)
    await expect.poll(async () => (await fetch(`${address}/healthz`)).status, { timeout: 30_000 }).toBe(200)
  })

  it('lets a call go on when it is asked to end, and Asterisk end after it', async () => {
    const home = newHome()
    const sipPort = String(await unusedPort())
    const settings = { HOTLINE_SIP_PORT: sipPort, HOTLINE_TRUNK_MATCH: '127.0.0.2/32' }
    const run = hotline(home, await unusedPort(), 'start', settings)
    await run.ready
    const call = await placeCall({ target: `127.0.0.1:${sipPort}`, to: '12345', from: '13800000001' })
    await call.answered
    const [asterisk, gateway] = ['asterisk', 'gateway'].map(
      (name) => noted(home).find(({ service }) => service === name)?.process,
    )

    run.process.kill('SIGTERM')
    expect(await run.ended).toBe(0)
    expect(isAlive(gateway!)).toBe(false)
    expect(isAlive(asterisk!)).toBe(true)
    expect(call.records().map(({ what }) => what)).toEqual(['answered'])

    await call.hangUp()
    expect(call.records().map(({ what }) => what)).toContain('hung up')
    await expect.poll(() => isAlive(asterisk!), { timeout: 15_000 }).toBe(false)
  })
})
