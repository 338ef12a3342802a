import { setTimeout as delay } from 'node:timers/promises'
import type { Hotline } from '../../test/support/hotline.ts'
import { placeCall } from '../../test/support/sipp.ts'
import { kannelText, sendSms } from '../../test/support/sms-push.ts'
import { sendPush, signedPush, textPush } from '../../test/support/wechat-push.ts'

/** Citizens of one run and their own list of what was acknowledged: the ledger outside. */
export type Load = {
  acknowledged: { channel: string; providerId: string; at: number; ms: number }[]
  /** Numbers whose call was answered by an Asterisk; each calls once. */
  callers: string[]
  /** Tries that got no 2xx. */
  refused(): number
  /** Given up by WeChat after three tries: the citizen was never told that it arrived. */
  givenUp(): number
  /** Calls that no Asterisk took. */
  uncarried(): number
  /** Longest time without an acknowledgement since `since` (performance.now()), ms. */
  silence(since: number): number
  stop(): Promise<void>
}

export type LoadOptions = {
  textsPerSecond: number
  callsPerSecond: number
  /** Where callers call, `host:port`; the city's Asterisk when absent. */
  sip?: string
  /** First of the numbers, so that two loads of one city are not the same people. */
  from?: number
}

const wechatTries = 3

/** Texts of both kinds and calls at a steady pace. What is not acknowledged comes again, at another gateway, as providers do it. */
export function startLoad(city: Hotline, options: LoadOptions): Load {
  const { textsPerSecond, callsPerSecond, sip = city.asterisk.sip, from = 0 } = options
  const began = performance.now()
  const acknowledged: Load['acknowledged'] = []
  const callers: string[] = []
  const underWay = new Set<Promise<void>>()
  let [refused, givenUp, uncarried] = [0, 0, 0]
  let stopped = false
  const track = (work: Promise<void>): void => {
    underWay.add(work)
    void work.catch(() => {}).finally(() => underWay.delete(work))
  }

  async function text(n: number): Promise<void> {
    const who = String(from + n).padStart(6, '0')
    const sms = n % 2 === 0
    const providerId = sms ? `machines-${who}` : `77${who}`
    const first = performance.now()
    for (let tries = 1; ; tries += 1) {
      const gateways = city.gateways.flatMap((gateway) => (gateway ? [gateway.url] : []))
      const base = gateways[(n + tries) % gateways.length]
      const began = performance.now()
      try {
        if (!base) throw new Error('no gateway')
        const answer = await within(
          5_000,
          sms
            ? sendSms(base, kannelText(city.smsToken, `13802${who}`, `第${n}条`, providerId))
            : sendPush(base, signedPush(...textPush(`oMachines${who}`, `第${n}条`, providerId))),
        )
        await answer.arrayBuffer()
        if (answer.ok) {
          const at = performance.now()
          acknowledged.push({ channel: sms ? 'sms' : 'wechat', providerId, at, ms: at - began })
          return
        }
      } catch {
        // nobody there, or too late: the same to a provider
      }
      refused += 1
      if (!sms && tries >= wechatTries) return void (givenUp += 1)
      if (performance.now() - first > 120_000) throw new Error('an SMS centre waited two minutes')
      await delay(250)
    }
  }

  async function call(n: number): Promise<void> {
    const number = `13803${String(from + n).padStart(6, '0')}`
    const placed = await placeCall({ target: sip, to: '12345', from: number, hangUpAfterMs: 45_000 })
    await placed.answered.then(
      () => callers.push(number),
      () => (uncarried += 1),
    )
    await placed.ended
  }

  async function pace(perSecond: number, one: (n: number) => Promise<void>, most: number): Promise<void> {
    if (perSecond === 0) return
    for (let n = 0; !stopped; n += 1) {
      if (underWay.size < most) track(one(n))
      await delay(Math.max(0, began + ((n + 1) * 1_000) / perSecond - performance.now()))
    }
  }
  const running = Promise.all([pace(textsPerSecond, text, 2_000), pace(callsPerSecond, call, 2_000)])

  return {
    acknowledged,
    callers,
    refused: () => refused,
    givenUp: () => givenUp,
    uncarried: () => uncarried,
    silence(since) {
      const times = [since, ...acknowledged.map(({ at }) => at).filter((at) => at > since)].sort(
        (a, b) => a - b,
      )
      return Math.max(0, ...times.slice(1).map((at, n) => at - times[n]!))
    },
    async stop() {
      stopped = true
      await running
      await Promise.allSettled(underWay)
    },
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, fail) => (timer = setTimeout(() => fail(new Error('no answer')), ms)))
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
