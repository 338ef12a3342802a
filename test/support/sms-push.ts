import { randomBytes } from 'node:crypto'

/** Plays the carriers' side of the webhooks: builds requests as Kannel, Aliyun and Tencent send them. */

export type SmsPush = {
  method: 'GET' | 'POST'
  url: string
  payload?: string
  headers: Record<string, string>
}

export const freshSmsId = (): string => randomBytes(8).toString('hex')

/** Percent-escapes every byte, as Kannel does with `%a`, `%b` and `%u`. */
export const escapeBytes = (bytes: Uint8Array): string =>
  [...bytes].map((b) => `%${b.toString(16).padStart(2, '0')}`).join('')

export const ucs2 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()

export type KannelMessage = {
  from: string
  to?: string
  id?: string
  bytes: Uint8Array
  coding?: string
  charset?: string
  udh?: Uint8Array
  time?: number
}

/** A message by `get-url` with words for names. */
export function kannelGet(token: string, m: KannelMessage): SmsPush {
  const query = [
    `id=${m.id ?? freshSmsId()}`,
    `from=${encodeURIComponent(m.from)}`,
    `to=${m.to ?? '10690000'}`,
    `text=${escapeBytes(m.bytes)}`,
    `coding=${m.coding ?? '0'}`,
    `charset=${m.charset ?? 'UTF-8'}`,
    `smsc=smsc1`,
    `time=${m.time ?? Math.floor(Date.now() / 1000)}`,
    ...(m.udh ? [`udh=${escapeBytes(m.udh)}`] : []),
  ]
  return { method: 'GET', url: `/webhooks/sms/kannel/${token}?${query.join('&')}`, headers: {} }
}

export const kannelText = (token: string, from: string, text: string, id = freshSmsId()): SmsPush =>
  kannelGet(token, { from, id, bytes: Buffer.from(text, 'utf8') })

/** A long UCS-2 message as its parts, 67 characters each, in order. */
export function kannelParts(
  token: string,
  from: string,
  text: string,
  ref: number,
  prefix = freshSmsId(),
): SmsPush[] {
  const bytes = ucs2(text)
  const total = Math.ceil(bytes.length / 134)
  return Array.from({ length: total }, (_, i) =>
    kannelGet(token, {
      from,
      id: `${prefix}-${i + 1}`,
      bytes: bytes.subarray(i * 134, (i + 1) * 134),
      coding: '2',
      charset: 'UTF-16BE',
      udh: Uint8Array.from([5, 0, 3, ref, total, i + 1]),
    }),
  )
}

const json = (url: string, body: unknown): SmsPush => ({
  method: 'POST',
  url,
  payload: JSON.stringify(body),
  headers: { 'content-type': 'application/json;charset=utf-8' },
})

export type AliyunMessage = { from: string; text: string; id?: string; to?: string }

/** SmsUp: several messages in one push. */
export const aliyunPush = (token: string, messages: AliyunMessage[]): SmsPush =>
  json(
    `/webhooks/sms/aliyun/${token}`,
    messages.map((m) => ({
      phone_number: m.from,
      content: m.text,
      send_time: '2026-03-02 10:00:00',
      dest_code: m.to ?? '10690001',
      sequence_id: m.id ?? freshSmsId(),
    })),
  )

export const tencentPush = (
  token: string,
  m: { from: string; text: string; time?: number; extend?: string },
): SmsPush =>
  json(`/webhooks/sms/tencent/${token}`, {
    extend: m.extend ?? '01',
    mobile: m.from,
    nationcode: '86',
    sign: '热线',
    text: m.text,
    time: m.time ?? Math.floor(Date.now() / 1000),
  })

/** Sends a push to a running gateway. */
export const sendSms = (base: string, push: SmsPush): Promise<Response> =>
  fetch(`${base}${push.url}`, {
    method: push.method,
    headers: push.headers,
    ...(push.payload === undefined ? {} : { body: push.payload }),
  })
