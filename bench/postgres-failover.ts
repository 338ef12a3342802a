import { setTimeout as delay } from 'node:timers/promises'
import { migrate } from '../src/db/migrate.ts'
import { startHotline } from '../test/support/hotline.ts'
import { promote, startPostgresPair } from '../test/support/postgres-pair.ts'
import { endAllSipp } from '../test/support/sipp.ts'
import { audit, conclude, recovery, seconds, settle } from './machines/accounts.ts'
import { startLoad } from './machines/load.ts'
import { startPeople } from './machines/people.ts'
import { onBenchServices } from './parts/run.ts'

/**
 * PostgreSQL with a synchronous standby: the primary is killed -9 under load on all channels, and after a while the
 * standby is promoted by hand. While no server takes writes texts are acknowledged into the spool and calls reach agents
 * by Asterisk's own queue; afterwards everything is in the ledger once. The aims: lost 0, doubled 0, and within 15 s of
 * the promotion everything is as before.
 */
onBenchServices()
const textsPerSecond = Number(process.env['BENCH_TEXTS'] ?? 20)
const callsPerSecond = Number(process.env['BENCH_CALLS'] ?? 1)
const outageMs = Number(process.env['BENCH_OUTAGE_MS'] ?? 30_000)
const calmMs = Number(process.env['BENCH_CALM_MS'] ?? 15_000)

const pair = await startPostgresPair()
await migrate(pair.url)
const city = await startHotline({ gateways: 2, database: { url: pair.url, drop: async () => {} } })
const wrong: string[] = []
try {
  const people = await startPeople(city, { texts: 12, voices: 6 })
  const load = startLoad(city, { textsPerSecond, callsPerSecond })
  await delay(calmMs)

  const diedAt = Date.now()
  const died = performance.now()
  await pair.primary.kill()
  console.log(`primary killed under ${textsPerSecond} texts/s and ${callsPerSecond} calls/s`)
  const [acknowledged, answered] = [load.acknowledged.length, people.answered()]
  await delay(outageMs)
  const meanwhile = load.acknowledged.length - acknowledged
  const spoken = people.answered() - answered
  console.log(
    `while no server took writes, ${seconds(outageMs)}: ${meanwhile} texts acknowledged, ${spoken} callers spoke with an agent`,
  )
  if (meanwhile === 0) wrong.push('no text was acknowledged while PostgreSQL was away')
  if (callsPerSecond > 0 && spoken === 0) wrong.push('no caller reached an agent while PostgreSQL was away')

  const began = performance.now()
  await promote(pair.standby)
  const promotedAt = Date.now()
  console.log(`standby promoted in ${seconds(performance.now() - began)}`)
  const back = await recovery(city, promotedAt)
  const recovered = Math.max(back.text ?? Infinity, back.voice ?? (callsPerSecond > 0 ? Infinity : 0))
  console.log(
    `after the promotion: the first text that waited was offered after ${seconds(back.anyText)}, the first new one, behind them all, ` +
      `after ${seconds(back.text)}, the first new caller spoke after ${seconds(back.voice)}; ` +
      (recovered < 15_000 ? 'aim reached (< 15 s)' : 'aim missed: < 15 s'),
  )
  if (!Number.isFinite(recovered)) wrong.push('the hotline did not come back after the promotion')
  console.log(`longest time without an acknowledgement: ${seconds(load.silence(died))}`)
  await delay(calmMs)
  await load.stop()
  const open = await settle(city, 180_000)
  if (open.length > 0) wrong.push(`neither ended nor waiting: ${JSON.stringify(open.slice(0, 10))}`)
  wrong.push(...(await audit(city, load, [{ from: diedAt, to: promotedAt + 15_000 }])))
  await people.stop()
} finally {
  await endAllSipp()
  await city.stop()
  await pair.stop()
}
conclude(wrong)
