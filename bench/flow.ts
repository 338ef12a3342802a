import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { startHotline } from '../test/support/hotline.ts'
import { account, type Outside } from '../test/support/oracle.ts'
import { freshDatabase, runFolder } from '../test/support/services.ts'
import { heard, startChild, startLoad, untilDone } from './parts/children.ts'
import type { JobsWish, Replayed } from './parts/raw-jobs.ts'
import { median } from './parts/rounds.ts'
import { watchRouting } from './parts/routed.ts'
import { onBenchServices } from './parts/run.ts'
import { season } from './parts/seasoned.ts'
import { staffAtOnce } from './parts/staff.ts'
import type { AgentsReport, AgentsWish } from './parts/text-agents.ts'
import { copyRows } from './parts/twin.ts'
import { postmasterOf, saturated, watchUsage, type Usage } from './parts/usage.ts'

/**
 * Whole contacts per second, from the webhook over offer, accept and end to the work order; beside BullMQ with a job for
 * each contact and the very same statements, in their transactions, on a twin of the database. The aim: at least half
 * of its speed.
 */
onBenchServices()
const count = Number(process.env['BENCH_CONTACTS'] ?? 1_000)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
const agentCount = Number(process.env['BENCH_AGENTS'] ?? 60)
const secret = 'a secret of the benchmark, not of any city'
const record = join(runFolder(), 'flow-sql')
const recorder = pathToFileURL(join(import.meta.dirname, 'parts', 'record-sql.mjs')).href

const hotline = await startHotline({
  env: {
    LOG_LEVEL: 'warn',
    HOTLINE_SECRET: secret,
    RECORD_SQL: record,
    NODE_OPTIONS: `--import ${recorder}`,
  },
})
const twin = await freshDatabase()
const load = startLoad()
const agents = startChild('./text-agents.ts')
const jobs = startChild('./raw-jobs.ts', { REDIS_URL: hotline.redis.url, DATABASE_URL: twin.url })
const routing = watchRouting(hotline.db, hotline.redis.url)
const ask = async <T>(wish: AgentsWish): Promise<T> => {
  agents.send(wish)
  return heard<T>(agents)
}
const gateway = hotline.gateways[0]!.pid
const toggleRecording = (): void => void process.kill(gateway, 'SIGUSR2')

/** Until all are registered, which is when the last of them is over. */
async function allRegistered(): Promise<void> {
  const end = performance.now() + 180_000
  for (let registered = 0; registered < count;) {
    const report = await ask<AgentsReport>({ type: 'report' })
    registered += report.registered
    for (const [what, n] of Object.entries(report.refused)) refused[what] = (refused[what] ?? 0) + n
    if (performance.now() > end) throw new Error(`${registered} of ${count} registered, the rest is stuck`)
    if (registered < count) await delay(20)
  }
}

const refused: Record<string, number> = {}
await untilDone(
  async () => {
    let ok = true
    await heard(jobs)
    const members = await staffAtOnce(hotline.db, secret, agentCount)
    await ask({ type: 'begin', base: hotline.url(), cookies: members.map((m) => m.cookie) })
    await routing.atRest(60_000)
    const [dir] = await hotline.db.query<{ dir: string }>(`select current_setting('data_directory') as dir`)
    const shared = { postgres: postmasterOf(dir!.dir), redis: hotline.redis.pid }
    const outside: Outside = { acknowledged: [], callers: [] }
    const speeds: Record<'product' | 'raw', number[]> = { product: [], raw: [] }
    const usages: Record<'product' | 'raw', Usage> = { product: {}, raw: {} }
    let statements = 0
    await copyRows(hotline.database.url, twin.url)

    for (let round = 0; round <= rounds; round += 1) {
      await load.prepare({
        base: hotline.url(),
        what: 'wechat',
        smsToken: hotline.smsToken,
        count,
        each: 1,
        connections: 64,
      })
      rmSync(record, { force: true })
      toggleRecording()
      const whole = watchUsage({ gateway, ...shared, agents: agents.pid!, senders: load.pid })
      const began = performance.now()
      const sent = await load.go()
      await allRegistered()
      const tookMs = performance.now() - began
      usages.product = whole()
      outside.acknowledged.push(...sent.acknowledged)
      await routing.atRest(60_000)
      toggleRecording()
      while (!existsSync(record)) await delay(20)

      const again = watchUsage({ jobs: jobs.pid!, ...shared })
      jobs.send({ type: 'replay', count, file: record } satisfies JobsWish)
      const raw = await heard<Replayed>(jobs)
      usages.raw = again()
      statements = raw.statements / count
      if (raw.failed > raw.statements / 50)
        throw new Error(`${raw.failed} of ${raw.statements} statements could not be sent again`)
      // The first round warms up.
      if (round === 0) {
        await season(hotline.database.url)
        await season(twin.url)
        continue
      }
      speeds.product.push((count / tookMs) * 1_000)
      speeds.raw.push((count / raw.tookMs) * 1_000)
    }

    const [product, raw] = [median(speeds.product), median(speeds.raw)]
    console.log(
      `${count} contacts a round, ${agentCount} agents, ${statements.toFixed(1)} statements each; median of ${rounds} rounds`,
    )
    console.log(`whole contacts                  ${product.toFixed(1)} a second`)
    console.log(`  ${saturated(usages.product)}`)
    console.log(`BullMQ and the same statements  ${raw.toFixed(1)} a second`)
    console.log(`  ${saturated(usages.raw)}`)
    const ratio = product / raw
    console.log(`ratio: ${ratio >= 0.5 ? 'aim reached' : 'aim missed'}: ${ratio.toFixed(2)} of 0.5`)

    const accounts = await account(hotline.db, outside, () => '')
    const { lost, doubled, open, overCapacity, registeredTwice, lateOffers, overlappingOffers, unbalanced } =
      accounts
    const [orders] = await hotline.db.query<{ n: number }>(`select count(*) as n from work_orders`)
    const [twins] = await hotline.db.query<{ n: number }>(`select count(*) as n from contacts`)
    console.log(
      `received ${accounts.received}, ended ${JSON.stringify(accounts.ends)}, open ${open}, work orders ${orders!.n}, lost ${lost.length}, doubled ${doubled.length}`,
    )
    const wrong = { open, overCapacity, registeredTwice, lateOffers, overlappingOffers, unbalanced }
    ok = lost.length + doubled.length === 0 && Object.values(wrong).every((n) => n === 0)
    ok &&= orders!.n === twins!.n
    if (Object.keys(refused).length > 0) console.log(`refused and asked again: ${JSON.stringify(refused)}`)
    if (!ok) console.log(JSON.stringify(wrong))
    return ok
  },
  async () => {
    load.stop()
    agents.kill()
    jobs.kill()
    routing.stop()
    await hotline.stop()
    await twin.drop()
  },
)
