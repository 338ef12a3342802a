import { setTimeout as delay } from 'node:timers/promises'
import { kannelGet, sendSms } from '../sms-push.ts'
import { sendPush, signedPush, textPush } from '../wechat-push.ts'
import type { Chance } from './chance.ts'
import type { Site } from './site.ts'

/**
 * Providers of SMS and WeChat as they behave: what was not acknowledged comes again, at another gateway; answers get lost,
 * so the same comes twice, at once at several gateways, or in another order. Their own list of what was acknowledged is the
 * outside ledger.
 */
export type Push = { channel: 'sms' | 'wechat'; providerId: string; from: string; text: string; at: Date }

export type Texts = {
  acknowledged: Push[]
  /** Given up by the provider without an acknowledgement, as WeChat does after three tries. */
  givenUp: Push[]
  /** Tries that were answered by something else, or not at all. */
  refusedTries(): number
  /** Waits until nothing is under way any more. */
  stop(): Promise<void>
}

/** WeChat waits so long for its answer. */
const answerMs = 5_000
const wechatTries = 3

export async function deliverOnce(
  base: string,
  smsToken: string,
  push: Push,
  fresh = true,
): Promise<Response> {
  const limit = AbortSignal.timeout(answerMs)
  const work =
    push.channel === 'sms'
      ? sendSms(
          base,
          kannelGet(smsToken, {
            from: push.from,
            id: push.providerId,
            bytes: Buffer.from(push.text, 'utf8'),
            time: Math.floor(push.at.getTime() / 1000),
          }),
        )
      : sendPush(
          base,
          signedPush(...textPush(push.from, push.text, push.providerId), fresh ? {} : { at: push.at }),
        )
  return Promise.race([
    work,
    new Promise<never>((_, late) => limit.addEventListener('abort', () => late(new Error('no answer')))),
  ])
}

export type TextOptions = {
  perSecond: number
  chance: Chance
  /** Part of every provider id: several runs may share a ledger. */
  name: string
  /** Share of messages whose sender writes again soon, joining his open conversation. */
  repeatSenders?: number
  /** One in so many messages is sent several times. */
  oneIn?: number
}

export function startTexts(site: Site, options: TextOptions): Texts {
  const { perSecond, chance, name, repeatSenders = 0.2, oneIn = 5 } = options
  const { smsToken } = site.city
  const acknowledged: Push[] = []
  const givenUp: Push[] = []
  const senders: string[] = []
  const underWay = new Set<Promise<void>>()
  let refusedTries = 0
  let made = 0
  let stopped = false

  async function once(base: string, push: Push): Promise<boolean> {
    try {
      const answer = await deliverOnce(base, smsToken, push)
      await answer.arrayBuffer()
      return answer.ok
    } catch {
      return false
    }
  }

  async function deliver(push: Push): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const bases = site.reachable()
      if (bases.length > 0 && (await once(bases[(made + tries) % bases.length]!, push)))
        return void acknowledged.push(push)
      refusedTries += 1
      // WeChat gives up; an SMS centre keeps what it could not hand over. Both wait for a while when nobody answers.
      if (push.channel === 'wechat' && tries >= wechatTries && bases.length > 0)
        return void givenUp.push(push)
      if (stopped && tries > 120) return void givenUp.push(push)
      await delay(bases.length === 0 ? 500 : 200)
    }
  }

  /** The same in a burst, in parallel, wherever it goes. */
  async function burst(push: Push, times: number): Promise<void> {
    await Promise.all(
      Array.from({ length: times }, (_, n) => {
        const bases = site.reachable()
        const base = bases[n % Math.max(1, bases.length)]
        return base === undefined ? Promise.resolve(false) : once(base, push)
      }),
    )
  }

  function next(): void {
    const sms = chance.next() < 0.5
    const again =
      chance.next() < repeatSenders ? senders.findLast((s) => s.startsWith('1') === sms) : undefined
    const from = again ?? (sms ? `13800${500_000 + made}` : `oFault${name}${made}`)
    senders.push(from)
    if (senders.length > 20) senders.shift()
    made += 1
    const push: Push = {
      channel: sms ? 'sms' : 'wechat',
      providerId: sms ? `${name}-${made}` : `${9_000_000_000 + made}`,
      from,
      text: `第${made}条`,
      at: new Date(),
    }
    const repeat = made % oneIn === 0 ? chance.between(1, 6) : 0
    const old =
      made % (oneIn * 2) === 0 && acknowledged.length > 3 ? chance.oneOf(acknowledged.slice(-40)) : null
    const work = Promise.all([
      deliver(push),
      ...(repeat > 0 ? [burst(push, repeat)] : []),
      // Long answered, but the provider never learnt it: out of order, beside new ones.
      ...(old ? [burst(old, 1)] : []),
    ]).then(() => {})
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  }

  const running = (async () => {
    while (!stopped) {
      // What cannot be delivered piles up at the provider, not here.
      if (underWay.size < 200) next()
      await delay((-Math.log(1 - chance.next()) * 1_000) / perSecond)
    }
  })()

  return {
    acknowledged,
    givenUp,
    refusedTries: () => refusedTries,
    async stop() {
      stopped = true
      await running
      await Promise.all(underWay)
    },
  }
}
