import { createHash } from 'node:crypto'
import type { KannelConfig } from '../config.ts'
import type { ReportedState } from '../outgoing/report.ts'
import { Refusal } from '../webhook.ts'
import { charsetNamed, guessCharset, type SmsCharset } from './encoding.ts'
import { isKey, senderNumber, unixTime, type RawRequest, type SmsProfile } from './profile.ts'
import { unescape } from './query.ts'
import { partNumber } from './udh.ts'

/**
 * Kannel's smsbox, the door to SMPP and to operators. The operator writes the address himself (Kannel User Guide,
 * "SMS-service configurations", escape codes), so a parameter may have a word for a name or Kannel's own letter:
 *
 *   get-url = "…/webhooks/sms/kannel/TOKEN?id=%I&from=%p&to=%P&text=%a&coding=%c&charset=%C&udh=%u&smsc=%i&time=%T"
 *   max-messages = 0
 *
 * A `post-url` works as well: the text is the body, the rest comes in X-Kannel-* headers; put `?id=%I` into it.
 */
const names = {
  id: ['id', 'I', 'msgid', 'smsid', 'message_id'],
  from: ['from', 'p', 'sender', 'msisdn'],
  to: ['to', 'P', 'receiver'],
  text: ['text', 'a', 'content', 'message'],
  binary: ['binary', 'b', 'binmsg', 'raw'],
  coding: ['coding', 'c'],
  charset: ['charset', 'C'],
  udh: ['udh', 'u'],
  smsc: ['smsc', 'i', 'smscid', 'smsc-id'],
  time: ['time', 'T', 'timestamp', 'unixtime'],
  own: ['own'],
  type: ['type', 'd', 'dlr', 'status'],
  answer: ['answer', 'A'],
} as const

const header: Partial<Record<keyof typeof names, string>> = {
  from: 'x-kannel-from',
  to: 'x-kannel-to',
  coding: 'x-kannel-coding',
  smsc: 'x-kannel-smsc',
  time: 'x-kannel-time',
}

export const kannelProfile = (config: KannelConfig): SmsProfile => ({
  id: 'kannel',
  token: config.token,
  methods: ['GET', 'POST'],
  types: ['application/x-www-form-urlencoded', 'text/plain', 'application/octet-stream'],
  // The body of an answer would be sent to the citizen as a message.
  ack: { type: 'text/plain', body: '' },

  inbound(request) {
    const get = reader(request)
    const from = senderNumber(get('from'))
    if (!from) throw new Refusal(400, 'no sender')
    const bytes = bytesOf(request)
    if (!bytes) throw new Refusal(400, 'no text')
    const account = get('to') || config.account
    const smsc = get('smsc')
    const udh = udhOf(request)
    const time = get('time')
    const id = get('id') || derivedId([smsc, from, account, time], udh, bytes)
    if (!isKey(id) || account.length > 64 || smsc.length > 64) throw new Refusal(400, 'overlong value')
    const part = partNumber(udh)
    const providerTime = unixTime(time) ?? utcTime(time)
    return {
      items: [
        {
          via: 'kannel',
          providerId: id,
          from,
          account,
          bytes,
          charset: charsetOf(bytes, get('coding'), get('charset') || contentCharset(request)),
          ...(part ? { part } : {}),
          ...(smsc ? { smsc } : {}),
          ...(providerTime ? { providerTime } : {}),
        },
      ],
      malformed: [],
    }
  },

  reports(request) {
    const get = reader(request)
    const type = get('type')
    const state = states.get(type)
    const own = get('own')
    const id = get('id')
    if (!state || (!isKey(own) && !isKey(id))) throw new Refusal(400, 'no report')
    return {
      items: [
        {
          via: 'kannel',
          key: createHash('sha256').update(`${own}|${id}|${type}`).digest('hex'),
          // Operators who wrote the address themselves put our id where Kannel puts its own.
          ownId: own || id,
          providerMessageId: id || null,
          state,
          code: get('answer').slice(0, 64) || type,
          at: (unixTime(get('time')) ?? utcTime(get('time')))?.toISOString() ?? null,
        },
      ],
      malformed: [],
    }
  },
})

/** Kannel User Guide, "Delivery reports": the values of %d. */
const states = new Map<string, ReportedState>([
  ['1', 'delivered'],
  ['2', 'failed'],
  ['4', 'accepted'],
  ['8', 'accepted'],
  ['16', 'failed'],
])

function reader({ params, headers }: RawRequest): (field: keyof typeof names) => string {
  return (field) => {
    for (const name of names[field]) {
      const value = params.get(name)
      if (value !== undefined) return value.toString('utf8').trim()
    }
    const sent = headers[header[field] ?? '']
    return typeof sent === 'string' ? sent.trim() : ''
  }
}

function first({ params }: RawRequest, field: 'text' | 'binary' | 'udh'): Buffer | undefined {
  for (const name of names[field]) {
    const value = params.get(name)
    if (value !== undefined) return value
  }
  return undefined
}

/** The text as bytes: the raw form where it is given, else the text parameter, else the body of a `post-url`. */
function bytesOf(request: RawRequest): Buffer | undefined {
  const binary = first(request, 'binary')
  if (binary && binary.length > 0) return binary
  return (
    first(request, 'text') ??
    binary ??
    (request.headers['x-kannel-from'] !== undefined ? request.body : undefined)
  )
}

/** Escaped bytes by Kannel's own templates; hexadecimal by old versions and hand-made ones. */
function udhOf(request: RawRequest): Buffer {
  const sent = request.headers['x-kannel-udh']
  const bytes = first(request, 'udh') ?? (typeof sent === 'string' ? unescape(sent) : Buffer.alloc(0))
  // A real header begins with its length, 5 or 6; no digit or letter is that small.
  return /^([0-9a-f]{2})+$/i.test(bytes.toString('latin1'))
    ? Buffer.from(bytes.toString('latin1'), 'hex')
    : bytes
}

const contentCharset = ({ headers }: RawRequest): string =>
  headers['x-kannel-from'] === undefined
    ? ''
    : (/charset="?([^";]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? '')

/**
 * The character set by name; else by the coding (0 alphabet of the network, already made text; 1 binary; 2 UCS-2);
 * else by the bytes. A declaration that the bytes contradict is not believed.
 */
function charsetOf(bytes: Buffer, coding: string, name: string): SmsCharset {
  const named = charsetNamed(name)
  if (named === 'gsm7') return bytes.some((b) => b > 0x7f) ? guessCharset(bytes) : 'gsm7'
  if (named) return named
  if (coding === '1') return '8bit'
  const guess = guessCharset(bytes)
  if (coding !== '2') return guess
  const multibyteUtf8 = guess === 'utf-8' && bytes.some((b) => b > 0x7f)
  return bytes.length % 2 === 1 || multibyteUtf8 ? guess : 'ucs2'
}

/** Without Kannel's own id the time must tell two equal texts apart. */
function derivedId(parts: string[], udh: Buffer, bytes: Buffer): string {
  if (!parts[3]) throw new Refusal(400, 'neither id nor time')
  return createHash('sha256')
    .update(JSON.stringify(parts))
    .update(udh)
    .update('|')
    .update(bytes)
    .digest('hex')
}

/** `2026-03-02 02:00:00` in UTC, as X-Kannel-Time has it. */
function utcTime(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return null
  const at = new Date(`${text.replace(' ', 'T')}Z`)
  return Number.isNaN(at.getTime()) ? null : at
}
