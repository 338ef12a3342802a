import type { Actor } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import type { Place } from '../base/cursor.ts'
import { newId } from '../base/ids.ts'
import { toE164 } from '../base/phone.ts'
import { Problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { MatterContacts } from '../contacts/matters.ts'
import type { Db, Tx } from '../db/pool.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import type { Outcome, Registered } from '../work-orders/registration-contract.ts'
import type { Viewer } from '../work-orders/service.ts'
import type { MatterEntered, MatterEntry, MatterView, Source } from './contract.ts'
import { basisOf, judgeSource, keyReused, sourceOf, timesOf } from './decide/entry.ts'
import { directSource, type Matter } from './model.ts'
import type { MatterOrders } from './ports.ts'
import * as store from './store.ts'

export type MatterParts = {
  db: Db
  clock: Clock
  /** The city's. */
  statute: Statute
  contacts: () => MatterContacts
  orders: MatterOrders
}

export type Matters = ReturnType<typeof createMatters>

const textShown = 700

/** Matters by hand and by other platforms: one register of where each came from, and one door for all. */
export function createMatters({ db, clock, statute, contacts, orders }: MatterParts) {
  const time = basisOf(statute.topics.acceptance.timeOfReceipt)

  async function viewsOf(matters: readonly Matter[], viewer: Viewer): Promise<MatterView[]> {
    const numbers = await orders.numbersOf(
      matters.map((m) => m.contactId),
      viewer,
    )
    return matters.map((m) => ({
      id: m.id,
      way: m.way,
      source: m.source,
      sourceLabel: labelOf(m.source),
      sourceNumber: m.sourceNumber,
      raisedAt: formatInstant(m.raisedAt),
      receivedAt: formatInstant(m.receivedAt),
      enteredAt: formatInstant(m.enteredAt),
      enteredBy: { id: m.enteredBy, role: m.enteredRole },
      contactId: m.contactId,
      orders: numbers.get(m.contactId) ?? [],
      time,
    }))
  }

  const labelOf = (source: string): string =>
    source === directSource ? '承办单位首问登记' : (sourceOf(statute, source)?.channel.label ?? source)

  /**
   * Matter, contact, registration and orders in one transaction, or nothing of it.
   * @returns null where it has been entered before
   */
  async function enterIn(
    tx: Tx,
    matter: Matter,
    what: {
      outcomes: readonly unknown[]
      phone: string | null
      actor: Actor
      agentId: string | null
      firstAskedUnit?: string
    },
  ): Promise<Registered | null> {
    const { actor, agentId, outcomes, phone, firstAskedUnit } = what
    if (!(await store.insertMatter(tx, matter))) return null
    const { contactId, source, receivedAt } = matter
    return contacts().enter(
      tx,
      { contactId, account: source, receivedAt, actor, agentId },
      ({ requesterId }) =>
        orders.register(tx, {
          matter: {
            contactId,
            requesterId,
            channel: source,
            raisedAt: receivedAt,
            phone,
            ...(firstAskedUnit === undefined ? {} : { firstAskedUnit }),
          },
          idempotencyKey: `matter-${matter.id}`,
          outcomes,
          actor,
        }),
    )
  }

  /** What was entered first under this number or key. @throws Problem 409 where the key belongs to another matter */
  async function first(said: {
    source: string
    sourceNumber: string | null
    entryKey: string
    by: string
  }): Promise<Matter> {
    const { source, sourceNumber, entryKey, by } = said
    const byNumber = sourceNumber === null ? null : await store.findByNumber(db, source, sourceNumber)
    if (byNumber) return byNumber
    const byKey = await store.findByKey(db, by, entryKey)
    if (byKey?.source !== source || byKey.sourceNumber !== sourceNumber) throw keyReused()
    return byKey
  }

  return {
    enterIn,

    sources: (): Source[] =>
      (statute.topics.acceptance.sourceChannels ?? []).flatMap((answer) =>
        answer.basis === 'silent' ? [] : [{ ...answer.value, basis: basisOf(answer) }],
      ),

    /**
     * A letter, a visit, a message of another board, written down by staff.
     * @throws Problem 409 entryKeyReused, 422 for a source, time or outcome that cannot be
     */
    async enter(given: MatterEntry, viewer: Viewer): Promise<MatterEntered> {
      const said = storable(given)
      const { actor } = viewer
      const now = clock()
      const source = judgeSource(statute, said.source)
      if (source instanceof Problem) throw source
      const times = timesOf(said, statute, now)
      if (times instanceof Problem) throw times
      const matter: Matter = {
        id: newId(),
        way: 'entered',
        source: said.source,
        sourceNumber: said.sourceNumber?.trim() || null,
        entryKey: said.key,
        contactId: newId(),
        ...times,
        enteredAt: now,
        enteredBy: actor.id,
        enteredRole: actor.role,
        saidLookup: null,
      }
      const what = {
        outcomes: said.outcomes.map((outcome) => withRequester(outcome, said.requester)),
        phone: said.requester?.contact ? toE164(said.requester.contact) : null,
        actor,
        agentId: actor.id,
      }
      const registered = await db.tx((tx) => enterIn(tx, matter, what))
      const known = registered ? matter : await first({ ...matter, entryKey: said.key, by: actor.id })
      const [view] = await viewsOf([known], viewer)
      const similar = await orders.similar(textOf(said.outcomes), viewer)
      return {
        matter: view!,
        repeated: registered === null,
        registered: registered ?? (await orders.registered(known.contactId, actor)),
        similar: similar
          .filter(({ number }) => !view!.orders.includes(number))
          .map((o) => ({ ...o, raisedAt: formatInstant(o.raisedAt) })),
      }
    },

    /**
     * A matter that a platform hands in waits in the queue, where an agent registers it: none is without a desk.
     * @param said.lookup keyed hash of what was said
     * @param described what the platform said of the requester, kept sealed
     */
    async receive(
      platform: string,
      said: {
        number: string
        text: string
        sealedPhone: string | null
        raisedAt: string
        lookup: string
      },
      actor: Actor,
      described: (tx: Tx, requesterId: string) => Promise<void>,
    ): Promise<{ matter: Matter; repeated: boolean }> {
      const now = clock()
      const times = timesOf({ raisedAt: said.raisedAt }, statute, now)
      if (times instanceof Problem) throw times
      const matter: Matter = {
        id: newId(),
        way: 'exchange',
        source: platform,
        sourceNumber: said.number,
        entryKey: null,
        contactId: newId(),
        ...times,
        enteredAt: now,
        enteredBy: actor.id,
        enteredRole: actor.role,
        saidLookup: said.lookup,
      }
      const fresh = await db.tx(async (tx) => {
        if (!(await store.insertMatter(tx, matter))) return false
        const { requesterId } = await contacts().queue(tx, {
          contactId: matter.contactId,
          account: `exchange:${platform}`,
          providerId: said.number,
          text: said.text,
          sealed: said.sealedPhone,
          receivedAt: matter.receivedAt,
        })
        await described(tx, requesterId)
        return true
      })
      return fresh
        ? { matter, repeated: false }
        : { matter: (await store.findByNumber(db, platform, said.number))!, repeated: true }
    },

    find: (source: string, number: string) => store.findByNumber(db, source, number),
    byId: (id: string) => store.findById(db, id),
    ofContacts: (contactIds: readonly string[], tx: Tx = db) => store.findByContacts(tx, contactIds),

    async list(
      f: { source?: string; sourceNumber?: string; way?: string; before: Place | null; limit: number },
      viewer: Viewer,
    ): Promise<{ rows: Matter[]; views: MatterView[] }> {
      const rows = await store.listMatters(db, storable(f))
      return { rows, views: await viewsOf(rows, viewer) }
    },
  }
}

/** What was said once of the requester holds for every order of the matter that says nothing of its own. */
const withRequester = (outcome: Outcome, said: MatterEntry['requester']): Outcome =>
  outcome.type === 'workOrder' && said
    ? { ...outcome, requester: { ...said, ...outcome.requester } }
    : outcome

/** Words by which the same matter is found; of a referral or refusal none are needed. */
const textOf = (outcomes: readonly Outcome[]): string =>
  outcomes
    .flatMap((o) => (o.type === 'workOrder' ? [o.title ?? '', o.place ?? '', o.facts] : []))
    .join(' ')
    .slice(0, textShown)
