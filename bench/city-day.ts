import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { password, startHotline, type Hotline } from '../test/support/hotline.ts'
import { theRun } from '../test/support/run.ts'
import type { TownAnswer, TownPlan, TownReport, TownWish } from './parts/ami-town.ts'
import { heard, startChild } from './parts/children.ts'
import { startCrew } from './parts/crew.ts'
import { accountDay } from './parts/day-account.ts'
import { heading, stageOf, type Stretch, tell } from './parts/day-board.ts'
import { createPace } from './parts/day-pace.ts'
import { inSurge, planDay, seeded } from './parts/day-plan.ts'
import { createWriters } from './parts/day-texts.ts'
import { complaintsOf } from './parts/log-digest.ts'
import { onBenchServices } from './parts/run.ts'
import { postmasterOf, saturated, watchUsage } from './parts/usage.ts'

/**
 * One day of a city's hotline with 100,000 contacts at the highest speed this machine holds: 12 % in the busy hour, in
 * it ten minutes with four times as many, 85 % by telephone and the rest by signed webhooks of WeChat and SMS.
 *
 * Real: the gateway's process with all it stores, PostgreSQL, Redis, AMI over a socket with every event a call brings,
 * webhooks over HTTP, a sign-in, a socket and a registration for every agent. Played: Asterisk and the callers, by a
 * server of AMI (`parts/ami-town.ts`) with the events, in their order, that real calls brought; so SIP, sound and
 * recording are not in this figure (`bench calls` has them), and callers who are called back are at home.
 *
 * How the day is compressed. Only what belongs to people is shortened: when they call, how long they talk, how long they
 * have patience. The gateway's limits stay those of the product by its own clock (offer 10 s and 45 s, claim 6 s,
 * heartbeat 6 s, hold 600 s, wrap-up 60 s), and agents accept and register at once, so no limit is met for any other
 * reason than a gateway that is too slow; if one is, it is told below (`set aside`, `native`, `late`). A talk lasts as
 * long as keeps three quarters of the agents busy at what is served in the moment, so that the staff is always enough as
 * it would be in life. The day's clock is a closed loop on what the gateway owes (`parts/day-pace.ts`); in the surge the
 * clock keeps its speed and the staff its length of talks, so the surge comes as four times the work: callers wait, some
 * give up, and they are called back.
 *
 * BENCH_CONTACTS (100,000), BENCH_AGENTS (200), BENCH_SEED (1), BENCH_RATE (contacts a second to begin with, 20).
 */
const contacts = Number(process.env['BENCH_CONTACTS'] ?? 100_000)
const agents = Number(process.env['BENCH_AGENTS'] ?? 200)
const seed = Number(process.env['BENCH_SEED'] ?? 1)
const firstRate = Number(process.env['BENCH_RATE'] ?? 20)
const orders = 0.3
/** Longest time after the last contact until everything must be settled, s. */
const drainSeconds = 240

const tickMs = 20
const judgeEveryMs = 500

type Town = {
  send(wish: TownWish): void
  counts(): Promise<TownReport>
  ask(wish: TownWish): Promise<TownAnswer>
}

async function loopLag(city: Hotline): Promise<number> {
  const text = await (await fetch(`${city.url()}/metrics`)).text()
  return Number(/^hotline_nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(text)?.[1] ?? 0) * 1_000
}

async function commits(city: Hotline): Promise<number> {
  const sql = `select xact_commit::float8 as n from pg_stat_database where datname = current_database()`
  return (await city.db.query<{ n: number }>(sql))[0]!.n
}

/**
 * Contacts that are stored and neither waiting callers nor in a talk: texts under way, wrap-ups, and callers who gave up
 * and are owed a call, which takes an agent as long as any.
 */
async function inWork(city: Hotline): Promise<number> {
  const [row] = await city.db.query<{ n: number }>(
    `select count(*) as n from contacts where ended_at is null
     and (channel <> 'voice' or state = 'wrapUp' or (call_back and state in ('queued', 'offered', 'connecting')))`,
  )
  return row!.n
}

