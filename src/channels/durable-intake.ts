import type { Log } from '../base/log.ts'
import type { Durable } from '../db/spool-durable.ts'
import type { Accepted, InboundEffect, InboundText, Intake } from './channel.ts'

/** The name of inbound text in the spool. */
export const inboundKind = 'inboundText'

export type DurableIntakeOptions = {
  intake: Intake
  durable: Durable
  /** Run in this order after the commit, live and replayed; they must be idempotent. */
  effects: InboundEffect[]
  log: Log
}

/**
 * The `Intake` that webhooks talk to. It resolves when every item is committed with its effects, or lies fsynced in
 * this node's spool; only then may the sender be answered. Receipts of spooled items carry no contact yet.
 * @throws Problem 503 `spoolFull` when neither is possible: nothing was taken, the provider tries again
 */
export function createDurableIntake({ intake, durable, effects, log }: DurableIntakeOptions): Intake {
  durable.handle(inboundKind, async (data) => {
    const items = data as InboundText[]
    const accepted = await intake.accept(items)
    for (const effect of effects) await effect(items)
    return accepted
  })
  return {
    async accept(items) {
      if (items.length === 0) return []
      const submitted = await durable.submit<Accepted[]>(inboundKind, items)
      if (submitted.stored === 'committed') return submitted.result
      log.info({ items: items.length, waiting: durable.spool.depth }, 'inbound items spooled')
      return items.map(({ providerId }) => ({ providerId, contactId: null, duplicate: false }))
    },
  }
}
