import type { OutgoingContent, Sender } from '../../src/channels/outgoing/model.ts'
import { createOutgoing } from '../../src/channels/outgoing/service.ts'
import { registrationNotice } from '../../src/composition/notices.ts'
import { composeOversight, type OversightOfOrders } from '../../src/composition/oversight.ts'
import { createSending } from '../../src/composition/sending.ts'
import type { Durable } from '../../src/db/spool-durable.ts'
import type { JobHandler } from '../../src/queue/jobs.ts'
import type { Limits } from '../../src/statutes/configured.ts'
import { createBells } from '../../src/work-orders/bells.ts'
import { silentLog, testPii } from './contacts.ts'
import { startOrders } from './work-orders.ts'

/** A carrier that takes everything and sends nothing: what was written is read from the table. */
const carrier: Sender = {
  id: 'kannel',
  channel: 'sms',
  dropsRepetition: () => false,
  check: () => null,
  send: async () => ({ outcome: 'sent', providerMessageId: null }),
  options: () => ({ freeText: true, why: '', templates: [] }),
}
const noSpool = { handle: () => {}, submit: async () => ({ stored: 'spooled' }) } as unknown as Durable

/** Orders with everything that watches over them, wired as the gateway wires it. */
export async function startOversight(
  city = 'anshan-2019',
  limits: Limits = {},
  senders: readonly Sender[] = [carrier],
) {
  const held: { oversight?: OversightOfOrders } = {}
  const oversight = (): OversightOfOrders => held.oversight!
  const world = await startOrders(city, limits, {
    announce: (tx, order, events, by) => oversight().announce(tx, order, events, by),
    registered: (tx, orders) => oversight().registered(tx, orders),
    raised: (tx, numbers) => oversight().raised(tx, numbers),
    notify: (tx, notice) => registrationNotice({ pii: testPii, sending })(tx, notice),
  })
  const { db, requesters, contacts, statutes, time, calendars } = world
  const clock = (): Date => time.now
  const calendar = () => calendars.current
  const outgoing = createOutgoing({
    db,
    pii: testPii,
    durable: noSpool,
    senders: [...senders],
    defaultSms: 'kannel',
    smsAccounts: {},
    log: silentLog,
  })
  const sending = createSending({
    db,
    pii: testPii,
    requesters,
    contacts: () => contacts,
    outgoing: () => outgoing,
  })
  const handlers = new Map<string, JobHandler<never>>()
  const compose = (): OversightOfOrders =>
    composeOversight({
      db,
      pii: testPii,
      clock,
      statute: statutes.of(city),
      statutes,
      calendar,
      jobs: {
        handle: (queue, name, handler) => void handlers.set(`${queue}/${name}`, handler),
      },
      requesters,
      sending,
      contacts: () => contacts,
      outgoing: () => outgoing,
      recordings: () => null,
    })
  held.oversight = compose()

  return {
    ...world,
    oversight: oversight(),
    /** The same on another gateway. */
    compose,
    bells: createBells({
      db,
      clock,
      calendar,
      statutes,
      onMissed: oversight().onMissed,
      announce: oversight().announce,
    }),
    /** Rings what lies in the outbox for oversight, `times` times each. */
    async ring(times = 1): Promise<void> {
      const jobs = await db.query<{ queue: string; name: string; data: never }>(
        `delete from outbox where queue = 'workOrders' returning queue, name, data`,
      )
      for (const { queue, name, data } of jobs) {
        const run = handlers.get(`${queue}/${name}`)!
        await Promise.all(
          Array.from({ length: times }, () => run(data, { id: 'test', attempt: 1, last: true })),
        )
      }
    },
    /** Every message written so far, opened, oldest first. */
    async messages(): Promise<{ key: string; to: string; content: OutgoingContent }[]> {
      const rows = await db.query<{ key: string; to: string; content: string }>(
        `select key, to_sealed as "to", content_sealed as content from outgoing_messages order by seq`,
      )
      return rows.map(({ key, to, content }) => ({
        key,
        to: testPii.open(to),
        content: JSON.parse(testPii.open(content)) as OutgoingContent,
      }))
    },
  }
}

export type OversightWorld = Awaited<ReturnType<typeof startOversight>>
