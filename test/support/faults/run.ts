import { setTimeout as delay } from 'node:timers/promises'
import { password } from '../hotline.ts'
import { account, type Accounts } from '../oracle.ts'
import { endAllSipp } from '../sipp.ts'
import { startWorkingAgent, type WorkingAgent } from '../working-agent.ts'
import { carriedCalls, startBanks, startCalls, talkingTwice, type CallRecord } from './calls.ts'
import { createChance } from './chance.ts'
import { kinds, startAgain } from './kinds.ts'
import { aDayLater, type DayLater } from './later.ts'
import { longest, recoveryOf, type Recovery } from './recovery.ts'
import { stepName, type Step } from './schedule.ts'
import { startSite, type Site } from './site.ts'
import { startTexts } from './texts.ts'
import { installTransitions, killAtBoundary } from './transitions.ts'

/** What one step did: when it struck and was repaired, and how long it took until somebody new was served. */
export type Struck = {
  name: string
  struckAt: number
  repairedAt: number
  /** From the repair. */
  recovery: Recovery
  /** From the strike: how long nobody new got through. */
  outage: Recovery
  /** A boundary that no contact reached in time. */
  missed: boolean
}

export type Reach = { placed: number; carried: number; reached: number; native: number }

export type FaultReport = {
  seed: number
  gateways: number
  steps: Struck[]
  accounts: Accounts
  texts: { acknowledged: number; givenUp: number; refusedTries: number }
  calls: Reach
  /** Of calls placed between a strike and its recovery. */
  callsMeanwhile: Reach
  /** Calls that Asterisk took along when it died, and that nobody could know of. */
  diedWithAsterisk: number
  /** By the phones' own log. */
  phonesTalkingTwice: number
  later: DayLater
  /** What neither ended nor waits for a call back. */
  stuck: unknown[]
}

export type RunOptions = {
  seed: number
  gateways: number
  steps: Iterable<Step>
  /** Done under load before the steps, e.g. watching for a while. */
  first?: (site: Site) => Promise<void>
  /** Asked before every step, with how many were taken and how long they took, ms. */
  goesOn: (taken: number, ms: number) => boolean
  textsPerSecond?: number
  callsPerSecond?: number
  /** A step that has not recovered by then has not recovered. */
  recoveryLimitMs?: number
  /** At most so long for a contact to take the step at which the gateway is to die. */
  boundaryLimitMs?: number
  /** Longest length of the whole run, for what must be told it beforehand. */
  limitMs: number
  say?: (line: string) => void
}

/** Load on all three channels, failures one after another, and the accounts of it all. */
export async function runFaults(options: RunOptions): Promise<FaultReport> {
  const { seed, gateways, limitMs, say = () => {} } = options
  const chance = createChance(seed)
  const site = await startSite({ gateways })
  const agents: WorkingAgent[] = []
  try {
    await installTransitions(site)
    const { numbers, phones } = await startBanks(site, { limitMs })
    for (const [n, phone] of [...numbers.slice(0, 6), null, null, null].entries()) {
      const name = `fault${n}`
      await site.city.staff(name)
      agents.push(
        startWorkingAgent(() => site.base(n % gateways), name, password, {
          ...(phone === null ? { declinesOneIn: 12, endsOneIn: 4 } : { phone }),
        }),
      )
    }
    const texts = startTexts(site, {
      perSecond: options.textsPerSecond ?? 2,
      chance: createChance(seed + 1),
      name: `f${seed}`,
    })
    const calls = startCalls(site, {
      perSecond: options.callsPerSecond ?? 0.5,
      chance: createChance(seed + 2),
    })
    const began = Date.now()
    await recoveryOf(site, began, 180_000)

    await options.first?.(site)
    const steps: Struck[] = []
    const first = performance.now()
    /** Records of the phones at the death of Asterisk. */
    const deaths: { at: number; phoneRecords: number }[] = []
    for (const step of options.steps) {
      if (!options.goesOn(steps.length, performance.now() - first)) break
      const death = 'faults' in step && step.faults.some(({ kind }) => kind === 'asteriskKilled')
      const struck = await take(site, step, options, () => {
        if (death) deaths.push({ at: Date.now(), phoneRecords: phones.records().length })
      })
      steps.push(struck)
      say(lineOf(struck))
      await delay(step.restMs)
    }

    await calls.stop()
    await texts.stop()
    let stuck = await settle(site)
    const later = await aDayLater(site, texts.acknowledged, chance)
    stuck = [...stuck, ...(await settle(site))]

    const carried = carriedCalls(site)
    const inLedger = await callersInLedger(site, calls.records)
    const died = calls.records.filter(
      (call) =>
        !inLedger.has(call.from) && deaths.some(({ at }) => during(call, at)) && !carried.has(call.from),
    )
    const excused = new Set(died)
    const outside = {
      acknowledged: texts.acknowledged,
      callers: calls.records.filter((c) => c.answeredAt !== null && !excused.has(c)).map((c) => c.from),
    }
    const outages = steps.map(({ struckAt, repairedAt, recovery }) => ({
      from: struckAt,
      to: repairedAt + Math.min(60_000, longest(recovery)) + 15_000,
    }))
    const accounts = await account(
      { query: (sql, values) => site.ask(sql, [...(values ?? [])]) },
      outside,
      (c) => site.city.pii.lookup('phone', `+86${c}`),
      { outages, graceMs: 5_000 },
    )
    const reach = (records: CallRecord[]): Reach => ({
      placed: records.length,
      carried: records.filter((c) => c.answeredAt !== null).length,
      reached: records.filter((c) => inLedger.get(c.from) || carried.get(c.from)?.reached).length,
      native: records.filter((c) => carried.get(c.from)?.reached && carried.get(c.from)?.native).length,
    })
    return {
      seed,
      gateways,
      steps,
      accounts,
      texts: {
        acknowledged: texts.acknowledged.length,
        givenUp: texts.givenUp.length,
        refusedTries: texts.refusedTries(),
      },
      calls: reach(calls.records.filter((c) => c.patient)),
      callsMeanwhile: reach(
        calls.records.filter(
          (c) =>
            c.patient &&
            steps.some(
              (s) =>
                c.placedAt >= s.struckAt &&
                c.placedAt <= s.repairedAt + Math.min(60_000, longest(s.recovery)),
            ),
        ),
      ),
      diedWithAsterisk: died.length,
      phonesTalkingTwice: talkingTwice(
        phones,
        deaths.map(({ phoneRecords }) => phoneRecords),
      ),
      later,
      stuck,
    }
  } finally {
    for (const agent of agents) await agent.stop()
    await endAllSipp()
    await site.stop()
  }
}

