import { kannelText } from '../../test/support/sms-push.ts'
import { freshMsgId, signedPush, textPush } from '../../test/support/wechat-push.ts'
import { requestBytes } from './http-load.ts'

/** What citizens send, as the webhooks of the channels carry it. All of it is made up. */
export type Sent = { channel: 'wechat' | 'sms'; providerId: string; bytes: Buffer }

const lines = [
  '小区门口的路灯坏了三天，晚上看不清路。',
  '请问养老保险转移要带什么材料？',
  '楼下烧烤摊油烟大，白天晚上都不能开窗。',
  '公交站牌上的末班车时间和实际不一样。',
]

let citizens = 0

/** So many citizens who were never here before write `each` times; first everybody once, then everybody again. */
export function writing(
  channel: 'wechat' | 'sms',
  { host, smsToken, count, each }: { host: string; smsToken: string; count: number; each: number },
): Sent[] {
  const first = citizens
  const people = Math.ceil(count / each)
  citizens += people
  return Array.from({ length: count }, (_, n) => {
    const who = first + (n % people)
    const text = lines[n % lines.length]!
    if (channel === 'wechat') {
      const providerId = freshMsgId()
      const push = signedPush(...textPush(`openid-bench-${who}`, text, providerId))
      return { channel, providerId, bytes: requestBytes(host, push) }
    }
    const providerId = `bench-${first}-${n}`
    const number = `1380000${String(who % 10_000).padStart(4, '0')}`
    return {
      channel,
      providerId,
      bytes: requestBytes(host, kannelText(smsToken, number, text, providerId)),
    }
  })
}
