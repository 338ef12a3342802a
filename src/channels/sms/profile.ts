import type { IncomingHttpHeaders } from 'node:http'
import { toE164 } from '../../base/phone.ts'
import type { SmsProviderId } from '../config.ts'
import type { DeliveryReport } from '../outgoing/report.ts'
import type { SmsCharset } from './encoding.ts'
import type { PartNumber } from './udh.ts'

/** A webhook request before anybody has interpreted it. Parameters are bytes: their character set is the message's. */
export type RawRequest = {
  params: Map<string, Buffer>
  headers: IncomingHttpHeaders
  body: Buffer
}

/** One message, or one part of a long one. */
export type InboundSms = {
  via: SmsProviderId
  providerId: string
  /** E.164, or the digits of a service number. */
  from: string
  account: string
  bytes: Buffer
  charset: SmsCharset
  part?: PartNumber
  smsc?: string
  providerTime?: Date
}

/** `malformed` are items of a batch that cannot be used; a person sees them, the others are not held up. */
export type Parsed<T> = { items: T[]; malformed: unknown[] }

/** How one provider speaks. Parsing throws `Refusal` for a request that is none of its kind. */
export type SmsProfile = {
  id: SmsProviderId
  token: string
  methods: ('GET' | 'POST')[]
  types: string[]
  inbound(request: RawRequest): Parsed<InboundSms>
  reports(request: RawRequest): Parsed<DeliveryReport>
  /** What the provider takes for "stored": anything else and it sends again. */
  ack: { type: string; body: string }
}

/** E.164; service numbers (10086) as they are; null for what is no number. */
export function senderNumber(raw: string): string | null {
  const text = raw.trim()
  const e164 = toE164(text) ?? (/^86\d{11}$/.test(text) ? toE164(`+${text}`) : null)
  if (e164) return e164
  return /^\+?\d{3,20}$/.test(text) ? text.replace(/^\+/, '') : null
}

/** `2026-03-02 10:00:00` of a provider in China (UTC+8, no zone written). */
export function chinaTime(text: string): Date | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)$/.exec(text.trim())
  if (!found) return null
  const at = new Date(`${found[1]}-${found[2]}-${found[3]}T${found[4]}:${found[5]}:${found[6]}+08:00`)
  return Number.isNaN(at.getTime()) ? null : at
}

export function unixTime(text: string): Date | null {
  return /^\d{9,11}$/.test(text.trim()) ? new Date(Number(text) * 1000) : null
}

export const isKey = (text: string): boolean => text.length > 0 && text.length <= 128
