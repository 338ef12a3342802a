import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shortPrompts, startTestAsterisk, TestAmi, type TestAsterisk } from '../test/support/asterisk.ts'
import { password, startHotline, type Hotline } from '../test/support/hotline.ts'
import { unusedPort } from '../test/support/ports.ts'
import { theRun } from '../test/support/run.ts'
import { startStopwatch, type Stopwatch, type Timed } from './parts/ami-stopwatch.ts'
import { accountCalls, stepsOf } from './parts/calls-account.ts'
import { startCrew, type Crew } from './parts/crew.ts'
import { complaintsOf } from './parts/log-digest.ts'
import { median, quantile } from './parts/rounds.ts'
import { onBenchServices } from './parts/run.ts'
import { season } from './parts/seasoned.ts'
import { callAll, endSipLoad, startManyPhones } from './parts/sip-load.ts'
import { postmasterOf, saturated, watchUsage } from './parts/usage.ts'

/**
 * From `Newchannel` of a caller to `BridgeEnter` with an agent, on a real Asterisk with SIP calls by SIPp, with 20
 * agents and everything stored: the ways through the gateway beside Asterisk's own `Queue()`. Both ends of the figure
 * are the timestamps that Asterisk puts on its own events, so every way is measured alike and nobody by his own clock.
 *
 * - `desk`: the agent's page is offered the call, accepts over its WebSocket, and only then the telephone rings. This
 *   is the way the aims are about.
 * - `phone`: the telephone's ring is the offer, lifting it the accept.
 * - `Queue()`: nothing but `Answer` and `Queue`, in an Asterisk of its own that no gateway is linked to, with the same
 *   telephones. It stores a line of queue log and of CDR, and records nothing.
 * - `fall-back`: the same Asterisk with our dialplan and no gateway, as when the gateway is dead: arrival, recording,
 *   `Queue()`. What it needs more than `Queue()` is the dialplan's and the recording's share.
 *
 * What makes the calls fit: prompts of 2 ms (a greeting is nobody's speed), no sound, telephones that are answered in
 * the moment they ring and hang up 100 ms later, agents who register in the moment the call is over. 50 calls a second
 * leave each of 20 agents 400 ms for a whole call with its registration; whoever cannot keep that up lets callers wait,
 * and their waiting is in the figure. Arrivals are evenly spaced. The agents are in a process of their own.
 */
const rates = (process.env['BENCH_RATES'] ?? '10,30,50').split(',').map(Number)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 5)
const agents = Number(process.env['BENCH_AGENTS'] ?? 20)
const talkMs = 100
const patienceMs = 20_000

const ways = ['Queue()', 'fall-back', 'phone', 'desk'] as const
type Way = (typeof ways)[number]
/** Goes to `Queue()` and nothing else. */
const bareNumber = '9100'

let failed = false
const fail = (what: string): void => {
  failed = true
  console.log(`FAILED: ${what}`)
}
const ms = (value: number): string => value.toFixed(1)

/** The telephones of both crews, and where SIPp plays them. */
async function telephones() {
  const numbers = (first: number): string[] => Array.from({ length: agents }, (_, n) => String(first + n))
  const host = '127.0.0.3'
  const port = await unusedPort(host)
  const desk = numbers(3001)
  const phone = numbers(4001)
  const contacts = [...desk, ...phone].map((number) => ({ number, contact: `sip:${number}@${host}:${port}` }))
  const secret = 'played-by-sipp-only'
  const pool = [
    ...desk.map((number) => ({ number, kind: 'web', secret })),
    ...phone.map((number) => ({ number, kind: 'sip', secret })),
  ]
  const file = join(theRun().folder, 'bench-phones.json')
  writeFileSync(file, JSON.stringify(pool))
  await startManyPhones(host, port, talkMs)
  return { desk, phone, contacts, file }
}

async function crewOf(city: Hotline, mode: 'desk' | 'phone', phones: readonly string[]): Promise<Crew> {
  for (const phone of phones) await city.staff(`agent${phone}`)
  const team = phones.map((phone) => ({ username: `agent${phone}`, mode, phone }))
  return startCrew({ base: city.url(), password, agents: team, orders: 0 })
}

