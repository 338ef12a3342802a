import { pino } from 'pino'
import { migrate } from '../src/db/migrate.ts'
import { createPool } from '../src/db/pool.ts'
import { missedNow, toRemindNow } from '../src/work-orders/deadline-store.ts'
import { median, quantile, timed } from './parts/rounds.ts'

/**
 * The sweep for missed and soon due clocks among a million open orders, before and after a million concluded ones are
 * laid beside them. The aims: under 50 ms, and no growth with what was concluded. The baseline is `select 1`.
 */
const url = process.env['DATABASE_URL']
if (!url) throw new Error('DATABASE_URL says which PostgreSQL; ./hotline bench sweep brings one up')
const count = Number(process.env['BENCH_ORDERS'] ?? 1_000_000)
const overdue = 500

await migrate(url)
const log = pino({ level: 'silent' })
const db = createPool(url, log, 2)
const now = new Date('2026-03-02T10:00+08:00')

/** Clocks only: the sweep reads nothing else. Their orders are left out, so the checks on references rest meanwhile. */
async function load(concluded: boolean): Promise<void> {
  const slice = 50_000
  for (let from = 0; from < count; from += slice)
    await db.tx(async (tx) => {
      await tx.query(`set local session_replication_role = replica`)
      await tx.query(`set local synchronous_commit = off`)
      await tx.query(`set local statement_timeout = 0`)
      await tx.query(
        `insert into work_order_deadlines (order_id, leg, procedure, term, started_at, due, provisional, local_policy,
           calendar_version, cite, remind_at, met_at)
         select gen_random_uuid(), 1, 0, 'AS19-D06', $1::timestamptz - interval '3 days',
           case when not $4 and n < $5 then $1::timestamptz - n * interval '1 second'
             else $1::timestamptz + (n % 7200 + 1) * interval '1 minute' end,
           false, false, 'bench', 'bench',
           $1::timestamptz + (n % 7200 - 2) * interval '1 minute', case when $4 then $1::timestamptz end
         from generate_series($2::integer, $3::integer) n`,
        [now, from, Math.min(from + slice, count) - 1, concluded, overdue],
      )
    })
  // As autovacuum would, in its own time.
  await db.query(`set statement_timeout = 0`)
  await db.query(`analyze work_order_deadlines`)
}

async function measure(label: string): Promise<{ missed: number; soon: number }> {
  const took = { missed: [] as number[], soon: [] as number[], ping: [] as number[] }
  for (let n = 0; n < 60; n += 1) {
    took.missed.push(await timed(() => missedNow(db, now, 200)))
    took.soon.push(await timed(() => toRemindNow(db, now, 200)))
    took.ping.push(await timed(() => db.query('select 1')))
  }
  const found = (await missedNow(db, now, 200)).length
  if (found !== 200) throw new Error(`the sweep found ${found} of 200`)
  const ping = median(took.ping)
  for (const [what, values] of Object.entries(took)) {
    const shown = [median(values), quantile(values, 0.99), median(values) / ping].map((v) =>
      v.toFixed(2).padStart(12),
    )
    console.log(`${label.padEnd(36)}${what.padEnd(10)}${shown.join('')}`)
  }
  return { missed: median(took.missed), soon: median(took.soon) }
}

console.log(
  `${'clocks'.padEnd(36)}${'step'.padEnd(10)}${['p50 ms', 'p99 ms', 'p50 / ping'].map((h) => h.padStart(12)).join('')}`,
)
await load(false)
const open = await measure(`${count} open`)
await load(true)
const both = await measure(`${count} open, ${count} concluded`)
console.log(
  `with as many concluded: missed × ${(both.missed / open.missed).toFixed(2)}, soon × ${(both.soon / open.soon).toFixed(2)}`,
)
await db.end()
