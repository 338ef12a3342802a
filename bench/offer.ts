import { startHotline } from '../test/support/hotline.ts'
import { account, type Outside } from '../test/support/oracle.ts'
import { heard, startChild, startLoad, untilDone } from './parts/children.ts'
import type { JobsWish } from './parts/raw-jobs.ts'
import { median, quantile } from './parts/rounds.ts'
import { watchRouting } from './parts/routed.ts'
import { onBenchServices } from './parts/run.ts'
import { season } from './parts/seasoned.ts'
import { staffAtOnce } from './parts/staff.ts'
import type { AgentsReport, AgentsWish } from './parts/text-agents.ts'
import { postmasterOf, saturated, watchUsage, type Usage } from './parts/usage.ts'

/**
 * From the commit of a citizen's message to the offer at an agent's socket, 50 and 500 a second, each citizen new, and
 * always an agent free; beside BullMQ alone, from the adding of a job to its worker. The aims: half of the offers within
 * 20 ms, 99 of 100 within 100 ms. The clock starts inside the statement that commits, so its commit is counted along.
 */
onBenchServices()
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
const capacity = 3
const rates = [
  { perSecond: 50, seconds: Number(process.env['BENCH_SECONDS'] ?? 10) },
  { perSecond: 500, seconds: Number(process.env['BENCH_SECONDS_FAST'] ?? 3) },
]
const secret = 'a secret of the benchmark, not of any city'
const agentCount = Math.ceil((1.2 * Math.max(...rates.map((r) => r.perSecond * r.seconds))) / capacity)

const hotline = await startHotline({ env: { LOG_LEVEL: 'warn', HOTLINE_SECRET: secret } })
const load = startLoad()
const agents = startChild('./text-agents.ts')
const jobs = startChild('./raw-jobs.ts', { REDIS_URL: hotline.redis.url })
const routing = watchRouting(hotline.db, hotline.redis.url)
const ask = async <T>(wish: AgentsWish): Promise<T> => {
  agents.send(wish)
  return heard<T>(agents)
}
const refused: Record<string, number> = {}
await untilDone(
  async () => {
    let ok = true
    await heard(jobs)
    const members = await staffAtOnce(hotline.db, secret, agentCount)
    await ask({ type: 'begin', base: hotline.url(), cookies: members.map((m) => m.cookie) })
    const [dir] = await hotline.db.query<{ dir: string }>(`select current_setting('data_directory') as dir`)
    const processes = {
      gateway: hotline.gateways[0]!.pid,
      postgres: postmasterOf(dir!.dir),
      redis: hotline.redis.pid,
      agents: agents.pid!,
      senders: load.pid,
    }
    const outside: Outside = { acknowledged: [], callers: [] }
    console.log(`${agentCount} agents; median of ${rounds} rounds`)

    for (const { perSecond, seconds } of rates) {
      const count = perSecond * seconds
      const found: Record<'p50' | 'p99' | 'raw50' | 'raw99', number[]> = {
        p50: [],
        p99: [],
        raw50: [],
        raw99: [],
      }
      let usage: Usage = {}
      for (let round = 0; round <= rounds; round += 1) {
        // They accept at once and register after the round: this is about the offer, `flow` about the rest.
        await ask({ type: 'work', atOnce: false })
        await load.prepare({
          base: hotline.url(),
          what: 'wechat',
          smsToken: hotline.smsToken,
          count,
          each: 1,
          connections: 64,
          perSecond,
        })
        const watch = watchUsage(processes)
        const sent = await load.go()
        await routing.atRest(60_000)
        const used = watch()
        outside.acknowledged.push(...sent.acknowledged)
        await ask({ type: 'work', atOnce: true })
        const offeredAt = await allRegistered(count)
        const committed = await hotline.db.query<{ id: string; ms: number }>(
          `select id, (extract(epoch from queued_at) * 1000)::float8 as ms from contacts where id = any($1::uuid[])`,
          [[...offeredAt.keys()]],
        )
        const took = committed.map(({ id, ms }) => offeredAt.get(id)! - ms)
        if (took.length !== count || took.some((ms) => ms < 0))
          throw new Error(
            `${took.length} of ${count} offers, the fastest ${Math.min(...took)} ms: cannot be true`,
          )
        jobs.send({ type: 'paced', count, perSecond } satisfies JobsWish)
        const raw = await heard<number[]>(jobs)
        // The first round warms up.
        if (round === 0) {
          await season(hotline.database.url)
          continue
        }
        found.p50.push(quantile(took, 0.5))
        found.p99.push(quantile(took, 0.99))
        found.raw50.push(quantile(raw, 0.5))
        found.raw99.push(quantile(raw, 0.99))
        usage = used
      }
      const ms = (name: keyof typeof found): string => median(found[name]).toFixed(1)
      console.log(`${perSecond}/s: commit → offer at the socket  p50 ${ms('p50')} ms, p99 ${ms('p99')} ms`)
      console.log(
        `${perSecond}/s: BullMQ add → process            p50 ${ms('raw50')} ms, p99 ${ms('raw99')} ms; ratios ` +
          `${(median(found.p50) / median(found.raw50)).toFixed(1)} and ${(median(found.p99) / median(found.raw99)).toFixed(1)}`,
      )
      console.log(`  ${saturated(usage)}`)
      for (const [name, aim] of [
        ['p50', 20],
        ['p99', 100],
      ] as const)
        console.log(
          `  ${name}: ${median(found[name]) <= aim ? 'aim reached' : 'aim missed'}: ${ms(name)} of ${aim} ms`,
        )
    }

    const accounts = await account(hotline.db, outside, () => '')
    const { lost, doubled, open, overCapacity, registeredTwice, lateOffers, overlappingOffers, unbalanced } =
      accounts
    console.log(
      `received ${accounts.received}, ended ${JSON.stringify(accounts.ends)}, open ${open}, lost ${lost.length}, doubled ${doubled.length}`,
    )
    ok =
      lost.length +
        doubled.length +
        open +
        overCapacity +
        registeredTwice +
        lateOffers +
        overlappingOffers +
        unbalanced ===
      0
    if (Object.keys(refused).length > 0) console.log(`refused and asked again: ${JSON.stringify(refused)}`)
    if (!ok)
      console.log(
        JSON.stringify({ overCapacity, registeredTwice, lateOffers, overlappingOffers, unbalanced }),
      )
    return ok
  },
  async () => {
    load.stop()
    agents.kill()
    jobs.kill()
    routing.stop()
    await hotline.stop()
  },
)

/** Waits until the agents have registered them all. @returns the first offer of each contact, ms since the epoch */
async function allRegistered(count: number): Promise<Map<string, number>> {
  const offeredAt = new Map<string, number>()
  const end = performance.now() + 120_000
  for (let registered = 0; registered < count;) {
    const report = await ask<AgentsReport>({ type: 'report' })
    registered += report.registered
    for (const [id, at] of report.offeredAt) if (!offeredAt.has(id)) offeredAt.set(id, at)
    for (const [what, n] of Object.entries(report.refused)) refused[what] = (refused[what] ?? 0) + n
    if (performance.now() > end) throw new Error(`${registered} of ${count} registered, the rest is stuck`)
    if (registered < count) await new Promise((again) => setTimeout(again, 100))
  }
  return offeredAt
}
