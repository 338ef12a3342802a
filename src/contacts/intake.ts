import { createBatcher } from '../base/batcher.ts'
import { newId } from '../base/ids.ts'
import type { Db } from '../db/pool.ts'
import { isRecordFault } from '../db/spool-durable.ts'
import {
  opensContact as asksForPerson,
  type InboundText,
  type Intake,
  type Accepted,
} from '../channels/channel.ts'
import { linkCommand, linkKindOf } from '../requesters/model.ts'
import type { Requesters } from '../requesters/service.ts'
import * as store from './intake-store.ts'
import { creditOf, type Requirement } from './model.ts'
import { abandonedLately } from './store.ts'

/** What a text says about urgency, judged by the referral slice's recogniser. */
export type Screen = (text: string) => { emergency: boolean; urgent: boolean }

export type IntakeDeps = {
  db: Db
  requesters: Pick<Requesters, 'ensure' | 'harassers' | 'inNeedOfCare' | 'hasOpenClaim'>
  screen: Screen
  /** What the addressed number or account asks of an agent, e.g. the enterprise desk's number. */
  requirementFor: (account: string) => Requirement
  /** Whether a text is a question that a machine answers, such as one for the progress of an order. */
  forMachine?: (item: InboundText) => boolean
  /** Rings after a commit that somebody else must hear of: the relay need not wait for its poll. */
  wake: () => void
  /**
   * Told of contacts that were opened or moved forward, at once after the commit; their bell then only rings for the case
   * that this process died in between. Absent: the bell is all there is.
   */
  arrived?: (contacts: Arrived) => void
}

/** Ids of contacts. */
export type Arrived = { opened: string[]; moved: string[] }

/**
 * The text edge of the ledger. `accept` resolves only after the commit: then, and only then, the sender may be
 * answered. Many senders share one commit; one loud sender fills one contact and nobody else's. An item that PostgreSQL
 * cannot hold is refused alone, and what one sender wrote is stored in the order in which it came.
 */
export function createIntake(deps: IntakeDeps): Intake {
  const batcher = createBatcher((items: InboundText[]) => write(deps, items), {
    max: 250,
    inFlight: 2,
    keyOf: ({ channel, account, from }) => JSON.stringify([channel, account, from]),
    isItemFault: isRecordFault,
  })
  return { accept: (items) => Promise.all(items.map((item) => batcher.add(item))) }
}

/**
 * Tying a telephone to WeChat and telling progress is done by machine; nobody needs to wait for it. Six digits are a
 * code only while one is expected: otherwise they are what a citizen says.
 */
async function isForMachine(deps: IntakeDeps, item: InboundText, requesterId: string): Promise<boolean> {
  if (!asksForPerson(item)) return true
  // Whoever is in danger reaches a person, whatever else he asks.
  if (deps.forMachine?.(item) && !deps.screen(item.text).emergency) return true
  const command = item.channel === 'wechat' && item.kind === 'text' ? linkCommand(item.text) : null
  if (!command) return false
  if (command.type === 'claim' || (await deps.requesters.hasOpenClaim(requesterId))) return true
  // Delivered again, it was a code then though it has been used since.
  return store.isKnownEvent(deps.db, item)
}

const keyOf = (m: { channel: string; account: string; providerId: string }): string =>
  JSON.stringify([m.channel, m.account, m.providerId])

async function write(deps: IntakeDeps, items: InboundText[]): Promise<Accepted[]> {
  const { db, requesters } = deps
  const people = await requesters.ensure(
    db,
    items.map((i) => ({ kind: linkKindOf(i.channel), address: i.from })),
  )
  const ids = [...new Set(people.map((p) => p.requesterId))]
  const [harassing, care, abandoned] = await Promise.all([
    requesters.harassers(db, ids),
    requesters.inNeedOfCare(db, ids),
    abandonedLately(db, ids),
  ])
  const forMachine = await Promise.all(
    items.map((item, n) => isForMachine(deps, item, people[n]!.requesterId)),
  )
  const messages: store.ReadyMessage[] = []
  const events: store.ReadyEvent[] = []
  items.forEach((item, n) => {
    const person = people[n]!
    if (forMachine[n]) {
      events.push({
        id: newId(),
        channel: item.channel,
        account: item.account,
        providerId: item.providerId,
        requesterId: person.requesterId,
        name: item.event?.name ?? item.control ?? (deps.forMachine?.(item) ? 'progressAsked' : 'linkCommand'),
        // A number or a code is no business of an event's row.
        data: item.event ?? (item.control ? { text: item.text } : {}),
        receivedAt: item.receivedAt,
      })
      return
    }
    const seen = deps.screen(item.text)
    messages.push({
      messageId: newId(),
      contactId: newId(),
      channel: item.channel,
      account: item.account,
      lookup: person.lookup,
      sealed: person.sealed,
      requesterId: person.requesterId,
      providerId: item.providerId,
      kind: item.kind,
      body: item.text,
      raw: item.raw,
      media: item.media ?? item.event,
      partial: item.partial ?? false,
      providerTime: item.providerTime ?? null,
      receivedAt: item.receivedAt,
      emergency: seen.emergency,
      creditMs: creditOf({
        ...seen,
        harassing: harassing.has(person.requesterId),
        care: care.has(person.requesterId),
        abandonedBefore: abandoned.has(person.requesterId),
      }),
      requirement: deps.requirementFor(item.account),
    })
  })

  const stored = messages.length > 0 ? await store.storeMessages(db, messages) : []
  const freshEvents = events.length > 0 ? await store.storeEvents(db, events) : []
  tellOthers(deps, messages, stored)

  const contactOf = new Map(stored.map((s) => [keyOf(s), s.contactId]))
  const held = new Set(stored.filter((s) => s.held).map((s) => s.contactId))
  const kept = new Set(freshEvents)
  const duplicates = messages.filter((m) => !contactOf.has(keyOf(m)))
  if (duplicates.length > 0)
    for (const known of await store.contactsOfMessages(db, duplicates))
      contactOf.set(keyOf(known), known.contactId)
  const fresh = new Set(stored.map(keyOf))

  // Two items with one key in one batch: the first is the message, the second its duplicate.
  const answered = new Set<string>()
  return items.map((item, n) => {
    const key = keyOf(item)
    const first = !answered.has(key)
    answered.add(key)
    const duplicate = !first || !(forMachine[n] ? kept.has(item.providerId) : fresh.has(key))
    const contactId = contactOf.get(key) ?? null
    return {
      providerId: item.providerId,
      contactId,
      duplicate,
      held: contactId !== null && held.has(contactId),
    }
  })
}

/** An alarm has no time for the next poll of the relay; a bell whose news is told here and now has. */
function tellOthers(deps: IntakeDeps, messages: store.ReadyMessage[], stored: store.StoredMessage[]): void {
  const opened = new Set(stored.filter((s) => s.opened).map((s) => s.contactId))
  const moved = new Set(stored.filter((s) => s.moved && !s.opened).map((s) => s.contactId))
  if (!deps.arrived || messages.some((m) => m.emergency)) deps.wake()
  if (opened.size + moved.size > 0) deps.arrived?.({ opened: [...opened], moved: [...moved] })
}