async function begin(): Promise<{
  city: Hotline
  town: Town
  pids: Record<string, number>
  end(): Promise<void>
}> {
  const phones = Array.from({ length: agents }, (_, n) => String(3000 + n))
  const townProcess = startChild('./ami-town.ts')
  const secret = 'played-by-nobody-else'
  const ready = heard<{ port: number }>(townProcess)
  townProcess.send({ type: 'begin', phones, secret } satisfies TownPlan)
  const { port } = await ready
  const file = join(theRun().folder, 'day-phones.json')
  writeFileSync(file, JSON.stringify(phones.map((number) => ({ number, kind: 'web', secret }))))
  const city = await startHotline({
    asterisk: { banks: 0 },
    env: {
      AMI_URL: `ami://gateway:${secret}@127.0.0.1:${port}`,
      HOTLINE_ASTERISK_DIR: '',
      HOTLINE_PHONES: file,
      LOG_LEVEL: process.env['BENCH_LOG'] ?? 'warn',
    },
  })
  for (const phone of phones) await city.staff(`agent${phone}`)
  const team = phones.map((phone) => ({ username: `agent${phone}`, mode: 'desk' as const, phone }))
  const crew = await startCrew({ base: city.url(), password, agents: team, orders })
  const ask = async (wish: TownWish): Promise<TownAnswer> => {
    townProcess.send(wish)
    return heard(townProcess)
  }
  const town: Town = {
    send: (wish) => void townProcess.send(wish),
    ask,
    async counts() {
      const answer = await ask({ type: 'counts' })
      if (answer.type !== 'counts') throw new Error('the town answers something else')
      return answer.report
    },
  }
  const pids = {
    gateway: city.gateways[0]!.mark.pid,
    postgres: postmasterOf(join(theRun().folder, 'postgres')),
    redis: city.redis.mark.pid,
    town: townProcess.pid!,
    agents: crew.pid,
    bench: process.pid,
  }
  return {
    city,
    town,
    pids,
    async end() {
      console.log(`agents: ${JSON.stringify(await crew.counts())}`)
      for (const complaint of complaintsOf(city.logs).slice(0, 12)) console.log(`gateway: ${complaint}`)
      crew.stop()
      townProcess.kill()
      await city.stop()
    },
  }
}

