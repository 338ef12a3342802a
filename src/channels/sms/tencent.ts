import { createHash } from 'node:crypto'
import type { TencentConfig } from '../config.ts'
import { scalar } from '../json.ts'
import { jsonItems, readItems } from './json-body.ts'
import { chinaTime, isKey, senderNumber, unixTime, type SmsProfile } from './profile.ts'

/**
 * Callbacks of Tencent Cloud SMS. Sources: cloud.tencent.com/document/api/382/59178 and /5809: replies come one by
 * one without any id, reports up to 100 at once, answer `{"result":0,"errmsg":"OK"}`.
 */
export const tencentProfile = (config: TencentConfig): SmsProfile => ({
  id: 'tencent',
  token: config.token,
  methods: ['POST'],
  types: ['application/json'],
  ack: { type: 'application/json; charset=utf-8', body: '{"result":0,"errmsg":"OK"}' },

  inbound: ({ body }) =>
    readItems(jsonItems(body), (item) => {
      const mobile = scalar(item['mobile'])
      const from = senderNumber(withCountry(scalar(item['nationcode']), mobile))
      const { text } = item
      const time = scalar(item['time'])
      const providerTime = unixTime(time) ?? chinaTime(time)
      // Without a time two equal texts of one citizen could not be told apart.
      if (!from || typeof text !== 'string' || !providerTime) return null
      const id = createHash('sha256')
        .update([mobile, scalar(item['extend']), time, text].join('|'))
        .digest('hex')
      return {
        via: 'tencent',
        providerId: id,
        from,
        account: config.account,
        bytes: Buffer.from(text, 'utf8'),
        charset: 'utf-8',
        providerTime,
      }
    }),

  reports: ({ body }) =>
    readItems(jsonItems(body), (item) => {
      const sid = scalar(item['sid'])
      const status = scalar(item['report_status'])
      if (!isKey(sid) || !['SUCCESS', 'FAIL'].includes(status)) return null
      return {
        via: 'tencent',
        key: createHash('sha256')
          .update(`${sid}|${scalar(item['mobile'])}`)
          .digest('hex'),
        ownId: scalar(item['ext']) || null,
        providerMessageId: sid,
        state: status === 'SUCCESS' ? 'delivered' : 'failed',
        code: scalar(item['errmsg']).slice(0, 64),
        at: chinaTime(scalar(item['user_receive_time']))?.toISOString() ?? null,
      }
    }),
})

const withCountry = (code: string, mobile: string): string =>
  code && !mobile.startsWith('+') ? `+${code.replace(/^\+/, '')}${mobile}` : mobile
