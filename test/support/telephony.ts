import { connect, createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { pino } from 'pino'
import { vi } from 'vitest'
import { createPool, type Db } from '../../src/db/pool.ts'
import type { CallEvent, CallFact } from '../../src/telephony/call-event.ts'
import type { CallSink, OpenCalls } from '../../src/telephony/ports.ts'
import { createTelephony, type Telephony, type TelephonyOptions } from '../../src/telephony/service.ts'
import type { TestAsterisk } from './asterisk.ts'
import { freshDatabase, type TestDatabase } from './services.ts'

/** A ledger in memory that keeps each fact once, as the real one does; it can be made to fail. */
export class MemoryLedger implements CallSink, OpenCalls {
  readonly facts = new Map<string, CallFact>()
  readonly devices: CallEvent[] = []
  /** Deliveries of facts that were known already. */
  repeated = 0
  failing = false
  /** Called after the commit of a fact, before `handle` resolves. */
  after: (fact: CallFact) => void | Promise<void> = () => {}

  async handle(event: CallEvent): Promise<void> {
    if (this.failing) throw new Error('ledger is down')
    if (event.type === 'deviceState') return void this.devices.push(event)
    if (this.facts.has(event.key)) this.repeated++
    else this.facts.set(event.key, event)
    await this.after(event)
  }

  list(node: string): Promise<{ callId: string }[]> {
    if (this.failing) return Promise.reject(new Error('ledger is down'))
    const open = new Set<string>()
    for (const fact of this.facts.values()) {
      if (fact.node !== node) continue
      if (fact.type === 'callArrived' || fact.type === 'calledBack') open.add(fact.callId)
      if (fact.type === 'callEnded') open.delete(fact.callId)
    }
    return Promise.resolve([...open].map((callId) => ({ callId })))
  }

  of(callId: string): CallFact[] {
    return [...this.facts.values()].filter((fact) => fact.callId === callId)
  }

  story(callId: string): string[] {
    return this.of(callId).map((fact) => fact.type)
  }

  /** Waits for a fact; fails with what there is instead. */
  async until<T extends CallFact['type']>(
    type: T,
    fits: (fact: CallFact & { type: T }) => boolean = () => true,
    ms = 15_000,
  ): Promise<CallFact & { type: T }> {
    const find = (): (CallFact & { type: T }) | undefined =>
      [...this.facts.values()].find(
        (fact): fact is CallFact & { type: T } => fact.type === type && fits(fact as CallFact & { type: T }),
      )
    return vi.waitFor(
      () => {
        const found = find()
        if (!found) {
          const seen = [...this.facts.values()].map((fact) => `${fact.callId} ${fact.type}`)
          throw new Error(`no ${type}; seen: ${seen.slice(-25).join(' · ')}`)
        }
        return found
      },
      { timeout: ms, interval: 20 },
    )
  }
}

export interface TestGateway {
  telephony: Telephony
  ledger: MemoryLedger
  /** Health that the heartbeat sees. */
  healthy: { value: boolean }
  spooled: unknown[]
  stop(): Promise<void>
  /** As the process would die: no log-off, no lease given back. */
  kill(): Promise<void>
}

const stops: (() => Promise<unknown>)[] = []

/** Stops all gateways, links and databases of a test file, newest first; for `afterAll`. */
export async function stopGateways(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop()
}

export async function telephonyDatabase(): Promise<TestDatabase> {
  const database = await freshDatabase()
  stops.push(() => database.drop())
  return database
}

/** A gateway's telephony on a real Asterisk and a real PostgreSQL; only the ledger is a map. */
export function startGateway(
  asterisks: TestAsterisk[],
  database: TestDatabase,
  options: Partial<TelephonyOptions> & { ledger?: MemoryLedger; amiPort?: number } = {},
): TestGateway {
  const { ledger = new MemoryLedger(), amiPort, ...rest } = options
  const log = pino({ level: process.env['TEST_LOG'] ?? 'silent' })
  const db: Db = createPool(database.url, log, 4)
  const healthy = { value: true }
  const spooled: unknown[] = []
  const gatewayId = `gw${stops.length}`
  let dead = false
  const guarded = <T>(act: () => Promise<T>): Promise<T> =>
    dead ? Promise.reject(new Error('this gateway is dead')) : act()
  const telephony = createTelephony({
    nodes: asterisks.map((asterisk) => ({
      target: {
        host: '127.0.0.1',
        port: amiPort ?? asterisk.options.amiPort,
        user: 'gateway',
        secret: asterisk.options.amiSecret,
      },
      files: {
        contactsCsv: asterisk.paths.contactsCsv,
        queueLog: asterisk.paths.queueLog,
        recordings: asterisk.paths.recordings,
      },
    })),
    gatewayId,
    db,
    sink: { handle: (event) => guarded(() => ledger.handle(event)) },
    openCalls: { list: (node) => guarded(() => ledger.list(node)) },
    spool: {
      append: (record) => {
        spooled.push(record)
        return Promise.resolve()
      },
      get depth() {
        return spooled.length
      },
    },
    healthy: { check: () => Promise.resolve(healthy.value) },
    signedIn: { list: () => Promise.resolve([]) },
    recordings: null,
    log,
    leaseMs: 2_000,
    ...rest,
  })
  let stopped: Promise<void> | null = null
  const stop = (): Promise<void> =>
    (stopped ??= telephony
      .stop()
      .then(() => db.end())
      .catch(() => {}))
  stops.push(stop)
  return {
    telephony,
    ledger,
    healthy,
    spooled,
    stop,
    kill: async () => {
      // Without its database the lease cannot be given back, and without its sink nothing is committed any more.
      dead = true
      await db.end().catch(() => {})
      await stop()
    },
  }
}

export const inStep = (gateway: TestGateway, ms = 15_000): Promise<void> =>
  vi.waitFor(
    () => {
      const health = gateway.telephony.health()
      if (!health.every((node) => node.inStep)) throw new Error(JSON.stringify(health))
    },
    { timeout: ms, interval: 20 },
  )

/** Waits for what must come soon, with patience for a machine that others use too. */
export const soon = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 15_000, interval: 20 })

