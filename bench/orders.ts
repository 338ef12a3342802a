import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { createPii } from '../src/base/pii.ts'
import { migrate } from '../src/db/migrate.ts'
import { createPool, type Db, type Tx } from '../src/db/pool.ts'
import { createStatutes } from '../src/statutes/registry.ts'
import { stateCouncilCalendar } from '../src/statutes/state-council.ts'
import type { Matter } from '../src/work-orders/matter.ts'
import { createRegistrar } from '../src/work-orders/registrar.ts'
import { insertRegistration, seedUnits } from '../src/work-orders/store.ts'
import { median, rate, timed } from './parts/rounds.ts'

/**
 * From registration to dispatch: order, acceptance, leg, events, clocks and bells in one transaction, beside the very
 * same statements sent again without the program around them. The aim: at least 0.6 of the raw speed.
 */
const url = process.env['DATABASE_URL']
if (!url) throw new Error('DATABASE_URL says which PostgreSQL; ./hotline bench orders brings one up')
const orders = 300
const atOnce = 8
const rounds = 7

await migrate(url)
const db = createPool(url, pino({ level: 'silent' }), atOnce)
const statute = createStatutes().of('anshan-2019')
const calendar = stateCouncilCalendar()
const actor = { kind: 'staff', id: randomUUID(), role: 'agent' } as const
const registrar = createRegistrar({
  pii: createPii('0123456789abcdef0123456789abcdef'),
  statute,
  calendar: () => calendar,
  knowledge: {
    cite: async () => {
      throw new Error('no knowledge in this benchmark')
    },
  },
  referrals: { told: async () => randomUUID(), reportIncident: async () => {} },
  describe: async () => {},
})

type Statement = { text: string; values: readonly unknown[] }

/** The same transaction, with everything that it says kept. */
const recording = (tx: Tx, said: Statement[]): Tx => ({
  query(text, values = []) {
    said.push({ text, values })
    return tx.query(text, values)
  },
})

async function register(tx: Tx, contactId: string, requesterId: string): Promise<void> {
  const registrationId = randomUUID()
  const at = new Date()
  const { slug, version } = statute
  const key = contactId
  await insertRegistration(tx, {
    id: registrationId,
    contactId,
    key,
    statute: slug,
    statuteVersion: version,
    actor,
    at,
  })
  const matter: Matter = { contactId, requesterId, channel: 'voice', raisedAt: at, phone: null }
  await registrar.writeAll({ tx, registrationId, matter, actor, at }, [
    {
      type: 'workOrder',
      title: '路灯不亮',
      facts: '小区门口路灯不亮三天了。',
      kind: 'help',
      category: 2,
      place: '铁西区示范路1号',
      requester: { kind: 'naturalPerson', name: '化名某甲', home: '示范小区2号楼', contact: '13800000001' },
      confidential: false,
      leadUnit: 'lighting',
    },
  ])
}

/** `atOnce` transactions at a time. */
async function all<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let item = queue.pop(); item !== undefined; item = queue.pop()) await work(item)
    }),
  )
}

/** Some tables that hang on orders refuse to be emptied; here nothing in them is evidence. */
const clear = (target: Db): Promise<unknown> =>
  target.tx(async (tx) => {
    await tx.query(`set local session_replication_role = replica`)
    await tx.query(`truncate registrations, registration_outcomes, work_orders, work_order_legs, work_order_contacts,
      work_order_events, work_order_deadlines, work_order_procedures, outbox cascade`)
  })

await seedUnits(db, [{ code: 'lighting', name: '路灯管理处', leader: '主任', deputy: '副主任' }])
const requesterId = randomUUID()
await db.query(`insert into requesters (id, person_id) values ($1, $1)`, [requesterId])
const contacts = Array.from({ length: orders }, () => randomUUID())
for (const id of contacts)
  await db.query(
    `insert into contacts (id, channel, account, address_lookup, requester_id, state, received_at, last_inbound_at)
     values ($1::uuid, 'voice', 'bench', $1::uuid::text, $2, 'wrapUp', now(), now())`,
    [id, requesterId],
  )

const took = { product: [] as number[], raw: [] as number[] }
for (let round = 0; round <= rounds; round += 1) {
  const said: Statement[][] = []
  await clear(db)
  const product = await timed(() =>
    all(contacts, async (id) => {
      const own: Statement[] = []
      await db.tx((tx) => register(recording(tx, own), id, requesterId))
      said.push(own)
    }),
  )
  await clear(db)
  const raw = await timed(() =>
    all(said, (statements) =>
      db.tx(async (tx) => {
        for (const { text, values } of statements) await tx.query(text, values)
      }),
    ),
  )
  if (round === 0) {
    console.log(
      `${orders} orders a round, ${atOnce} at once, ${said[0]!.length} statements each, median of ${rounds}`,
    )
    continue
  }
  took.product.push(product)
  took.raw.push(raw)
}
const perSecond = (values: number[]): number => (orders / median(values)) * 1000
const [product, raw] = [perSecond(took.product), perSecond(took.raw)]
console.log(`registration to dispatch   ${rate(product)} orders/s`)
console.log(`raw transactions           ${rate(raw)} orders/s`)
console.log(`ratio                      ${(product / raw).toFixed(2)}`)
await db.end()
