import type { InboundText } from '../channel.ts'
import type { SmsProviderId } from '../config.ts'
import { decodeJoined, decodeSms, type SmsCharset } from './encoding.ts'
import { optWord } from './opt-out-words.ts'
import type { InboundSms } from './profile.ts'
import type { PartNumber } from './udh.ts'

/**
 * Joining long messages. A group is the set of parts that are handed over as one message; every part is in exactly
 * one group, and the group's key is the provider id of its first part. So however often anything is repeated, the
 * same message has the same key, and no two messages share one.
 */

/** One part as it is kept and spooled (JSON). */
export type SmsPart = PartNumber & {
  via: SmsProviderId
  providerId: string
  account: string
  from: string
  smsc: string
  charset: SmsCharset
  /** base64 */
  bytes: string
  providerTime: string | null
  receivedAt: string
}

export function toPart(sms: InboundSms, part: PartNumber, receivedAt: Date): SmsPart {
  return {
    ...part,
    via: sms.via,
    providerId: sms.providerId,
    account: sms.account,
    from: sms.from,
    smsc: sms.smsc ?? '',
    charset: sms.charset,
    bytes: sms.bytes.toString('base64'),
    providerTime: sms.providerTime?.toISOString() ?? null,
    receivedAt: receivedAt.toISOString(),
  }
}

/** What belongs to one message of one phone; the reference alone repeats after 256 messages. */
export const assemblyKey = (p: Pick<SmsPart, 'smsc' | 'from' | 'account' | 'ref' | 'total'>): string =>
  JSON.stringify([p.smsc, p.from, p.account, p.ref, p.total])

/** A part that waits, or one of a group that was released lately. `digest` tells equal content. */
export type PlacedPart = { id: number; seq: number; digest: string }

export type Placement =
  /** The same part again under another id: kept for the dedupe, said once. */
  | { kind: 'repeated' }
  | { kind: 'waits' }
  /** Parts to hand over now, as one message each. */
  | { kind: 'release'; groups: { ids: number[]; partial: boolean }[] }

/**
 * PURE. Where a part that has just arrived belongs.
 * @param waiting parts of its assembly that wait, without itself
 * @param missed numbers that a group of the same assembly, released partial a moment ago, lacked
 */
export function placePart(
  part: PlacedPart,
  total: number,
  waiting: readonly PlacedPart[],
  missed: readonly number[],
): Placement {
  const rival = waiting.find((w) => w.seq === part.seq)
  if (rival?.digest === part.digest) return { kind: 'repeated' }
  // The phone has come round to the same reference: the older message will not be completed any more.
  if (rival) return { kind: 'release', groups: [{ ids: inOrder(waiting), partial: true }] }
  if (waiting.length === 0 && missed.includes(part.seq))
    return { kind: 'release', groups: [{ ids: [part.id], partial: true }] }
  const all = [...waiting, part]
  return all.length === total
    ? { kind: 'release', groups: [{ ids: inOrder(all), partial: false }] }
    : { kind: 'waits' }
}

const inOrder = (parts: readonly PlacedPart[]): number[] =>
  [...parts].sort((a, b) => a.seq - b.seq).map((p) => p.id)

/** Stands where a part is missing. */
const gap = '[…]'

/** PURE. The message that a group makes. @param parts in the order of their numbers, at least one */
export function joinParts(parts: readonly SmsPart[]): InboundText {
  const first = parts[0] as SmsPart
  let text = ''
  let expected = 1
  for (let i = 0; i < parts.length;) {
    if ((parts[i] as SmsPart).seq !== expected) text += gap
    const run: SmsPart[] = []
    for (let seq = (parts[i] as SmsPart).seq; parts[i]?.seq === seq; seq++) run.push(parts[i++] as SmsPart)
    text += decodeJoined(run.map((p) => ({ bytes: Buffer.from(p.bytes, 'base64'), charset: p.charset })))
    expected = (run.at(-1) as SmsPart).seq + 1
  }
  if (expected <= first.total) text += gap
  const partial = parts.length < first.total
  const bytes = Buffer.concat(parts.map((p) => Buffer.from(p.bytes, 'base64')))
  const charsets = [...new Set(parts.map((p) => p.charset))]
  const received = parts.map((p) => p.receivedAt).sort()
  const times = parts.map((p) => p.providerTime).filter((t) => t !== null)
  return {
    channel: 'sms',
    account: first.account,
    providerId: first.providerId,
    from: first.from,
    kind: 'text',
    text,
    raw: { bytes: bytes.toString('base64'), charset: charsets.join('+') },
    ...(partial ? { partial: true } : {}),
    ...control(text),
    via: first.via,
    ...(times.length > 0 ? { providerTime: times.sort()[0] as string } : {}),
    // The citizen turned to us when the first part came.
    receivedAt: received[0] as string,
  }
}

/** PURE. A message that came in one piece. */
export function toInboundText(sms: InboundSms, receivedAt: Date): InboundText {
  const text = decodeSms(sms.bytes, sms.charset)
  return {
    channel: 'sms',
    account: sms.account,
    providerId: sms.providerId,
    from: sms.from,
    kind: 'text',
    text,
    raw: { bytes: sms.bytes.toString('base64'), charset: sms.charset },
    ...control(text),
    via: sms.via,
    ...(sms.providerTime ? { providerTime: sms.providerTime.toISOString() } : {}),
    receivedAt: receivedAt.toISOString(),
  }
}

function control(text: string): Pick<InboundText, 'control'> {
  const word = optWord(text)
  return word?.alone ? { control: word.word } : {}
}
