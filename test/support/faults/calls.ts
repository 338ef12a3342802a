import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseRecord } from '../../../src/telephony/journals.ts'
import { placeCall, startPhones, type Phones } from '../sipp.ts'
import type { Chance } from './chance.ts'
import type { Site } from './site.ts'

/** One citizen's call as SIPp saw it, instants in ms since 1970. */
export type CallRecord = {
  from: string
  placedAt: number
  /** Asterisk took the call; null: it never did. */
  answeredAt: number | null
  endedAt: number | null
  /** Waits until he is served, and does not give up at once. */
  patient: boolean
}

export type Calls = {
  records: CallRecord[]
  /** Resolves when every call that was placed is over. */
  stop(): Promise<void>
}

export type CallOptions = {
  perSecond: number
  chance: Chance
  /** First caller's number, six digits after 13800. */
  firstNumber?: number
  /** Calls at once, beyond which nobody calls. */
  most?: number
}

const patienceMs = 45_000

/** Citizens who call from numbers of their own, once each; some give up at once, most wait until they are served. */
export function startCalls(site: Site, options: CallOptions): Calls {
  const { perSecond, chance, firstNumber = 100_000, most = 30 } = options
  const records: CallRecord[] = []
  const underWay = new Set<Promise<void>>()
  let made = 0
  let stopped = false

  async function call(record: CallRecord): Promise<void> {
    const placed = await placeCall({
      target: site.city.asterisk.sip,
      to: '12345',
      from: record.from,
      hangUpAfterMs: record.patient ? patienceMs : chance.between(100, 1_500),
    })
    await placed.answered.then(
      () => (record.answeredAt = Date.now()),
      () => {},
    )
    await placed.ended
    record.endedAt = Date.now()
  }

  const running = (async () => {
    while (!stopped) {
      if (underWay.size < most) {
        made += 1
        const record: CallRecord = {
          from: `13800${firstNumber + made}`,
          placedAt: Date.now(),
          answeredAt: null,
          endedAt: null,
          patient: chance.next() < 0.92,
        }
        records.push(record)
        const work = call(record).catch(() => {})
        underWay.add(work)
        void work.finally(() => underWay.delete(work))
      }
      await delay((-Math.log(1 - chance.next()) * 1_000) / perSecond)
    }
  })()

  return {
    records,
    async stop() {
      stopped = true
      await running
      await Promise.all(underWay)
    },
  }
}

/** What Asterisk itself wrote down of a caller; of calls that died with it nothing is written. */
export type Carried = { from: string; reached: boolean; native: boolean }

export function carriedCalls(site: Site): Map<string, Carried> {
  const file = join(site.city.asterisk.paths.log, 'cdr-custom', 'contacts.csv')
  const carried = new Map<string, Carried>()
  if (!existsSync(file)) return carried
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const record = parseRecord(line)
    if (!record?.ended) continue
    carried.set(record.ani, { from: record.ani, reached: record.answered, native: record.native })
  }
  return carried
}

/** Phones of agents, and the citizens who are called back: they are not at home. */
export async function startBanks(
  site: Site,
  { limitMs, talkMs = 700 }: { limitMs: number; talkMs?: number },
) {
  const { asterisk } = site.city
  const [bank] = asterisk.banks
  await startPhones({
    ...asterisk.trunk,
    refuseWith: '480 Temporarily Unavailable',
    limitMs,
    calls: 100_000,
  })
  const phones = await startPhones({
    host: bank!.host,
    port: bank!.port,
    answerAfterMs: 100,
    talkMs,
    limitMs,
    calls: 100_000,
  })
  return { numbers: bank!.numbers, phones }
}

/** Phones that talked to two callers at one instant, by their own log; calls that died with Asterisk end there. */
export function talkingTwice(phones: Phones, deaths: readonly number[]): number {
  const talking = new Map<string, Set<number>>()
  let twice = 0
  phones.records().forEach(({ call, what, detail }, index) => {
    if (deaths.includes(index)) talking.clear()
    const number = detail.split(' ')[0] ?? ''
    const calls = talking.get(number) ?? new Set<number>()
    talking.set(number, calls)
    if (what === 'answered') {
      if (calls.size > 0) twice += 1
      calls.add(call)
    } else if (what === 'hung up' || what === 'was hung up on') calls.delete(call)
  })
  return twice
}