onBenchServices()
const { city, town, pids, end } = await begin()
let failed = false
try {
  const day = planDay(contacts, seed)
  const pace = createPace(contacts, firstRate, inSurge)
  const writers = createWriters(city)
  const random = seeded(seed + 1)
  console.log(`${contacts} contacts, ${agents} agents, seed ${seed}`)
  console.log(heading)

  let next = 0
  let talkMs = 0
  /** Talks last as long as keeps three quarters of the agents busy; not changed while a surge lasts. */
  const staffTalks = (): void => {
    if (inSurge(pace.minute())) return
    const wanted = Math.max(100, (0.75 * agents * 1_000) / (pace.served() * 0.85) - 300)
    if (Math.abs(wanted - talkMs) < talkMs * 0.05) return
    talkMs = wanted
    town.send({ type: 'talk', meanMs: talkMs })
  }
  const arrivals = (): void => {
    const callers = []
    for (; next < day.length && day[next]!.at <= pace.minute(); next += 1) {
      const { way } = day[next]!
      if ('text' in way) {
        writers.write(way)
        continue
      }
      // Three minutes of patience in the mean, after a first second that nobody gives up in.
      const patienceMs = 1_000 + way.voice.patienceMs * Math.max(2_000, 180_000 / pace.speedUp())
      callers.push({ ...way.voice, patienceMs })
    }
    if (callers.length > 0) town.send({ type: 'call', callers })
  }

  await loopLag(city)
  const firstCommits = await commits(city)
  const began = performance.now()
  let usage = watchUsage(pids)
  let since = { at: began, next: 0, minute: 0 }
  let waits: number[] = []
  let mostWaiting = 0
  let busy: Stretch | null = null
  let worst = { waiting: 0, lagMs: 0 }
  const stretch = async (name: string): Promise<Stretch> => {
    const now = performance.now()
    const lagMs = await loopLag(city)
    const s = {
      seconds: (now - since.at) / 1_000,
      contacts: next - since.next,
      waits,
      usage: usage(),
      lagMs,
      mostWaiting,
    }
    tell(name, s, pace.minute() - since.minute)
    worst = { waiting: Math.max(worst.waiting, mostWaiting), lagMs: Math.max(worst.lagMs, lagMs) }
    since = { at: now, next, minute: pace.minute() }
    usage = watchUsage(pids)
    waits = []
    mostWaiting = 0
    return s
  }

  let at = performance.now()
  let judged = at
  let stage = ''
  let surgeOver: number | null = null
  let recovery: number | null = null
  while (next < day.length) {
    await new Promise((tick) => setTimeout(tick, tickMs * (0.5 + random())))
    const now = performance.now()
    pace.advance((now - at) / 1_000)
    at = now
    arrivals()
    if (now - judged < judgeEveryMs) continue
    judged = now
    const report = await town.counts()
    const owed = report.waiting + (await inWork(city)) + writers.open()
    for (const wait of report.waits) waits.push(wait)
    mostWaiting = Math.max(mostWaiting, report.waiting)
    pace.judge(owed)
    staffTalks()
    if (stage === 'surge' && !inSurge(pace.minute())) surgeOver = now
    if (surgeOver !== null && recovery === null && owed < pace.rate()) recovery = (now - surgeOver) / 1_000
    const current = stageOf(pace.minute())
    if (current !== stage && stage !== '') {
      const s = await stretch(stage)
      if (stage === 'busy') busy = s
    }
    stage = current
  }
  await stretch(stage)
  const tookSeconds = (performance.now() - began) / 1_000

  const limit = performance.now() + drainSeconds * 1_000
  let open = 1
  while (open > 0 && performance.now() < limit) {
    await new Promise((look) => setTimeout(look, 500))
    const [row] = await city.db.query<{ n: number }>(
      `select count(*) as n from contacts where ended_at is null`,
    )
    open = row!.n + (await town.counts()).waiting + writers.open()
  }
  const drained = (performance.now() - began) / 1_000 - tookSeconds

  const report = await town.counts()
  const answer = await town.ask({ type: 'ledger' })
  if (answer.type !== 'ledger') throw new Error('the town answers something else')
  const { lines, wrong } = await accountDay(city, answer.ledger, writers, 1_000)
  console.log(
    `\nthe day took ${Math.round(tookSeconds)} s: ${Math.round(86_400 / tookSeconds)} × in the mean, ` +
      `${(contacts / tookSeconds).toFixed(1)} contacts/s; settled ${drained.toFixed(1)} s after the last contact`,
  )
  if (busy)
    console.log(
      `busy hour before the surge: ${(busy.contacts / busy.seconds).toFixed(1)} contacts/s; ${saturated(busy.usage)}`,
    )
  console.log(
    `surge: at most ${worst.waiting} callers waited; ` +
      (recovery === null
        ? 'not caught up before the day ended'
        : `caught up ${recovery.toFixed(1)} s after it`) +
      `; event loop late by at most ${Math.round(worst.lagMs)} ms (p99)`,
  )
  console.log(`commits per contact: ${((await commits(city)) - firstCommits).toFixed(0)} / ${contacts}`)
  console.log(`the telephone's side: ${JSON.stringify({ ...report, waits: undefined })}`)
  for (const line of lines) console.log(line)
  for (const what of wrong) console.log(`FAILED: ${what}`)
  // Asterisk's own queue may take an agent in the moment in which the gateway gives him another caller.
  const givenTwice = Object.keys(report.native).length === 0 && report.phoneBusy > 0
  if (givenTwice) console.log(`FAILED: phones rung that were in a call: ${report.phoneBusy}`)
  if (
    next !== day.length ||
    answer.ledger.length + writers.acknowledged.length < contacts - writers.refused()
  )
    wrong.push('not everybody made contact')
  failed = wrong.length > 0 || givenTwice
} finally {
  await end()
}
process.exitCode = failed ? 1 : 0
