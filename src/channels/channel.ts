import type { SmsProviderId } from './config.ts'

/**
 * The port between the outside world and the contacts. A webhook body is parsed once, at the edge, into `InboundText`;
 * whatever a provider calls things ends here.
 */
export type TextChannel = 'sms' | 'wechat' | 'web'

export type InboundKind = 'text' | 'image' | 'voice' | 'video' | 'location' | 'link' | 'event'

/**
 * What a message carries besides text. A file lies with the provider until a job has fetched it; `mediaId` finds it
 * (`src/channels/wechat/media.ts`).
 */
export type InboundMedia = {
  mediaId?: string
  thumbMediaId?: string
  /** Codec of a voice message: `amr`, `speex`. */
  format?: string
  /** Degrees as WeChat sends them (GCJ-02); `precision` in metres, `scale` is the zoom of the map. */
  place?: { latitude: number; longitude: number; label?: string; precision?: number; scale?: number }
  link?: { title: string; description: string; url: string }
}

/** A happening that is no message: follow, unfollow, scan, menu click, location report, end of a template job … */
export type InboundEvent = {
  /** The provider's own name, such as `subscribe`. Of an unknown message kind: that kind. */
  name: string
  /** Menu key, link or scene of a QR code (without `qrscene_`). */
  key?: string
  ticket?: string
  /** A message of a kind this version does not know. It comes from a citizen and needs a person. */
  unknownMessage?: boolean
  /** All other elements, by their path, so that nothing is lost. */
  fields: Record<string, string>
}

export type InboundText = {
  channel: TextChannel
  /** Our number or our account (`gh_…`) that was addressed. */
  account: string
  /** Dedupe key, unique within (channel, account). */
  providerId: string
  /** E.164, service digits as they are, or openid. Personal data. */
  from: string
  kind: InboundKind
  /** As sent, exactly; empty where the kind has none. Personal data. */
  text: string
  /** The bytes before decoding, base64, where a character set was involved. */
  raw?: { bytes: string; charset: string }
  media?: InboundMedia
  event?: InboundEvent
  /** Parts of a long message did not arrive in time. */
  partial?: boolean
  /** The whole text is an opt-out or opt-in word. */
  control?: 'optOut' | 'optIn'
  /** SMS: the profile it came through. */
  via?: SmsProviderId
  /** ISO 8601, by the provider's clock. */
  providerTime?: string
  /** ISO 8601, by ours; fixes the order of messages, the place in the queue and statutory time. */
  receivedAt: string
}

/**
 * `contactId` is null for an event that opens no contact, and while the item waits in the spool. `held` is false when
 * no agent had the contact as the item was committed: then there is no desk to tell.
 */
export type Accepted = { providerId: string; contactId: string | null; duplicate: boolean; held?: boolean }

/** Commits inbound items in PostgreSQL, each once. Implemented in `src/contacts/`. */
export interface Intake {
  accept(items: InboundText[]): Promise<Accepted[]>
}

/** The menu key by which a citizen asks for a person; other keys are answered by the menu itself. */
export const humanMenuKey = 'human'

/**
 * Whether an item asks for a person. Events and mere opt-out words do not; a message of an unknown kind does, because
 * a citizen sent it, and so does the menu key made for it.
 */
export function opensContact(item: InboundText): boolean {
  if (item.kind !== 'event') return item.control === undefined
  return (
    item.event?.unknownMessage === true || (item.event?.name === 'CLICK' && item.event.key === humanMenuKey)
  )
}

/**
 * What must follow a committed item: media to fetch, an opt-out to note, personal data to delete. Must be idempotent;
 * the sender is answered only after it.
 */
export type InboundEffect = (items: InboundText[]) => Promise<void>
