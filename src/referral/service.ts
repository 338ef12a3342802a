import type { ReferralView } from '../agent-desk/contract.ts'
import { system, type Actor } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import type { Log } from '../base/log.ts'
import { problem, type Problem } from '../base/problem.ts'
import type { Contact } from '../contacts/model.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Statute } from '../statutes/statute.ts'
import { citesOf } from '../statutes/types.ts'
import type { CallFact } from '../telephony/call-event.ts'
import { judge, type ReferralFact } from './decide.ts'
import { agentMayLeave, type Referral } from './model.ts'
import { numbersOfStatute } from './numbers.ts'
import { recognise, type Recognised } from './recognise.ts'
import * as store from './store.ts'

/** The live call, done by telephony; outcomes come back as call facts. */
export type EmergencyCalls = {
  startReferral(callId: string, number: string): Promise<{ sent: boolean; why?: string }>
  cancelReferral(callId: string): Promise<{ sent: boolean }>
  agentLeaves(callId: string): Promise<{ sent: boolean }>
  /** What is seen of that line in the call now; null: nobody can see it. */
  lineState(callId: string, number: string): Promise<'none' | 'ringing' | 'joined' | null>
}

/** By then a line has answered or was given up (`asterisk/README.md`, Originate), seconds. */
const unheardSeconds = 60

export type ReferralParts = {
  db: Db
  statute: Statute
  clock: Clock
  log: Log
  calls: EmergencyCalls
  contacts: {
    find(contactId: string): Promise<Contact | null>
    /** Says a fixed line to the requester of a text contact, once per key. @returns why it is not sent, or null */
    sayOnce(tx: Tx, contactId: string, key: string, text: string): Promise<Problem | null>
    textOf(messageId: string): Promise<string | null>
    /** The agent has handed the caller over: his part of the conversation is over. */
    agentDone(contactId: string, actor: Actor): Promise<void>
  }
  changed: (contactId: string) => Promise<void>
}

export type Referrals = ReturnType<typeof createReferrals>

/** For the agent, who has the requester before him. */
const notSent = '号码没有发给对方：这个渠道现在不能发送文字，请立即用电话联系对方。'

