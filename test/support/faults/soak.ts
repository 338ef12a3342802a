import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Site } from './site.ts'
import { trendOf, type Trend } from './trend.ts'

/** One look at everything that could grow. Bytes, or counts. */
export type Sample = Record<string, number>

const mega = 1 << 20

/** Growth that is none, by the last word of a figure's name. */
const floors: Record<string, number> = {
  memory: 8 * mega,
  heap: 8 * mega,
  handles: 8,
  files: 8,
  connections: 4,
  contacts: 20,
}

const field = (text: string, name: string): number =>
  Number(new RegExp(`^${name}[^\\d\\n]*([\\d.e+]+)`, 'm').exec(text)?.[1] ?? NaN)

const memoryOf = (pid: number): number => field(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmRSS:') * 1024

const filesOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

export async function lookAround(site: Site): Promise<Sample> {
  const sample: Sample = {}
  for (const [n, gateway] of site.city.gateways.entries()) {
    if (!gateway) continue
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
    sample[`gateway ${n} memory`] = memoryOf(gateway.mark.pid)
    sample[`gateway ${n} heap`] = field(metrics, 'hotline_nodejs_heap_size_used_bytes')
    sample[`gateway ${n} handles`] = field(metrics, 'hotline_nodejs_active_handles_total')
    sample[`gateway ${n} files`] = filesOf(gateway.mark.pid)
  }
  sample['Asterisk memory'] = memoryOf(site.asteriskPid())
  sample['Asterisk files'] = filesOf(site.asteriskPid())
  const [counts] = await site.ask<{ connections: number; open: number; recent: number }>(
    `select (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as connections,
       (select count(*)::int from contacts where ended_at is null and not call_back) as open,
       (select count(*)::int from contacts where ended_at > clock_timestamp() - interval '24 hours') as recent`,
  )
  sample['PostgreSQL connections'] = counts!.connections
  sample['open contacts'] = counts!.open
  sample['Redis memory'] = await redisMemory(site, counts!.recent)
  return sample
}

/** Beside the tombstones, which are kept for a day by design: so many, of the size of a few that are looked at. */
async function redisMemory(site: Site, tombstones: number): Promise<number> {
  const some = await site.ask<{ id: string }>(
    `select id from contacts where ended_at < clock_timestamp() - interval '5 seconds' order by ended_at desc limit 5`,
  )
  return site.redis(async (redis) => {
    const used = field(await redis.info('memory'), 'used_memory:')
    const sizes: number[] = []
    for (const { id } of some) {
      const [, [key]] = await redis.scan('0', 'MATCH', `*c:${id}`, 'COUNT', 10_000_000)
      if (key !== undefined) sizes.push(Number(await redis.memory('USAGE', key)))
    }
    // Beside the value an entry of the table of expiries, which `MEMORY USAGE` leaves out.
    const size = sizes.length === 0 ? 0 : sizes.reduce((sum, one) => sum + one, 0) / sizes.length + 64
    return used - tombstones * size
  })
}

export type SoakOptions = { forMs: number; everyMs: number; say: (line: string) => void }

/** Looks around in turns until the time is over. */
export async function watch(site: Site, { forMs, everyMs, say }: SoakOptions): Promise<Sample[]> {
  const samples: Sample[] = []
  const until = performance.now() + forMs
  while (performance.now() < until) {
    await delay(Math.min(everyMs, Math.max(0, until - performance.now())))
    const sample = await lookAround(site)
    samples.push(sample)
    say(
      Object.entries(sample)
        .map(([name, value]) => `${name} ${shown(name, value)}`)
        .join(', '),
    )
  }
  return samples
}

export const shown = (name: string, value: number): string =>
  /memory|heap/.test(name) ? `${(value / mega).toFixed(1)} MB` : value.toFixed(0)

/** The first quarter warms up: code is compiled, pools and caches fill. */
export function verdicts(samples: readonly Sample[]): { name: string; trend: Trend }[] {
  const settled = samples.slice(Math.floor(samples.length / 4))
  return Object.keys(samples.at(-1) ?? {}).map((name) => {
    const values = settled.map((sample) => sample[name] ?? NaN).filter((value) => !Number.isNaN(value))
    return { name, trend: trendOf(values, floors[name.split(' ').at(-1)!] ?? 0) }
  })
}