/** The same telephones are the members of the lone Asterisk's queue. */
async function makeMembers(lone: TestAsterisk, phones: readonly string[]): Promise<void> {
  const ami = await TestAmi.connect(lone)
  for (const phone of phones) {
    const Interface = `PJSIP/${phone}`
    const member = { Queue: 'hotline', Interface, MemberName: phone, StateInterface: Interface, Penalty: '1' }
    const answer = await ami.action('QueueAdd', member)
    if (answer['Response'] !== 'Success') throw new Error(`QueueAdd: ${answer['Message']}`)
  }
  ami.close()
  const steps = ['1,Answer,,i', '2,Queue,hotline,c', '3,Hangup']
  for (const step of steps) await lone.cli(`dialplan add extension ${bareNumber},${step} into from-trunk`)
}

async function settled(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const until = performance.now() + 30_000
  while (!(await isSo())) {
    if (performance.now() > until) return fail(`${what} within 30 s`)
    await new Promise((next) => setTimeout(next, 50))
  }
}

/** Everything that a round needs, and what it leaves to count. */
type Site = {
  city: Hotline
  lone: TestAsterisk
  watches: Record<Way, Stopwatch>
  /** those who called through the gateway, by number */
  callers: string[]
  callIds: string[]
}

let called = 0

async function round(site: Site, way: Way, perSecond: number): Promise<Timed[]> {
  const { city, lone, watches } = site
  const own = way === 'desk' || way === 'phone'
  const numbers = Array.from({ length: perSecond * seconds }, () => {
    called += 1
    return `138000${String(called).padStart(5, '0')}`
  })
  const watch = watches[way]
  watch.take()
  await callAll({
    target: own ? city.asterisk.sip : lone.sip,
    to: way === 'Queue()' ? bareNumber : '12345',
    perSecond,
    numbers,
    patienceMs,
  })
  await settled(`all channels of ${way} are down`, () => watch.open() === 0)
  const calls = watch.take()
  if (calls.length !== numbers.length)
    fail(`${way} at ${perSecond}/s: ${numbers.length} called, Asterisk saw ${calls.length}`)
  if (own) {
    site.callers.push(...numbers)
    site.callIds.push(...calls.map((call) => call.callId))
    await settled('everything is registered', async () => {
      const [open] = await city.db.query<{ n: number }>(
        `select count(*) as n from contacts where ended_at is null and not call_back`,
      )
      return open!.n === 0
    })
  }
  return calls
}

type Figure = { p50: number; p95: number }
/** Callers with an agent; those without count as unbridged and are shown apart. */
const waitsOf = (calls: readonly Timed[]): number[] =>
  calls.flatMap((call) => (call.bridgedAt === null ? [] : [call.bridgedAt - call.at]))

function tell(
  rate: number,
  of: Record<Way, Figure & { unbridged: number; calls: number }>,
  usage: string,
): void {
  const bare = of['Queue()']
  console.log(`\n${rate} calls/s`)
  console.log('  way          p50 ms    p95 ms   p50 / Queue()   unbridged')
  for (const way of ways) {
    const { p50, p95, unbridged, calls } = of[way]
    const cells = [
      ms(p50).padStart(10),
      ms(p95).padStart(10),
      `${(p50 / bare.p50).toFixed(2)} ×`.padStart(16),
    ]
    console.log(`  ${way.padEnd(9)}${cells.join('')}${`${unbridged} of ${calls}`.padStart(12)}`)
  }
  const { p50, p95 } = of.desk
  const ratio = p50 / bare.p50
  const aims: [boolean, string][] = [
    [ratio <= 1.5, `desk p50 at most 1.5 × Queue(): ${ratio.toFixed(2)} ×`],
    [p95 <= 60, `desk p95 at most 60 ms: ${ms(p95)} ms`],
  ]
  for (const [reached, what] of aims) console.log(`  aim ${reached ? 'reached' : 'missed'}: ${what}`)
  console.log(`  ${usage}`)
}

