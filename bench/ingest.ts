import { startHotline } from '../test/support/hotline.ts'
import { account, type Outside } from '../test/support/oracle.ts'
import { heard, startChild, startLoad, untilDone } from './parts/children.ts'
import type { LoadPlan } from './parts/load-process.ts'
import { median, quantile, rate, timed } from './parts/rounds.ts'
import { watchRouting } from './parts/routed.ts'
import { onBenchServices } from './parts/run.ts'
import { season } from './parts/seasoned.ts'
import { postmasterOf, saturated, watchUsage, type Usage } from './parts/usage.ts'

/**
 * A webhook accepted durably: WeChat's safe mode and Kannel's push, against a gateway process that routes meanwhile
 * what it took, beside a route that inserts one row and one that does nothing. The aims: at least 1.8 of the speed of
 * the single row and 0.35 of that of nothing.
 */
onBenchServices()
const count = Number(process.env['BENCH_REQUESTS'] ?? 6_000)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const connections = Number(process.env['BENCH_CONNECTIONS'] ?? 128)
const each = Number(process.env['BENCH_EACH'] ?? 4)

const hotline = await startHotline({ env: { LOG_LEVEL: 'warn' } })
const plain = startChild('./plain-routes.ts', { DATABASE_URL: hotline.database.url })
const load = startLoad()
const { url: plainUrl } = await heard<{ url: string }>(plain)
const routing = watchRouting(hotline.db, hotline.redis.url)
const [dir] = await hotline.db.query<{ dir: string }>(`select current_setting('data_directory') as dir`)
const postgres = postmasterOf(dir!.dir)

const ways: Record<string, Pick<LoadPlan, 'what' | 'base'> & { server: number }> = {
  wechat: { what: 'wechat', base: hotline.url(), server: hotline.gateways[0]!.pid },
  sms: { what: 'sms', base: hotline.url(), server: hotline.gateways[0]!.pid },
  raw: { what: { path: '/raw' }, base: plainUrl, server: plain.pid! },
  noop: { what: { path: '/noop' }, base: plainUrl, server: plain.pid! },
}
const outside: Outside = { acknowledged: [], callers: [] }
const speeds: Record<string, number[]> = {}
const tails: Record<string, number[]> = {}
const usages: Record<string, Usage> = {}
const settled: number[] = []
let refused = 0
await untilDone(
  async () => {
    let ok = true
    for (let round = 0; round <= rounds; round += 1) {
      if (round === 1) await season(hotline.database.url)
      for (const [name, { what, base, server }] of Object.entries(ways)) {
        await load.prepare({ base, what, smsToken: hotline.smsToken, count, each, connections })
        const usage = watchUsage({ gateway: server, postgres, redis: hotline.redis.pid, senders: load.pid })
        const result = await load.go()
        const used = usage()
        outside.acknowledged.push(...result.acknowledged)
        refused += result.status.filter((status) => status !== 200).length
        // What was taken is routed in its own time; the next way of the round must not pay for it.
        const restMs = await timed(() => routing.atRest(120_000))
        // The first round warms up.
        if (round === 0) continue
        ;(speeds[name] ??= []).push((count / result.tookMs) * 1_000)
        ;(tails[name] ??= []).push(quantile(result.latencyMs, 0.99))
        usages[name] = used
        if (typeof what === 'string') settled.push(restMs)
      }
    }

    console.log(
      `${count} webhooks a round over ${connections} connections, ${each} of each citizen; median of ${rounds} rounds`,
    )
    console.log(
      ['way', 'per second', 'p99 ms', '÷ raw', '÷ no-op']
        .map((h, n) => (n ? h.padStart(12) : h.padEnd(10)))
        .join(''),
    )
    const speed = (name: string): number => median(speeds[name]!)
    for (const name of Object.keys(ways)) {
      const shown = [
        rate(speed(name)),
        median(tails[name]!).toFixed(0),
        (speed(name) / speed('raw')).toFixed(2),
        (speed(name) / speed('noop')).toFixed(2),
      ]
      console.log(name.padEnd(10) + shown.map((v) => v.padStart(12)).join(''))
      console.log(`          ${saturated(usages[name]!)}`)
    }
    console.log(`all of them known to the matcher ${median(settled).toFixed(0)} ms after the last answer`)
    for (const name of ['wechat', 'sms'])
      for (const [other, aim] of [
        ['raw', 1.8],
        ['noop', 0.35],
      ] as const) {
        const ratio = speed(name) / speed(other)
        console.log(
          `${name} ÷ ${other}: ${ratio >= aim ? 'aim reached' : 'aim missed'}: ${ratio.toFixed(2)} of ${aim}`,
        )
      }

    const accounts = await account(hotline.db, outside, (caller) => hotline.pii.lookup('phone', caller))
    const spooled = await hotline.db.query<{ n: number }>(
      `select count(*) as n from messages where direction = 'in'`,
    )
    const { lost, doubled, unbalanced, overlappingOffers } = accounts
    console.log(
      `received ${spooled[0]!.n} messages in ${accounts.received} contacts, refused ${refused}, lost ${lost.length}, doubled ${doubled.length}`,
    )
    ok = lost.length + doubled.length + unbalanced + overlappingOffers + refused === 0
    return ok
  },
  async () => {
    load.stop()
    plain.kill()
    routing.stop()
    await hotline.stop()
  },
)
