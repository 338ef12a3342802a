import { createHash } from 'node:crypto'
import type { AliyunConfig } from '../config.ts'
import { scalar } from '../json.ts'
import { jsonItems, readItems } from './json-body.ts'
import { chinaTime, isKey, senderNumber, type SmsProfile } from './profile.ts'

/**
 * HTTP batch push of Aliyun SMS. Sources: help.aliyun.com/zh/sms/developer-reference/smsup-http (SmsUp) and
 * …/smsreport-2 (SmsReport): JSON arrays, times of China without a zone, answer `{"code":0,"msg":…}`.
 */
export const aliyunProfile = (config: AliyunConfig): SmsProfile => ({
  id: 'aliyun',
  token: config.token,
  methods: ['POST'],
  types: ['application/json'],
  ack: { type: 'application/json; charset=utf-8', body: '{"code":0,"msg":"接收成功"}' },

  inbound: ({ body }) =>
    readItems(jsonItems(body), (item) => {
      const from = senderNumber(scalar(item['phone_number']))
      const { content } = item
      if (!from || typeof content !== 'string') return null
      const account = scalar(item['dest_code']) || config.account
      const time = scalar(item['send_time'])
      const providerTime = chinaTime(time)
      // Older pages show pushes without a sequence number.
      const id =
        scalar(item['sequence_id']) ||
        createHash('sha256')
          .update(JSON.stringify([from, account, time, content]))
          .digest('hex')
      if (!isKey(id) || account.length > 64) return null
      return {
        via: 'aliyun',
        providerId: id,
        from,
        account,
        bytes: Buffer.from(content, 'utf8'),
        charset: 'utf-8',
        ...(providerTime ? { providerTime } : {}),
      }
    }),

  reports: ({ body }) =>
    readItems(jsonItems(body), (item) => {
      const bizId = scalar(item['biz_id'])
      const outId = scalar(item['out_id'])
      const { success } = item
      if ((!isKey(bizId) && !isKey(outId)) || typeof success !== 'boolean') return null
      return {
        via: 'aliyun',
        key: createHash('sha256')
          .update(`${bizId}|${outId}|${scalar(item['phone_number'])}`)
          .digest('hex'),
        ownId: outId || null,
        providerMessageId: bizId || null,
        state: success ? 'delivered' : 'failed',
        code: scalar(item['err_code']).slice(0, 64),
        at: chinaTime(scalar(item['report_time']))?.toISOString() ?? null,
      }
    }),
})
