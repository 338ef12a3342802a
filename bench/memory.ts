import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { buildGateway } from '../services/gateway-build.ts'
import { startHotline } from '../test/support/hotline.ts'
import { heapUp } from './parts/contacts.ts'
import { startCrowd } from './parts/crowds.ts'
import { gauged, mb, picture, read, settled, type Reading } from './parts/gauges.ts'
import { onBenchServices } from './parts/run.ts'
import { staffAtOnce } from './parts/staff.ts'

/**
 * What one gateway holds: 1,000 desks at work and 10,000 open contacts, of which the desks have some and the others wait.
 * The aim: 250 MB, after the load has settled. The gateway is the compiled one that is deployed; through tsx, which keeps
 * sources and maps, loading the modules alone takes half as much again. BENCH_SOURCE=1 measures that one.
 */
onBenchServices()
const desks = Number(process.env['BENCH_SOCKETS'] ?? 1_000)
const contacts = Number(process.env['BENCH_CONTACTS'] ?? 10_000)
const aimMb = 250
const seconds = Number(process.env['BENCH_SETTLE'] ?? 45)
const secret = randomBytes(24).toString('hex')
const gauge = join(process.env['BENCH_FOLDER']!, 'gateway.gauge')
const pause = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms))

const shown = (what: string, r: Reading): void =>
  console.log(
    `  ${what.padEnd(44)}` +
      [mb(r.rss), mb(r.heapUsed), mb(r.heapTotal), mb(r.external)].map((f) => f.padStart(12)).join(''),
  )

const compiled = process.env['BENCH_SOURCE'] !== '1'
if (compiled) await buildGateway(console.log)
const hotline = await startHotline({ compiled, env: { HOTLINE_SECRET: secret, ...gauged(gauge) } })
const crowd = await startCrowd()
let failed = false
try {
  const { db } = hotline
  console.log(
    `  ${''.padEnd(44)}${['RSS', 'heap used', 'heap', 'external'].map((h) => h.padStart(12)).join('')}`,
  )
  shown('a gateway with nothing to do', await settled(gauge))
  const members = await staffAtOnce(db, secret, desks, { shift: true })
  const { failed: refused, why } = await crowd.ask({
    ask: 'open',
    base: hotline.url(0),
    path: '/desk/socket',
    cookies: members.map((m) => m.cookie),
    from: 0,
    to: desks,
    atOnce: 32,
    hello: true,
  })
  if (refused > 0) throw new Error(`${refused} of ${desks} desks did not open: ${why}`)
  shown(`${desks} desks`, await settled(gauge))
  await picture(gauge, 'desks')
  // Each desk has a conversation, the others wait; those that fit are offered, not answered, and come back.
  await heapUp(hotline.database.url, {
    open: contacts,
    waiting: Math.max(0, 1 - desks / contacts),
    agentIds: members.map((m) => m.id),
    ended: 0,
  })
  let most = await read(gauge)
  for (let n = 0; n < seconds; n += 1) {
    await pause(1_000)
    const now = await read(gauge)
    if (now.rss > most.rss) most = now
  }
  shown('the most while it took up the contacts', most)
  const end = await settled(gauge)
  shown(`${desks} desks, ${contacts} open contacts`, end)
  await picture(gauge, 'contacts')
  const [row] = await db.query<{ open: number; offers: number; sockets: number }>(
    `select (select count(*) from contacts where ended_at is null) as open, (select count(*) from offers) as offers,
       (select count(*) from desk_sockets) as sockets`,
  )
  console.log(`  open contacts ${row!.open}, offers made ${row!.offers}, sockets ${row!.sockets}`)
  const { lost } = await crowd.ask({ ask: 'heard' })
  if (row!.sockets !== desks || lost > 0) throw new Error(`${lost} desks were lost`)
  if (row!.open !== contacts) throw new Error(`${row!.open} of ${contacts} contacts are open`)
  if (row!.offers === 0) throw new Error('nobody was offered anything: this was no load')
  console.log(
    end.rss <= aimMb * 1e6 ? `  aim reached: 250 MB: ${mb(end.rss)}` : `  aim missed: 250 MB: ${mb(end.rss)}`,
  )
} catch (error) {
  failed = true
  console.error(error)
} finally {
  crowd.stop()
  await hotline.stop()
}
process.exit(failed ? 1 : 0)
