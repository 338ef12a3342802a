import { createHash } from 'node:crypto'
import type { InboundEvent, InboundMedia, InboundText } from '../channel.ts'
import { child, leaves, textOf as rawTextOf, type XmlElement } from './xml.ts'

/**
 * One push of WeChat as one typed item. Unknown kinds and events are kept with their name and all their elements.
 * Source: developers.weixin.qq.com, "Receiving standard messages" and "Receiving event pushes".
 */

/** Elements every push has; the rest of an event goes into `fields`. */
const envelope = new Set([
  'ToUserName',
  'FromUserName',
  'CreateTime',
  'MsgType',
  'Event',
  'EventKey',
  'Ticket',
  'Encrypt',
])

/** @returns null when sender, recipient, time or kind is missing: that is no push of WeChat */
export function toInbound(push: XmlElement, receivedAt: Date): InboundText | null {
  const account = textOf(push, 'ToUserName')
  const from = textOf(push, 'FromUserName')
  const created = textOf(push, 'CreateTime')
  const type = textOf(push, 'MsgType')
  if (!account || !from || !type || !/^\d{1,12}$/.test(created)) return null
  if (account.length > 128 || from.length > 128 || type.length > 64) return null
  const base = {
    channel: 'wechat' as const,
    account,
    from,
    providerTime: new Date(Number(created) * 1000).toISOString(),
    receivedAt: receivedAt.toISOString(),
  }
  if (type === 'event') {
    const event = toEvent(push)
    if (!event) return null
    const place = event.name === 'LOCATION' ? placeOf(push, 'Latitude', 'Longitude') : null
    return {
      ...base,
      providerId: eventId(from, created, event),
      kind: 'event',
      text: '',
      event,
      ...(place ? { media: place } : {}),
    }
  }
  const providerId = textOf(push, 'MsgId')
  if (!providerId || providerId.length > 64) return null
  return { ...base, providerId, ...content(push, type) }
}

type Content = Pick<InboundText, 'kind' | 'text' | 'media' | 'event'>

function content(push: XmlElement, type: string): Content {
  switch (type) {
    case 'text':
      return { kind: 'text', text: textOf(push, 'Content') }
    case 'image':
      return { kind: 'image', text: '', media: file(push) }
    case 'voice':
      // Recognition is being retired by Tencent: present but empty, or absent.
      return { kind: 'voice', text: textOf(push, 'Recognition'), media: file(push) }
    case 'video':
    case 'shortvideo':
      return { kind: 'video', text: '', media: file(push) }
    case 'location': {
      const place = placeOf(push, 'Location_X', 'Location_Y')
      const label = textOf(push, 'Label')
      return { kind: 'location', text: label, ...(place ? { media: place } : {}) }
    }
    case 'link':
    case 'miniprogrampage': {
      const title = textOf(push, 'Title')
      const description = textOf(push, 'Description')
      const url = type === 'link' ? textOf(push, 'Url') : textOf(push, 'PagePath')
      const text = [title, description, url].filter((part) => part !== '').join('\n')
      return { kind: 'link', text, media: { link: { title, description, url } } }
    }
    default: {
      const media = textOf(push, 'MediaId') ? { media: file(push) } : {}
      const event = { name: type, unknownMessage: true, fields: otherFields(push) }
      return { kind: 'event', text: textOf(push, 'Content'), event, ...media }
    }
  }
}

function file(push: XmlElement): InboundMedia {
  const thumb = textOf(push, 'ThumbMediaId')
  const format = textOf(push, 'Format')
  return {
    mediaId: textOf(push, 'MediaId'),
    ...(thumb ? { thumbMediaId: thumb } : {}),
    ...(format ? { format } : {}),
  }
}

function placeOf(push: XmlElement, latitudeName: string, longitudeName: string): InboundMedia | null {
  const number = (name: string): number | null => {
    const text = textOf(push, name)
    return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null
  }
  const latitude = number(latitudeName)
  const longitude = number(longitudeName)
  if (latitude === null || longitude === null) return null
  const label = textOf(push, 'Label')
  const precision = number('Precision')
  const scale = number('Scale')
  return {
    place: {
      latitude,
      longitude,
      ...(label ? { label } : {}),
      ...(precision === null ? {} : { precision }),
      ...(scale === null ? {} : { scale }),
    },
  }
}

function toEvent(push: XmlElement): InboundEvent | null {
  const name = textOf(push, 'Event')
  if (!name || name.length > 64) return null
  // A new follower who came by a QR code carries its scene behind a prefix; a follower who scans carries it bare.
  const key = textOf(push, 'EventKey').replace(/^qrscene_/, '')
  const ticket = textOf(push, 'Ticket')
  return {
    name,
    ...(key ? { key } : {}),
    ...(ticket ? { ticket } : {}),
    fields: otherFields(push),
  }
}

function otherFields(push: XmlElement): Record<string, string> {
  const rest = { ...push, children: push.children.filter((c) => !envelope.has(c.name)) }
  return Object.fromEntries(Object.entries(leaves(rest)).map(([path, value]) => [path, storable(value)]))
}

/**
 * Events have no MsgId; sender, time, name and key identify one (a finished template job by its MsgID besides). It is
 * hashed because the sender's openid must not stand in a column that is not encrypted.
 */
function eventId(from: string, created: string, event: InboundEvent): string {
  const job = Object.entries(event.fields).find(([path]) => /(^|\.)MsgI[dD]$/.test(path))?.[1] ?? ''
  const parts = JSON.stringify([from, created, event.name, event.key ?? '', job])
  return `event-${createHash('sha256').update(parts).digest('hex').slice(0, 40)}`
}

/** PostgreSQL holds every character but NUL. */
const storable = (text: string): string => text.replaceAll('\0', '\uFFFD')

const textOf = (push: XmlElement, name: string): string => storable(rawTextOf(push, name))

/** The outcome of a notice, from TEMPLATESENDJOBFINISH or subscribe_msg_sent_event; null for any other item. */
export function noticeOutcome(
  item: InboundText,
): { messageId: string; delivered: boolean; code: string } | null {
  const fields = item.event?.fields ?? {}
  if (item.event?.name === 'TEMPLATESENDJOBFINISH') {
    const status = (fields['Status'] ?? '').trim()
    return { messageId: fields['MsgID'] ?? '', delivered: status === 'success', code: status }
  }
  if (item.event?.name === 'subscribe_msg_sent_event') {
    // The wrapper's name differs between WeChat's own examples: look for the leaf.
    const leaf = (name: string): string =>
      Object.entries(fields).find(([path]) => path.endsWith(`.${name}`))?.[1] ?? ''
    return {
      messageId: leaf('MsgID'),
      delivered: leaf('ErrorCode') === '0',
      code: leaf('ErrorStatus') || leaf('ErrorCode'),
    }
  }
  return null
}

/** Ciphertext of a push, or null for a plain one. */
export const ciphertextOf = (push: XmlElement): string | null => child(push, 'Encrypt')?.text.trim() ?? null