export function createReferrals(parts: ReferralParts) {
  const { db, statute, clock, log, calls, contacts, changed } = parts
  const { numbers: numbersLaw } = statute.topics.referral
  const cite = citesOf(numbersLaw)
  /** The city's table, read anew at most every few seconds: recognition runs on every message. */
  let cached: { numbers: Awaited<ReturnType<typeof store.listNumbers>>; until: number } | null = null

  async function table() {
    if (cached && performance.now() < cached.until) return cached.numbers
    const numbers = await store.listNumbers(db)
    cached = { numbers, until: performance.now() + 5_000 }
    return numbers
  }

  const view = (r: Referral): ReferralView => ({
    id: r.id,
    contactId: r.contactId,
    kind: r.kind,
    number: r.number ?? '',
    // Until he is out of the call he may not hang up, and is asked for it again.
    state: r.state === 'takenOver' && !r.agentLeftAt ? 'joined' : r.state,
    at: r.createdAt.toISOString(),
    failure: r.failure,
    agentMayLeave: agentMayLeave(r),
  })

  const notThere = () => problem(404, 'unknownReferral', '没有这次转接', '请刷新后查看最新状态。')

  /** Judges and writes until it was judged against what stands; late facts change nothing. */
  async function apply(referral: Referral, fact: ReferralFact): Promise<Referral | 'refused'> {
    let current = referral
    for (let n = 0; n < 5; n++) {
      const verdict = judge(current, fact)
      if ('note' in verdict) return current
      if ('refused' in verdict) return 'refused'
      const after = await store.writeReferral(db, current, verdict.change)
      if (after) {
        await changed(after.contactId)
        return after
      }
      const again = await store.findReferral(db, referral.id)
      if (!again) return 'refused'
      current = again
    }
    return current
  }

  async function referLive(contact: Contact, number: string, actor: Actor): Promise<Referral> {
    if (!contact.callId || !['active', 'held', 'consulting'].includes(contact.state))
      throw problem(409, 'noCall', '现在不能转接', '只有通话中的来电可以三方转接。')
    const now = clock()
    const made = await store.insertReferral(db, {
      id: newId(),
      contactId: contact.id,
      kind: 'threeWay',
      state: 'dialling',
      number,
      cite,
      actor,
      recognisedAt: now,
      dialledAt: now,
    })
    // A second press while one is under way is the same wish.
    if (!made) return (await store.latestOf(db, contact.id))!
    const sent = await calls.startReferral(contact.callId, number)
    // Not answered in time: the line may ring all the same. What it does is told, or looked for by `sweep`.
    const tried = sent.sent || sent.why === 'unknown'
    // Of a line that is in the call already nothing more will be told.
    const fact: ReferralFact | null = !tried
      ? { type: 'notReached', status: sent.why ?? 'CHANUNAVAIL' }
      : (await calls.lineState(contact.callId, number)) === 'joined'
        ? { type: 'farSideJoined' }
        : null
    const after = fact && (await apply(made, fact))
    return !after || after === 'refused' ? made : after
  }

  /** The agent has left the two to each other: the matter is the far side's, and his part is over. */
  async function agentGone(referral: Referral, actor: Actor): Promise<Referral> {
    const gone = await apply(referral, { type: 'agentLeft' })
    await contacts.agentDone(referral.contactId, actor)
    return gone === 'refused' ? referral : gone
  }

  async function referByText(contact: Contact, number: string, actor: Actor): Promise<Referral> {
    const name = (await table()).find((n) => n.number === number)?.name ?? ''
    const now = clock()
    const id = newId()
    return db.tx(async (tx) => {
      const made = await store.insertReferral(tx, {
        id,
        contactId: contact.id,
        kind: 'text',
        state: 'told',
        number,
        cite,
        actor,
        recognisedAt: now,
        toldAt: now,
      })
      const unsaid = await contacts.sayOnce(
        tx,
        contact.id,
        `referral-${id}`,
        emergencyLine([{ number, name }]),
      )
      if (unsaid) throw unsaid
      return made!
    })
  }

  return {
    async seed(): Promise<void> {
      await store.seedNumbers(db, numbersOfStatute(statute))
    },
    numbers: table,
    async putNumber(n: Parameters<typeof store.putNumber>[1], by: string): Promise<void> {
      await store.putNumber(db, n, by)
      cached = null
    },
    async removeNumber(number: string): Promise<void> {
      if (!(await store.removeNumber(db, number)))
        throw problem(
          409,
          'numberStays',
          '这个号码不能删除',
          '法规列明的号码必须保留，可以修改名称。',
          cite ? { cite } : {},
        )
      cached = null
    },

    /** For the intake: judged without the table, because only the fact matters there. */
    screen: (text: string): Recognised => recognise(text),
    emergencyWords(texts: string[]): string | null {
      for (const text of texts) {
        const seen = recognise(text)
        if (seen.emergency) return seen.matched
      }
      return null
    },

    /** The bell of a recognised message: the number is answered at once, before any agent. */
    async answerText(contactId: string, messageId: string): Promise<void> {
      const text = await contacts.textOf(messageId)
      if (text === null) return
      const known = await table()
      const seen = recognise(text, known)
      if (!seen.emergency) return
      const told = known.filter((n) => seen.numbers.includes(n.number))
      const now = clock()
      await db.tx(async (tx) => {
        const unsaid = await contacts.sayOnce(tx, contactId, `emergency-${messageId}`, emergencyLine(told))
        await store.insertReferral(tx, {
          id: newId(),
          contactId,
          kind: 'text',
          state: unsaid ? 'failed' : 'told',
          failure: unsaid ? notSent : null,
          number: seen.numbers[0] ?? null,
          cite,
          actor: system('recogniser'),
          messageId,
          recognisedAt: now,
          toldAt: unsaid ? null : now,
        })
      })
      await changed(contactId)
    },

    async refer(
      contactId: string,
      number: string,
      kind: 'threeWay' | 'text',
      actor: Actor,
    ): Promise<ReferralView> {
      const contact = await contacts.find(contactId)
      if (!contact) throw problem(404, 'unknownContact', '没有这次联络', '请刷新页面后再试。')
      if (!(await table()).some((n) => n.number === number && (n.emergency || kind === 'text')))
        throw problem(422, 'numberUnknown', '不能转接这个号码', '请从本市的紧急号码中选择。')
      const made =
        kind === 'threeWay'
          ? await referLive(contact, number, actor)
          : await referByText(contact, number, actor)
      await changed(contactId)
      return view(made)
    },

    async takenOver(referralId: string, actor: Actor): Promise<ReferralView> {
      const referral = await store.findReferral(db, referralId)
      if (!referral) throw notThere()
      const after = await apply(referral, { type: 'takenOver' })
      if (after === 'refused')
        throw problem(409, 'farSideNotThere', '对方还没有接入', '请等对方接听并确认接手后再点“已接手”。')
      const contact = await contacts.find(referral.contactId)
      if (!contact?.callId || !agentMayLeave(after)) return view(after)
      const left = await calls.agentLeaves(contact.callId)
      if (!left.sent) return view(after)
      return view(await agentGone(after, actor))
    },

    async cancel(referralId: string): Promise<ReferralView> {
      const referral = await store.findReferral(db, referralId)
      if (!referral) throw notThere()
      const after = await apply(referral, { type: 'cancelled' })
      const contact = await contacts.find(referral.contactId)
      if (contact?.callId) await calls.cancelReferral(contact.callId)
      return view(after === 'refused' ? referral : after)
    },

    async ofContact(contactId: string): Promise<ReferralView | null> {
      const latest = await store.latestOf(db, contactId)
      return latest && view(latest)
    },
    contactOf: async (referralId: string) => (await store.findReferral(db, referralId))?.contactId ?? null,

    /** What telephony saw in the room. */
    async onCallFact(contact: Contact, event: CallFact): Promise<void> {
      if (event.type === 'emergencyKey') return changed(contact.id)
      const referral = await store.latestOf(db, contact.id)
      if (!referral || referral.kind !== 'threeWay') return
      if (event.type === 'confLeft' && event.role === 'agent') {
        // His leave was asked for, but not answered; any other leg that goes hands nothing over.
        if (agentMayLeave(referral)) await agentGone(referral, system('telephony'))
        return
      }
      const fact = factOf(event)
      if (!fact) return
      const after = await apply(referral, fact)
      if (after === 'refused')
        return log.warn({ contactId: contact.id, fact: fact.type }, 'fact of a referral refused')
      // Called off before telephony knew of the line.
      if (fact.type === 'farSideJoined' && after.state === 'cancelled' && contact.callId)
        await calls.cancelReferral(contact.callId)
    },
    /** Lines of which nothing was heard, because the call to them or the word of them was lost. */
    async sweep(): Promise<void> {
      for (const referral of await store.unheardOf(db, unheardSeconds)) {
        const contact = await contacts.find(referral.contactId)
        const seen = contact?.callId ? await calls.lineState(contact.callId, referral.number ?? '') : 'none'
        if (seen === 'joined') await apply(referral, { type: 'farSideJoined' })
        if (seen === 'none') await apply(referral, { type: 'notReached', status: 'CHANUNAVAIL' })
      }
    },
    /** The caller's leg is gone: nothing is live any more. */
    async callerGone(contactId: string): Promise<void> {
      const referral = await store.latestOf(db, contactId)
      if (referral?.kind === 'threeWay') await apply(referral, { type: 'callerGone' })
    },

    /** A matter of another body, told in the conversation: who, what, when, by which article. */
    async told(
      tx: Tx,
      r: {
        contactId: string
        matter: string
        target: string
        number: string | null
        cite: string | null
        actor: Actor
        at: Date
      },
    ): Promise<string> {
      const id = newId()
      const { at, ...rest } = r
      await store.insertReferral(tx, { id, ...rest, kind: 'told', state: 'told', toldAt: at })
      return id
    },
  }
}

function factOf(event: CallFact): ReferralFact | null {
  if (event.type === 'confFailed') return { type: 'notReached', status: event.status }
  if (event.type === 'confJoined' && event.role === 'emergency') return { type: 'farSideJoined' }
  if (event.type === 'confLeft' && event.role === 'emergency') return { type: 'farSideLeft' }
  return null
}

/** What a citizen in danger reads first: the number, then that somebody is coming to talk to him. */
export function emergencyLine(numbers: readonly { number: string; name: string }[]): string {
  const named = numbers.map((n) => `${n.number}（${n.name}）`).join('、')
  const call = named ? `如遇紧急危险，请立即拨打${named}。` : '如遇紧急危险，请立即拨打110、119或120。'
  return `${call}我们已优先为您接入人工坐席，请保持联系并告知您的位置。`
}
