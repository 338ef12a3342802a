import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Lease, LeaseOptions } from '../../../src/db/lease.ts'
import { connectAsteriskAmiClient } from '../../../src/telephony/ami/asterisk-ami-client.ts'
import type { CallFact } from '../../../src/telephony/call-event.ts'
import { createNode, type NodeOptions } from '../../../src/telephony/node.ts'
import { defaults, ok, startFakeAmi, type Action, type Session } from './fake-ami.ts'

/** What a node does when this process is too slow, or Asterisk not ready: on a fake that only speaks the protocol. */

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** An Asterisk with callers in hold. */
async function fakeAsterisk(
  callers: Set<string>,
  more: (action: Action) => string[] | null | undefined = () => undefined,
) {
  const list = (action: Action, session: Session, items: string[][]): null => {
    const id = `ActionID: ${action['ActionID']}`
    session.send('Response: Success', id, 'EventList: start')
    for (const item of items) session.send(...item, id)
    session.send('Event: Complete', id, 'EventList: Complete')
    return null
  }
  const fake = await startFakeAmi((action, session) => {
    const special = more(action)
    if (special !== undefined) return special
    switch (action['Action']) {
      case 'CoreSettings':
        return ok(action, 'SystemName: n1')
      case 'CoreStatus':
        return ok(action, 'CoreStartupDate: 2027-01-15', 'CoreStartupTime: 08:00:00')
      case 'Status':
        return list(
          action,
          session,
          [...callers].map((id) => [
            'Event: Status',
            `Uniqueid: ${id}`,
            `Linkedid: ${id}`,
            'Channel: PJSIP/trunk-00000001',
            `Variable: CONTACT=${id}`,
            'Variable: SHARED(stage)=hold',
            'Variable: HOLDN=1',
          ]),
        )
      case 'DeviceStateList':
      case 'QueueStatus':
        return list(action, session, [])
      default:
        return defaults(action)
    }
  })
  stops.push(() => fake.stop())
  return fake
}

function nodeOn(target: NodeOptions['target'], more: Partial<NodeOptions> = {}) {
  const facts = new Map<string, CallFact>()
  const gate = { open: true, waiting: [] as (() => void)[] }
  const lease = (_name: string, hooks: LeaseOptions): Lease => {
    setImmediate(() => hooks.onGain?.(1))
    return { isHeld: () => true, epoch: () => 1, stop: () => Promise.resolve() }
  }
  const node = createNode({
    target,
    connect: connectAsteriskAmiClient,
    files: null,
    lease,
    marks: { read: () => Promise.resolve(null), write: () => Promise.resolve() },
    sink: {
      async handle(event) {
        if (!gate.open) await new Promise<void>((resolve) => gate.waiting.push(resolve))
        if (event.type !== 'deviceState') facts.set(event.key, event)
      },
    },
    openCalls: { list: () => Promise.resolve([]) },
    spool: { append: () => Promise.resolve(), depth: 0 },
    healthy: { check: () => Promise.resolve(true) },
    onInStep: () => Promise.resolve(),
    onEvent: () => {},
    log: pino({ level: 'silent' }),
    ...more,
  })
  stops.push(() => node.stop())
  const letThrough = (): void => {
    gate.open = true
    for (const go of gate.waiting.splice(0)) go()
  }
  return { node, facts, gate, letThrough }
}

const arrival = (id: string, n: number): string[] => [
  'Event: UserEvent',
  'UserEvent: ContactNew',
  `ContactId: ${id}`,
  `Uniqueid: ${id}`,
  `Linkedid: ${id}`,
  'Channel: PJSIP/trunk-00000001',
  `Timestamp: 1800000000.${String(n).padStart(6, '0')}`,
]

