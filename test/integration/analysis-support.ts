import Fastify, { type FastifyInstance } from 'fastify'
import { randomUUID } from 'node:crypto'
import type { Actor, Role } from '../../src/base/actor.ts'
import { createInsight } from '../../src/composition/analysis.ts'
import { problems } from '../../src/http/problems.ts'
import type { Outcome } from '../../src/work-orders/registration-contract.ts'
import type { OrderEvent } from '../../src/work-orders/model.ts'
import type { Result } from '../../src/work-orders/procedures.ts'
import * as orderStore from '../../src/work-orders/store.ts'
import { writeEvents } from '../../src/work-orders/write-events.ts'
import { silentLog, testPii } from '../support/contacts.ts'
import { draft, startOrders, viewer } from '../support/work-orders.ts'

/** Orders whose life a test tells event by event, counted by what the product counts with. */
export async function startInsight(city = 'anshan-2019', limits: Parameters<typeof startOrders>[1] = {}) {
  const world = await startOrders(city, limits)
  const statute = world.statutes.of(city)
  const calendar = () => world.calendars.current
  const insight = createInsight({
    db: world.db,
    pii: testPii,
    clock: () => world.time.now,
    log: silentLog,
    statute,
    statutes: world.statutes,
    calendar,
  })
  let serial = 0
  const nextPhone = (): string => `+86138001${String(++serial).padStart(5, '0')}`
  const at = (instant: string): void => void (world.time.now = new Date(instant))

  type Draft = Outcome & { type: 'workOrder' }
  type More = Partial<{ [K in keyof Draft]: Draft[K] | null }>

  /** Two characters that no other title has, so that titles share no words by chance. */
  const oddTitle = (): string => String.fromCodePoint(0x5000 + 2 * serial, 0x5001 + 2 * serial)

  /** Raised and registered now, by a new telephone unless one is given; null leaves an element out. */
  async function order(more: More = {}, phone = nextPhone()): Promise<string> {
    const said = Object.entries({ ...draft({ accept: true, title: oddTitle() }), ...more })
    const outcome = Object.fromEntries(said.filter(([, value]) => value !== null)) as Draft
    const { orders } = await world.register(await world.wrappedUp(phone), outcome)
    return orders[0]!.number
  }

  const system: Actor = { kind: 'staff', id: randomUUID(), role: 'followUp' }

  /** Writes events as a rule would, now. */
  const happen = (number: string, ...events: OrderEvent[]): Promise<void> =>
    happenBy(system, number, ...events)
  async function happenBy(actor: Actor, number: string, ...events: OrderEvent[]): Promise<void> {
    await world.db.tx(async (tx) => {
      const row = await orderStore.lockOrder(tx, number)
      await writeEvents(tx, row!, events, {
        actor,
        at: world.time.now,
        cite: null,
        statute,
        calendar: calendar(),
      })
    })
  }

  const dispatch = (number: string, unitId: string, n = 1): Promise<void> =>
    happen(number, {
      type: 'dispatched',
      legs: [{ n, unitId, role: 'lead' }],
      basis: null,
      warnings: [],
    })

  const result = (solved = true): Result => ({ text: '已经处理。', parts: {}, policy: null, solved })
  const fedBack = (solved = true, leg = 1): OrderEvent => ({
    type: 'fedBack',
    leg,
    result: result(solved),
    told: { way: 'voice', text: '已经处理。' },
  })
  const followedUp = (
    said: {
      reached?: boolean
      solved?: boolean | null
      satisfied?: 'satisfied' | 'basicallySatisfied' | 'dissatisfied' | null
    },
    n = 1,
  ): OrderEvent => ({
    type: 'followedUp',
    n,
    channel: 'voice',
    reached: said.reached ?? true,
    solved: said.solved ?? null,
    satisfied: said.satisfied ?? null,
    says: null,
  })

  /** A server whose callers are whoever the header says. */
  async function serve(register: (app: FastifyInstance) => Promise<unknown>): Promise<FastifyInstance> {
    const app = Fastify()
    app.decorateRequest('staff', null)
    app.decorateRequest('actor', null)
    app.decorateRequest('stage', null)
    app.addHook('onRequest', async (request) => {
      const role = request.headers['x-role'] as Role | undefined
      if (!role) return
      const id =
        (request.headers['x-id'] as string | undefined) ?? `00000000-0000-4000-8000-${'0'.repeat(12)}`
      request.staff = {
        id,
        username: role,
        displayName: role,
        roles: [role],
        attributes: {},
        capacity: { voice: 0, text: 0 },
        unitId: (request.headers['x-unit'] as string | undefined) ?? null,
        sessionHash: '',
      }
      request.stage = 'full'
    })
    await app.register(problems)
    await register(app)
    return app
  }

  return {
    ...world,
    insight,
    statute,
    at,
    order,
    happen,
    happenBy,
    dispatch,
    fedBack,
    followedUp,
    nextPhone,
    viewer,
    serve,
  }
}

export type InsightWorld = Awaited<ReturnType<typeof startInsight>>

export type Ask = (
  who: { role: Role | null; id?: string; unit?: string },
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  payload?: object,
) => Promise<{ status: number; body: Record<string, unknown>; text: string }>

export const asking =
  (app: FastifyInstance): Ask =>
  async ({ role, id, unit }, method, url, payload) => {
    const response = await app.inject({
      method,
      url,
      headers: {
        ...(role ? { 'x-role': role } : {}),
        ...(id ? { 'x-id': id } : {}),
        ...(unit ? { 'x-unit': unit } : {}),
      },
      ...(payload ? { payload } : {}),
    })
    const text = response.body
    return {
      status: response.statusCode,
      text,
      body: text.startsWith('{') ? response.json<Record<string, unknown>>() : {},
    }
  }