async function measure(site: Site, crews: { desk: Crew; phone: Crew }): Promise<void> {
  const { city } = site
  const pids = {
    gateway: city.gateways[0]!.mark.pid,
    postgres: postmasterOf(join(theRun().folder, 'postgres')),
    redis: city.redis.mark.pid,
    asterisk: city.asterisk.mark.pid,
    agents: crews.desk.pid,
    bench: process.pid,
  }
  for (const rate of rates) {
    const figures = Object.fromEntries(ways.map((way) => [way, [] as Figure[]])) as Record<Way, Figure[]>
    const all = Object.fromEntries(ways.map((way) => [way, [] as Timed[]])) as Record<Way, Timed[]>
    let usage = ''
    for (let n = 0; n < rounds; n += 1)
      for (const way of ways) {
        if (way === 'phone' || way === 'desk') {
          await crews[way === 'desk' ? 'phone' : 'desk'].pause()
          await crews[way].available()
        }
        const stop = watchUsage(pids)
        const began = performance.now()
        const calls = await round(site, way, rate)
        if (way === 'desk') {
          const used = stop()
          const perCall = (name: string): string =>
            `${name} ${ms((used[name]! * (performance.now() - began)) / calls.length)}`
          usage = `${saturated(used)}\n  ms of a core for each call: ${['gateway', 'postgres', 'redis', 'asterisk'].map(perCall).join(', ')}`
        }
        const waits = waitsOf(calls)
        if (waits.some((wait) => wait <= 0)) fail('a caller heard an agent before he called')
        figures[way].push({ p50: quantile(waits, 0.5), p95: quantile(waits, 0.95) })
        all[way].push(...calls)
      }
    const shown = Object.fromEntries(
      ways.map((way) => {
        const unbridged = all[way].length - waitsOf(all[way]).length
        const p50 = median(figures[way].map((f) => f.p50))
        const p95 = median(figures[way].map((f) => f.p95))
        return [way, { p50, p95, unbridged, calls: all[way].length }]
      }),
    ) as Record<Way, Figure & { unbridged: number; calls: number }>
    tell(rate, shown, usage)
    const ids = (way: Way): string[] => all[way].map((call) => call.callId)
    for (const way of ['phone', 'desk'] as const)
      console.log(`  steps of ${way}, p50/p95 ms: ${await stepsOf(city, ids(way))}`)
  }
  for (const [name, crew] of Object.entries(crews))
    console.log(`agents of ${name}: ${JSON.stringify(await crew.counts())}`)
}

onBenchServices()
const ends: (() => unknown)[] = [endSipLoad]
try {
  const { desk, phone, contacts, file } = await telephones()
  const common = {
    banks: 0,
    staticPhones: contacts,
    // SIPp's telephones are there: what OPTIONS would say of them costs calls.
    timings: { qualify: 0 },
    // What is measured is the machine, not how long a sentence is.
    promptOverrides: shortPrompts(['greeting', 'notice'], 2),
  }
  const lone = await startTestAsterisk(common)
  ends.push(() => lone.stop())
  const env = { HOTLINE_PHONES: file, LOG_LEVEL: process.env['BENCH_LOG'] ?? 'warn' }
  const city = await startHotline({ asterisk: common, env })
  ends.push(() => city.stop())
  await makeMembers(lone, desk)
  const crews = { desk: await crewOf(city, 'desk', desk), phone: await crewOf(city, 'phone', phone) }
  ends.push(
    () => crews.desk.stop(),
    () => crews.phone.stop(),
  )
  const stopwatch = await startStopwatch(city.asterisk.options.amiPort, city.asterisk.options.amiSecret)
  const loneWatch = await startStopwatch(lone.options.amiPort, lone.options.amiSecret)
  const watches = { 'Queue()': loneWatch, 'fall-back': loneWatch, phone: stopwatch, desk: stopwatch }
  const site: Site = { city, lone, watches, callers: [], callIds: [] }
  console.log(
    `${agents} agents, rounds of ${seconds} s, ${rounds} of each way in turn; medians of the rounds.`,
  )
  for (const way of ways) {
    if (way === 'desk') await crews.phone.pause()
    else await crews.desk.pause()
    if (way === 'desk') await crews.desk.available()
    await round(site, way, 10)
  }
  await season(city.database.url)
  await measure(site, crews)
  const { lines, wrong } = await accountCalls(city, site.callers, site.callIds)
  console.log(`\n${lines.join('\n')}`)
  if (wrong) fail('calls were lost, doubled or mixed up')
  for (const complaint of complaintsOf(city.logs).slice(0, 8)) console.log(`gateway: ${complaint}`)
  stopwatch.close()
  loneWatch.close()
} finally {
  for (const end of ends.reverse()) await end()
}
process.exitCode = failed ? 1 : 0