describe('more events than can be committed', () => {
  it('are dropped, counted, and found again by a resync; meanwhile there is no heartbeat', async () => {
    const callers = new Set<string>()
    const fake = await fakeAsterisk(callers)
    const { node, facts, gate, letThrough } = nodeOn(fake.target, { capacity: 50 })
    await vi.waitFor(() => expect(node.health().inStep).toBe(true))
    gate.open = false
    for (let n = 0; n < 200; n++) {
      const id = `n1-1800000000.${n}`
      callers.add(id)
      fake.sessions[0]!.send(...arrival(id, n))
    }
    await vi.waitFor(() => expect(node.health()).toMatchObject({ inStep: false, lost: 1, queueDepth: 50 }))
    letThrough()
    await vi.waitFor(() => expect(node.health()).toMatchObject({ inStep: true, queueDepth: 0, lost: 1 }), {
      timeout: 4_000,
    })
    // More than the queue holds, and not one missing.
    expect([...facts.values()].filter((fact) => fact.type === 'callArrived')).toHaveLength(200)
  })
})

describe('Asterisk lets us in before it is ready', () => {
  it('is asked again until it can be identified and read', async () => {
    let refusals = 2
    const fake = await fakeAsterisk(new Set(['n1-1800000000.1']), (action) => {
      if (action['Action'] !== 'Status' && action['Action'] !== 'CoreSettings') return undefined
      if (refusals-- <= 0) return undefined
      return ['Response: Error', `ActionID: ${action['ActionID']}`, 'Message: Invalid/unknown command']
    })
    const { node, facts } = nodeOn(fake.target)
    await vi.waitFor(() => expect(node.health().inStep).toBe(true), { timeout: 5_000 })
    expect([...facts.values()].map((fact) => fact.type)).toEqual(['callArrived', 'callHeld'])
  })
})

describe('events that come while a snapshot is read', () => {
  it('are neither lost nor undone by older rows', async () => {
    const held = 'n1-1800000000.1'
    const fresh = 'n1-1800000000.2'
    let session: Session | undefined
    const fake = await fakeAsterisk(new Set([held]), (action) => {
      if (action['Action'] !== 'QueueStatus') return undefined
      // Between the rows and the end of the snapshot one call arrives and the other ends.
      session = fake.sessions[0]
      session?.send(...arrival(fresh, 1))
      session?.send(
        'Event: UserEvent',
        'UserEvent: ContactEnd',
        `ContactId: ${held}`,
        `Uniqueid: ${held}`,
        `Linkedid: ${held}`,
        'Stage: hold',
        'Cause: 16',
        'Answered: 0',
        'Timestamp: 1800000001.5',
      )
      return undefined
    })
    const { node, facts } = nodeOn(fake.target)
    await vi.waitFor(() => expect(node.health().inStep).toBe(true))
    expect(node.link.legs.calls().map((call) => call.id)).toEqual([fresh])
    const ended = [...facts.values()].find((fact) => fact.type === 'callEnded')
    expect(ended).toMatchObject({ callId: held, stage: 'hold', cause: 16 })
    expect(facts.has(`${fresh}/arrived`)).toBe(true)
  })
})

describe('several gateways', () => {
  it('leave a node to one that can read its files', async () => {
    const fake = await fakeAsterisk(new Set())
    const asked: { name: string; yieldTo: string | undefined }[] = []
    const lease = (name: string, { yieldTo, onGain }: LeaseOptions): Lease => {
      asked.push({ name, yieldTo })
      setImmediate(() => onGain?.(1))
      return { isHeld: () => true, epoch: () => 1, stop: () => Promise.resolve() }
    }
    const folder = '/nowhere'
    const files = { contactsCsv: `${folder}/a`, queueLog: `${folder}/b`, recordings: folder }
    const blind = nodeOn(fake.target, { lease })
    await vi.waitFor(() => expect(blind.node.health().inStep).toBe(true))
    expect(asked).toEqual([{ name: 'asterisk:n1', yieldTo: 'asterisk:n1:files' }])
    asked.length = 0
    const reading = nodeOn(fake.target, { lease, files })
    await vi.waitFor(() => expect(reading.node.health().inStep).toBe(true))
    expect(asked).toEqual([
      { name: 'asterisk:n1:files', yieldTo: undefined },
      { name: 'asterisk:n1', yieldTo: undefined },
    ])
  })
})
