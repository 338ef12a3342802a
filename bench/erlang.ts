import { Redis } from 'ioredis'
import {
  checks,
  draw,
  erlangC,
  estimate,
  idealWaits,
  measure,
  play,
  targetS,
  type Measures,
} from '../test/support/queueing.ts'

/**
 * The real matcher against queueing theory: Poisson arrivals and exponential handling in simulated time, nothing sleeps.
 * The aim: within 2 points of Erlang C, the service level as it is and the average wait as a share of the handling time.
 * Beside both stands a queue without a flaw with the same callers: what differs from that is the matcher's own doing.
 */
const url = process.env['REDIS_URL']
if (!url) throw new Error('REDIS_URL says which Redis; ./hotline bench erlang brings one up')
const days = Number(process.env['BENCH_DAYS'] ?? 24)
const callers = Number(process.env['BENCH_CALLERS'] ?? 2_000)
const seed = Number(process.env['BENCH_SEED'] ?? 1)

const redis = new Redis(url)
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const row = (name: string, level: string, asa: string): void =>
  console.log(`  ${name.padEnd(34)}${level.padStart(20)}${asa.padStart(20)}`)
const with95 = (values: number[], show: (n: number) => string): string => {
  const { mean, within } = estimate(values)
  return `${show(mean)} ± ${show(within)}`
}
let broken = 0

for (const { serviceLevel, asaS, ...hotline } of checks) {
  await redis.flushdb()
  // Beginning with everybody idle, a day needs some handling times until it is a day like any other.
  const warm = Math.round((4 * hotline.callsPerHour * hotline.handlingS) / 3_600) + 200
  const real: Measures[] = []
  const ideal: Measures[] = []
  let later = 0
  const began = performance.now()
  await Promise.all(
    Array.from({ length: days }, async (_, day) => {
      const calls = draw(hotline, callers + warm, seed + day)
      const { waits } = await play(redis, `day-${day}`, hotline, calls)
      const flawless = idealWaits(hotline, calls)
      later += flawless.filter((ms, n) => waits[n] !== ms).length
      real.push(measure(waits.slice(warm)))
      ideal.push(measure(flawless.slice(warm)))
    }),
  )
  const took = (performance.now() - began) / 1_000
  const theory = erlangC(hotline)
  const of = (all: Measures[], key: keyof Measures): number[] => all.map((one) => one[key])
  const seconds = (s: number): string => `${s.toFixed(1)} s`
  console.log(
    `\n${hotline.callsPerHour} calls/h of ${hotline.handlingS} s, ${hotline.agents} agents; ` +
      `${days} × ${callers} callers in ${took.toFixed(0)} s`,
  )
  row('', `within ${targetS} s`, 'average wait')
  row('Erlang C, as designed', percent(serviceLevel), seconds(asaS))
  row('Erlang C, computed', percent(theory.serviceLevel), seconds(theory.asaS))
  row(
    'a queue without a flaw',
    with95(of(ideal, 'serviceLevel'), percent),
    with95(of(ideal, 'asaS'), seconds),
  )
  row('the matcher', with95(of(real, 'serviceLevel'), percent), with95(of(real, 'asaS'), seconds))
  const level = estimate(of(real, 'serviceLevel'))
  const speed = estimate(of(real, 'asaS'))
  const off = {
    level: Math.abs(level.mean - theory.serviceLevel),
    speed: Math.abs(speed.mean - theory.asaS) / hotline.handlingS,
  }
  const verdict = (what: string, by: number, within: number): void =>
    console.log(
      by <= 0.02
        ? `  aim reached: ${what} within 2 points of Erlang C: ${percent(by)}`
        : `  aim missed: ${what} ${percent(by)} from Erlang C${by <= within ? ', as chance allows: take more callers' : ''}`,
    )
  verdict('service level', off.level, level.within)
  verdict('average wait', off.speed, speed.within / hotline.handlingS)
  console.log(`  callers answered at another time than without a flaw: ${later}`)
  broken += later
}
redis.disconnect()
// Equal agents, one kind of caller: whoever is answered later than in a queue without a flaw was forgotten.
process.exit(broken === 0 ? 0 : 1)
