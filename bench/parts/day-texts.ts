import type { Hotline } from '../../test/support/hotline.ts'
import { kannelText, sendSms } from '../../test/support/sms-push.ts'
import { freshMsgId, sendPush, signedPush, textPush } from '../../test/support/wechat-push.ts'

/** People who write: signed webhooks as WeChat and Kannel send them, sent again when they were not acknowledged. */
export type Writers = {
  write(way: { text: 'wechat' | 'sms'; who: number; messages: number }): void
  readonly acknowledged: { channel: string; providerId: string }[]
  /** Sent and not yet answered. */
  open(): number
  /** Messages that no try got through: the provider would have dropped them. */
  refused(): number
}

const tries = 3

export function createWriters(city: Hotline): Writers {
  const acknowledged: Writers['acknowledged'] = []
  let open = 0
  let refused = 0
  let messages = 0

  function send(channel: 'wechat' | 'sms', who: number, text: string, providerId: string): Promise<Response> {
    if (channel === 'sms') {
      const number = `1380000${String(who % 10_000).padStart(4, '0')}`
      return sendSms(city.url(), kannelText(city.smsToken, number, text, providerId))
    }
    return sendPush(city.url(), signedPush(...textPush(`openid-day-${who}`, text, providerId)))
  }

  async function deliver(channel: 'wechat' | 'sms', who: number): Promise<void> {
    const n = (messages += 1)
    const providerId = channel === 'wechat' ? freshMsgId() : `day-${n}`
    open += 1
    try {
      for (let attempt = 0; attempt < tries; attempt += 1) {
        const answer = await send(
          channel,
          who,
          `第${n}条：小区门口的路灯坏了三天，晚上看不清路。`,
          providerId,
        )
        await answer.arrayBuffer()
        if (answer.status === 200) return void acknowledged.push({ channel, providerId })
      }
      refused += 1
    } catch {
      refused += 1
    } finally {
      open -= 1
    }
  }

  return {
    acknowledged,
    open: () => open,
    refused: () => refused,
    write({ text, who, messages: count }) {
      for (let n = 0; n < count; n += 1) void deliver(text, who)
    },
  }
}