async function take(
  site: Site,
  step: Step,
  { recoveryLimitMs = 180_000, boundaryLimitMs = 20_000 }: RunOptions,
  onStrike: () => void,
): Promise<Struck> {
  const name = stepName(step)
  let missed = false
  let struckAt = Date.now()
  if ('boundary' in step) {
    const struck = await killAtBoundary(site, step.boundary, boundaryLimitMs)
    if (struck) {
      struckAt = Date.now()
      await startAgain(site, struck.gateway)
    } else missed = true
  } else {
    const repairs = await Promise.all(step.faults.map(({ kind, victim }) => kinds[kind].strike(site, victim)))
    onStrike()
    await delay(step.lastsMs)
    await Promise.all(repairs.map((repair) => repair()))
  }
  const repairedAt = Date.now()
  if (missed) return { name, struckAt, repairedAt, recovery: {}, outage: {}, missed }
  // A kill at a boundary is soon followed by the next one: its own channel must have come back before.
  const channels = 'boundary' in step ? [step.boundary.channel] : undefined
  const recovery = await recoveryOf(site, repairedAt, recoveryLimitMs, channels)
  const outage = await recoveryOf(site, struckAt, 1_000, channels)
  return { name, struckAt, repairedAt, recovery, outage, missed }
}

const during = ({ placedAt, endedAt }: CallRecord, at: number): boolean =>
  placedAt <= at && (endedAt ?? Infinity) >= at

/** Callers of whom the ledger knows, and whether they spoke with an agent. */
async function callersInLedger(site: Site, records: readonly CallRecord[]): Promise<Map<string, boolean>> {
  const rows = await site.ask<{ lookup: string; reached: boolean }>(
    `select address_lookup as lookup, bool_or(bridged_at is not null) as reached from contacts
     where channel = 'voice' and parent_contact_id is null group by 1`,
  )
  const known = new Map(rows.map((row) => [row.lookup, row.reached]))
  return new Map(
    records.flatMap(({ from }) => {
      const reached = known.get(site.city.pii.lookup('phone', `+86${from}`))
      return reached === undefined ? [] : [[from, reached] as const]
    }),
  )
}

/** Everything that can end does: texts are registered, calls talk for a moment and are registered. */
async function settle(site: Site): Promise<unknown[]> {
  const until = performance.now() + 240_000
  for (;;) {
    const open = await site.ask(
      `select c.id, c.channel, c.state, c.agent_id, c.owed_at, c.node, c.call_id,
         (select json_agg(json_build_array(e.type, e.to_state, e.at) order by e.id) from contact_events e
          where e.contact_id = c.id) as events,
         (select json_agg(json_build_array(f.type, f.at, f.data) order by f.stored_at) from call_facts f
          where f.call_id = c.call_id) as facts
       from contacts c where c.ended_at is null and not c.call_back limit 20`,
    )
    if (open.length === 0) return []
    if (performance.now() > until) return open
    await delay(500)
  }
}

const seconds = (ms: number | null): string => (ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`)

const byChannel = (recovery: Recovery): string =>
  Object.entries(recovery)
    .map(([channel, ms]) => `${channel} ${seconds(ms)}`)
    .join(', ')

export const lineOf = ({ name, struckAt, repairedAt, recovery, outage, missed }: Struck): string =>
  missed
    ? `${name}: no contact came by`
    : `${name}: repaired after ${seconds(repairedAt - struckAt)}, then ${byChannel(recovery)}` +
      ` (since the strike nobody new: ${byChannel(outage)})`
