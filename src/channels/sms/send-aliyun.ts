import { createHmac, randomUUID } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import type { AliyunConfig } from '../config.ts'
import { callHttp, CallFailed, type Caller } from '../http-call.ts'
import { isObject, parseExact, scalar } from '../json.ts'
import {
  checkTemplate,
  nothingToSend,
  templateOnly,
  type Sender,
  type SendResult,
} from '../outgoing/model.ts'

/** Escaping of RFC 3986: what `encodeURIComponent` leaves alone is escaped too. */
const escape = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/**
 * Signature of Aliyun's RPC style, version 1.0: base64(HMAC-SHA1(secret + "&", METHOD & %2F & escaped query)), the
 * query sorted by name. Source: help.aliyun.com/zh/sdk/product-overview/rpc-mechanism.
 */
export function aliyunSignature(
  method: 'GET' | 'POST',
  params: Record<string, string>,
  secret: string,
): string {
  const query = Object.keys(params)
    .sort()
    .map((name) => `${escape(name)}=${escape(params[name] ?? '')}`)
    .join('&')
  return createHmac('sha1', `${secret}&`)
    .update(`${method}&%2F&${escape(query)}`)
    .digest('base64')
}

/** Codes after which nothing was sent and a later attempt may succeed. Source: SendSms, "Error codes". */
const later = new Set([
  'isv.BUSINESS_LIMIT_CONTROL',
  'isv.AMOUNT_NOT_ENOUGH',
  'isv.OUT_OF_SERVICE',
  'isp.GATEWAY_ERROR',
  'Throttling',
  'Throttling.User',
  'ServiceUnavailable',
])

/** `SendSms` (2017-05-25). Not idempotent: `OutId` only comes back in the report. */
export function aliyunSender(config: AliyunConfig, clock: Clock, call: Caller = callHttp): Sender | null {
  const { send } = config
  if (!send) return null
  return {
    id: 'aliyun',
    channel: 'sms',
    dropsRepetition: () => false,
    check({ text, template }) {
      if (!template) return text === undefined ? nothingToSend : templateOnly
      return checkTemplate(template, send.templates[template.name]?.params)
    },
    async send(message) {
      const { template } = message.content
      const approved = template && send.templates[template.name]
      if (!approved) return { outcome: 'refused', reason: 'templateUnknown' }
      const values = Object.fromEntries(approved.params.map((name) => [name, template.params[name] ?? '']))
      const params: Record<string, string> = {
        AccessKeyId: send.accessKeyId,
        Action: 'SendSms',
        Format: 'JSON',
        OutId: message.id,
        PhoneNumbers: message.to.replace(/^\+86/, ''),
        RegionId: 'cn-hangzhou',
        SignName: send.signName,
        SignatureMethod: 'HMAC-SHA1',
        SignatureNonce: randomUUID(),
        SignatureVersion: '1.0',
        TemplateCode: approved.id,
        TemplateParam: JSON.stringify(values),
        Timestamp: clock()
          .toISOString()
          .replace(/\.\d{3}Z$/, 'Z'),
        Version: '2017-05-25',
      }
      const signed = { ...params, Signature: aliyunSignature('POST', params, send.accessKeySecret) }
      try {
        const { status, body } = await call({
          method: 'POST',
          url: `${send.url.replace(/\/$/, '')}/`,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: Object.entries(signed)
            .map(([name, value]) => `${escape(name)}=${escape(value)}`)
            .join('&'),
        })
        return resultOf(status, body)
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error
        return { outcome: error.reached ? 'unknown' : 'retry', reason: error.message }
      }
    },
    options: () => ({
      freeText: false,
      why: templateOnly.detail,
      templates: Object.entries(send.templates).map(([name, t]) => ({ name, params: t.params })),
    }),
  }
}

function resultOf(status: number, body: Buffer): SendResult {
  let parsed: unknown
  try {
    parsed = parseExact(body.toString('utf8'))
  } catch {
    return { outcome: 'unknown', reason: `aliyun:http:${status}` }
  }
  const code = isObject(parsed) ? scalar(parsed['Code']) : ''
  if (code === 'OK')
    return { outcome: 'sent', providerMessageId: (isObject(parsed) && scalar(parsed['BizId'])) || null }
  if (code === '') return { outcome: 'unknown', reason: `aliyun:http:${status}` }
  // One number takes one message a minute; a shorter pause would only be refused again.
  if (code === 'isv.BUSINESS_LIMIT_CONTROL')
    return { outcome: 'retry', reason: `aliyun:${code}`, afterMs: 65_000 }
  return { outcome: later.has(code) ? 'retry' : 'refused', reason: `aliyun:${code}` }
}
