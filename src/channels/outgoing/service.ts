import type { Log } from '../../base/log.ts'
import type { Pii } from '../../base/pii.ts'
import type { Db, Tx } from '../../db/pool.ts'
import type { Durable } from '../../db/spool-durable.ts'
import { failureCode } from '../../db/spool-durable.ts'
import type { SmsProviderId } from '../config.ts'
import { hasOptedOut } from '../sms/opt-out.ts'
import {
  channelOff,
  type OutgoingContent,
  type OutgoingDraft,
  type Sender,
  type SendOptions,
  type SendRefusal,
  type SendResult,
} from './model.ts'
import type { Carrier, DeliveryReport } from './report.ts'
import { forgetOldReports, keepReports, markApplied, type OpenReport, openReports } from './report-store.ts'
import * as store from './store.ts'

/** The name of delivery reports in the spool. */
export const reportKind = 'deliveryReport'

/** Pauses between attempts, ms; after the last the message has failed. */
const pauses = [5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 7_200_000]

/** Longer than any call of a carrier may take. */
const interruptedAfterMs = 60_000
const bellLostAfterMs = 30_000

export type Enqueued = { ok: true; id: string; duplicate: boolean } | { ok: false; refusal: SendRefusal }

export type Outgoing = {
  /** Why a draft cannot be sent by any of its ways, or null. */
  check(draft: Omit<OutgoingDraft, 'key'>): SendRefusal | null
  /** What the desk may offer: free text or templates, and why. */
  options(channel: 'sms' | 'wechat', account?: string, via?: SmsProviderId): SendOptions
  /** Writes row and bell in the caller's transaction: what commits will be sent. */
  enqueue(tx: Tx, draft: OutgoingDraft): Promise<Enqueued>
  /** The job. Safe to run twice, late, or for a row that is gone; never throws for what a carrier does. */
  deliver(id: string): Promise<void>
  /** Commits or spools reports; only then is the carrier answered. */
  takeReports(reports: DeliveryReport[]): Promise<void>
  /** Every few seconds, on every gateway: settles interrupted sends, rings lost bells, applies early reports. */
  sweep(): Promise<void>
  about(about: string): Promise<store.OutgoingView[]>
  /** Personal data of an address are deleted, after what it is still owed was sent. */
  forget(channel: 'sms' | 'wechat', address: string): Promise<void>
}

export type OutgoingDeps = {
  db: Db
  pii: Pii
  durable: Durable
  senders: Sender[]
  /** Chooses among the SMS carriers where the draft does not. */
  defaultSms: SmsProviderId | null
  /** Numbers of ours → the carrier they belong to. */
  smsAccounts: Record<string, SmsProviderId>
  /** An attempt was made: whoever shows the message may look again. */
  onSettled?: (message: { key: string; about: string | null }) => void
  log: Log
}