/** Logged in (or not any more) to every node. */
export const linkIs = (gateway: TestGateway, up: boolean, ms = 15_000): Promise<void> =>
  vi.waitFor(
    () => {
      const health = gateway.telephony.health()
      if (!health.every((node) => node.linkUp === up)) throw new Error(JSON.stringify(health))
    },
    { timeout: ms, interval: 20 },
  )

/** In step, and Asterisk has been told so. */
export async function beating(gateway: TestGateway, ms = 20_000): Promise<void> {
  await inStep(gateway, ms)
  const since = Date.now() - 2_500
  await vi.waitFor(
    () => {
      const last = gateway.telephony.health().map((node) => node.lastHeartbeat)
      if (!last.every((at) => at !== null && at.getTime() > since))
        throw new Error(`last beat ${last.join()}`)
    },
    { timeout: ms, interval: 20 },
  )
}

/** A wire between gateway and Asterisk that can be cut, or made deaf without being cut. */
export async function startWire(target: number) {
  const pairs = new Set<[Socket, Socket]>()
  const halfOpen = new Set<Socket>()
  let deaf = false
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    const end = (): void => {
      pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    near.on('error', end).on('close', end)
    far.on('error', end).on('close', end)
    near.on('data', (chunk) => deaf || halfOpen.has(near) || far.write(chunk))
    far.on('data', (chunk) => deaf || halfOpen.has(near) || near.write(chunk))
  })
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port } = server.address() as { port: number }
  const cut = async (): Promise<void> => {
    const closed = once(server, 'close')
    server.close()
    for (const [near, far] of pairs) {
      near.destroy()
      far.destroy()
    }
    pairs.clear()
    await closed
  }
  let open = true
  stops.push(async () => {
    if (open) await cut()
  })
  return {
    port,
    /** Both ends see the connection end, and cannot come back. */
    async cut() {
      open = false
      await cut()
    },
    async mend() {
      deaf = false
      open = true
      await listen(port)
    },
    /** The connection stays, nothing passes: what a dead router looks like. */
    goDeaf() {
      deaf = true
    },
    /** The connections of now go deaf, new ones work: what a router that forgot them looks like. */
    forgetConnections() {
      for (const [near] of pairs) halfOpen.add(near)
    },
  }
}
