import { setTimeout as delay } from 'node:timers/promises'
import { startHotline } from '../test/support/hotline.ts'
import { startRedisGroup } from '../test/support/redis-group.ts'
import { endAllSipp } from '../test/support/sipp.ts'
import { wait } from '../test/support/wait.ts'
import { audit, conclude, recovery, seconds, settle } from './machines/accounts.ts'
import { startLoad } from './machines/load.ts'
import { startPeople } from './machines/people.ts'
import { onBenchServices } from './parts/run.ts'

/**
 * Redis with a replica and three Sentinels: the primary is killed -9 under load on all channels and the replica promoted.
 * Replication is asynchronous, so the replica lacks the last writes; the reconciler brings them back from PostgreSQL. The
 * aims: lost 0, doubled 0, and within 15 s of the kill everything is as before.
 */
onBenchServices()
const textsPerSecond = Number(process.env['BENCH_TEXTS'] ?? 20)
const callsPerSecond = Number(process.env['BENCH_CALLS'] ?? 1)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
const calmMs = Number(process.env['BENCH_CALM_MS'] ?? 8_000)
const sum = (values: number[]): number => values.reduce((all, n) => all + n, 0)

const wrong: string[] = []
for (let round = 1; round <= rounds; round += 1) {
  const group = await startRedisGroup()
  const [first, second] = group.servers
  const city = await startHotline({ gateways: 2, env: { REDIS_URL: group.url } })
  /** Repairs of the reconciler, over all gateways. */
  const repaired = async (): Promise<number> =>
    sum(
      await Promise.all(
        city.gateways.map(async (gateway) => {
          const text = await (await fetch(`${gateway!.url}/metrics`)).text()
          return Number(/^hotline_reconciler_repaired_total\S* (\S+)$/m.exec(text)?.[1] ?? 0)
        }),
      ),
    )
  try {
    const people = await startPeople(city, { texts: 12, voices: 6 })
    const load = startLoad(city, { textsPerSecond, callsPerSecond })
    await delay(calmMs)
    const before = await repaired()
    const killedAt = Date.now()
    const killed = performance.now()
    await first.kill()
    await wait(async () => (await group.primary()) === second.port, 60_000)
    console.log(
      `round ${round}: primary killed under ${textsPerSecond} texts/s and ${callsPerSecond} calls/s; ` +
        `Sentinel promoted the replica after ${seconds(performance.now() - killed)}`,
    )
    const back = await recovery(city, killedAt)
    const recovered = Math.max(back.text ?? Infinity, back.voice ?? (callsPerSecond > 0 ? Infinity : 0))
    console.log(
      `  first new text offered after ${seconds(back.text)}, first new caller spoke after ${seconds(back.voice)}; ` +
        (recovered < 15_000 ? 'aim reached (< 15 s)' : 'aim missed: < 15 s'),
    )
    if (!Number.isFinite(recovered)) wrong.push(`round ${round}: the hotline did not come back`)
    await delay(calmMs)
    await load.stop()
    const open = await settle(city, 120_000)
    if (open.length > 0) wrong.push(`neither ended nor waiting: ${JSON.stringify(open.slice(0, 10))}`)
    console.log(`  contacts that only the reconciler told the matcher about: ${(await repaired()) - before}`)
    wrong.push(...(await audit(city, load, [{ from: killedAt, to: killedAt + 30_000 }])))
    await people.stop()
  } finally {
    await endAllSipp()
    await city.stop()
    await group.stop()
  }
}
conclude(wrong)