export function createOutgoing(deps: OutgoingDeps): Outgoing {
  const { db, pii, durable, log } = deps
  const senders = new Map<Carrier, Sender>(deps.senders.map((s) => [s.id, s]))
  const nameOf = { sms: '短信', wechat: '微信' } as const

  function carrierFor(draft: Pick<OutgoingDraft, 'channel' | 'via' | 'account'>): Sender | null {
    if (draft.channel === 'wechat') return senders.get('wechat') ?? null
    const wanted: (Carrier | null | undefined)[] = [
      draft.via,
      draft.account === undefined ? null : deps.smsAccounts[draft.account],
      deps.defaultSms,
      ...deps.senders.filter((s) => s.channel === 'sms').map((s) => s.id),
    ]
    for (const id of wanted) {
      const sender = id ? senders.get(id) : undefined
      if (sender) return sender
    }
    return null
  }

  const refusalOf = (draft: Omit<OutgoingDraft, 'key'>): SendRefusal | null =>
    carrierFor(draft)?.check(draft.content) ?? (carrierFor(draft) ? null : channelOff(nameOf[draft.channel]))

  async function enqueue(tx: Tx, draft: OutgoingDraft, insteadOf: string | null = null): Promise<Enqueued> {
    const sender = carrierFor(draft)
    const refusal = refusalOf(draft)
    if (refusal || !sender) {
      if (draft.otherwise) return enqueue(tx, { ...draft.otherwise, key: draft.key }, insteadOf)
      return { ok: false, refusal: refusal ?? channelOff(nameOf[draft.channel]) }
    }
    return { ok: true, ...(await store.insertMessage(tx, pii, draft, sender.id, insteadOf)) }
  }

  /** A certain failure opens the next way, in the same transaction. */
  async function fail(
    tx: Tx,
    id: string,
    reason: string,
    from: Parameters<typeof store.markFailed>[3],
  ): Promise<void> {
    if (!(await store.markFailed(tx, id, reason, from))) return
    const next = await store.otherwiseOf(tx, pii, id)
    if (!next) return
    const made = await enqueue(tx, next, id)
    if (!made.ok) log.warn({ id, code: made.refusal.code }, 'no other way to send')
  }

  /** Claims and judges in one transaction: after it nothing but the carrier stands between the row and the citizen. */
  const claimNext = (id: string): Promise<(store.Claim & { optedOut: boolean }) | null> =>
    db.tx(async (tx) => {
      const claim = await store.claimNext(tx, pii, id)
      if (!claim) return null
      const { channel, purpose, to } = claim.message
      const optedOut = channel === 'sms' && purpose === 'notice' && (await hasOptedOut(tx, pii, to))
      return { ...claim, optedOut }
    })

  async function attempt(claim: store.Claim & { optedOut: boolean }): Promise<SendResult> {
    const { message } = claim
    if (claim.optedOut) return { outcome: 'refused', reason: 'optedOut' }
    if (claim.expired) return { outcome: 'refused', reason: 'expired' }
    const sender = senders.get(message.via)
    if (!sender) return { outcome: 'refused', reason: 'channelOff' }
    try {
      return await sender.send(message)
    } catch (error) {
      // A defect of ours after the claim: whether anything left is not known.
      log.error({ id: message.id, via: message.via, code: failureCode(error) }, 'sender failed')
      return { outcome: 'unknown', reason: 'senderFailed' }
    }
  }

  /** Writes what came of an attempt. @returns whether more of the lane waits for whoever has just made it free */
  async function settle(claim: store.Claim, result: SendResult): Promise<boolean> {
    const { id } = claim.message
    const more = await db.tx(async (tx) => {
      const locked = store.lockLane(tx, id)
      if (result.outcome === 'sent' || result.outcome === 'unknown') {
        const mark =
          result.outcome === 'sent'
            ? store.markSent(tx, claim, result.providerMessageId)
            : store.markUnknown(tx, claim, result.reason)
        const after = await Promise.all([openReports(tx, id), store.anyWaiting(tx, id), locked, mark])
        await applyReports(tx, after[0])
        return after[1]
      }
      await locked
      const pause = pauses[claim.tries - 1]
      if (result.outcome === 'refused' || pause === undefined) {
        await fail(tx, id, result.reason, ['sending', 'unknown'])
        return store.anyWaiting(tx, id)
      }
      await store.markRetry(tx, claim, result.reason, result.afterMs ?? pause)
      // It is the first of its lane and waits for its time.
      return false
    })
    log.info({ id, via: claim.message.via, outcome: result.outcome, tries: claim.tries }, 'outgoing message')
    return more
  }

  async function applyReports(tx: Tx, reports: readonly OpenReport[]): Promise<void> {
    if (reports.length === 0) return
    for (const report of reports) {
      if (report.state === 'delivered') await store.markDelivered(tx, report.messageId)
      if (report.state === 'failed' || report.state === 'expired')
        await fail(tx, report.messageId, `reported:${report.code}`, ['sent', 'unknown'])
    }
    await markApplied(tx, reports)
  }

  durable.handle(reportKind, (data) =>
    db.tx(async (tx) => {
      await keepReports(tx, data as DeliveryReport[])
      await applyReports(tx, await openReports(tx))
    }),
  )

  return {
    check: (draft) => {
      const refusal = refusalOf(draft)
      return refusal && draft.otherwise && !refusalOf(draft.otherwise) ? null : refusal
    },
    options(channel, account, via) {
      const sender = carrierFor({
        channel,
        ...(account === undefined ? {} : { account }),
        ...(via ? { via } : {}),
      })
      return sender?.options() ?? { freeText: false, why: channelOff(nameOf[channel]).detail, templates: [] }
    },
    enqueue: (tx, draft) => enqueue(tx, draft),
    async deliver(id) {
      // The lane may hold more than the message the bell was for; whoever has the lane sends it all.
      for (let more = true; more;) {
        const claim = await claimNext(id)
        if (!claim) return
        more = await settle(claim, await attempt(claim))
        deps.onSettled?.({ key: claim.key, about: claim.about })
      }
    },
    async takeReports(reports) {
      if (reports.length > 0) await durable.submit(reportKind, reports)
    },
    async sweep() {
      await db.tx(async (tx) => {
        for (const row of await store.interrupted(tx, interruptedAfterMs)) {
          const content = JSON.parse(pii.open(row.contentSealed)) as OutgoingContent
          const again = senders.get(row.via)?.dropsRepetition({ content, purpose: row.purpose }) ?? false
          await store.settleInterrupted(tx, row.id, again)
          log.warn({ id: row.id, via: row.via, again }, 'sending was interrupted')
        }
      })
      await db.tx(async (tx) => applyReports(tx, await openReports(tx)))
      const rung = await db.tx((tx) => store.ringOverdue(tx, bellLostAfterMs))
      await forgetOldReports(db)
      await store.blankForgotten(db, pii)
      if (rung > 0) log.warn({ rung }, 'bells of outgoing messages were lost')
    },
    about: (about) => store.messagesAbout(db, about),
    async forget(channel, address) {
      await store.forgetAddress(db, pii, channel, address)
      await store.blankForgotten(db, pii)
    },
  }
}
