import { createHash, createHmac } from 'node:crypto'
import type { Clock } from '../../base/clock.ts'
import type { TencentConfig } from '../config.ts'
import { callHttp, CallFailed, type Caller } from '../http-call.ts'
import { isObject, parseExact, scalar } from '../json.ts'
import {
  checkTemplate,
  nothingToSend,
  templateOnly,
  type Sender,
  type SendResult,
} from '../outgoing/model.ts'

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text, 'utf8').digest()

export type Tc3Request = {
  secretId: string
  secretKey: string
  /** `sms` */
  service: string
  /** Signed headers, names in lower case; `content-type` and `host` are required. */
  headers: Record<string, string>
  body: string
  /** Unix seconds; the date of the scope is its UTC day. */
  timestamp: number
}

/**
 * TC3-HMAC-SHA256 of Tencent Cloud for a POST of `/`. Source: cloud.tencent.com/document/api/382/52072.
 * @returns value of the Authorization header
 */
export function tc3Authorization(r: Tc3Request): string {
  const names = Object.keys(r.headers).sort()
  const canonicalHeaders = names.map((n) => `${n}:${(r.headers[n] ?? '').trim().toLowerCase()}\n`).join('')
  const signedHeaders = names.join(';')
  const canonical = ['POST', '/', '', canonicalHeaders, signedHeaders, sha256(r.body)].join('\n')
  const date = new Date(r.timestamp * 1000).toISOString().slice(0, 10)
  const scope = `${date}/${r.service}/tc3_request`
  const toSign = ['TC3-HMAC-SHA256', String(r.timestamp), scope, sha256(canonical)].join('\n')
  const key = hmac(hmac(hmac(`TC3${r.secretKey}`, date), r.service), 'tc3_request')
  const signature = hmac(key, toSign).toString('hex')
  return `TC3-HMAC-SHA256 Credential=${r.secretId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`
}

/** Prefixes of codes after which nothing was sent and a later attempt may succeed. */
const later = [
  'RequestLimitExceeded',
  'LimitExceeded',
  'FailedOperation.InsufficientBalanceInSmsPackage',
  'ResourceInsufficient',
]

/** `SendSms` (2021-01-11). Not idempotent: `SessionContext` only comes back in answer and report. */
export function tencentSender(config: TencentConfig, clock: Clock, call: Caller = callHttp): Sender | null {
  const { send } = config
  if (!send) return null
  return {
    id: 'tencent',
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
      const body = JSON.stringify({
        PhoneNumberSet: [message.to],
        SmsSdkAppId: send.sdkAppId,
        SignName: send.signName,
        TemplateId: approved.id,
        TemplateParamSet: approved.params.map((name) => template.params[name] ?? ''),
        SessionContext: message.id,
      })
      const timestamp = Math.floor(clock().getTime() / 1000)
      const signed = {
        'content-type': 'application/json; charset=utf-8',
        host: new URL(send.url).host,
        'x-tc-action': 'SendSms',
      }
      try {
        const answer = await call({
          method: 'POST',
          url: `${send.url.replace(/\/$/, '')}/`,
          headers: {
            ...signed,
            'x-tc-version': '2021-01-11',
            'x-tc-region': send.region,
            'x-tc-timestamp': String(timestamp),
            authorization: tc3Authorization({
              secretId: send.secretId,
              secretKey: send.secretKey,
              service: 'sms',
              headers: signed,
              body,
              timestamp,
            }),
          },
          body,
        })
        return resultOf(answer.status, answer.body)
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

function resultOf(status: number, bytes: Buffer): SendResult {
  let parsed: unknown
  try {
    parsed = parseExact(bytes.toString('utf8'))
  } catch {
    return { outcome: 'unknown', reason: `tencent:http:${status}` }
  }
  const response = isObject(parsed) ? parsed['Response'] : undefined
  if (!isObject(response)) return { outcome: 'unknown', reason: `tencent:http:${status}` }
  const set = response['SendStatusSet']
  const first: unknown = Array.isArray(set) ? set[0] : undefined
  const error = response['Error']
  const code = isObject(first) ? scalar(first['Code']) : isObject(error) ? scalar(error['Code']) : ''
  if (code === 'Ok')
    return { outcome: 'sent', providerMessageId: (isObject(first) && scalar(first['SerialNo'])) || null }
  // The platform's own trouble leaves open whether the message went out.
  if (code === '' || code.startsWith('InternalError'))
    return { outcome: 'unknown', reason: `tencent:${code || status}` }
  const again = later.some((prefix) => code === prefix || code.startsWith(`${prefix}.`))
  return again
    ? { outcome: 'retry', reason: `tencent:${code}`, afterMs: 65_000 }
    : { outcome: 'refused', reason: `tencent:${code}` }
}
