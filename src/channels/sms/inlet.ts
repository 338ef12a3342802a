import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Pii } from '../../base/pii.ts'
import type { Db } from '../../db/pool.ts'
import type { Durable } from '../../db/spool-durable.ts'
import type { Intake } from '../channel.ts'
import { toInboundText, toPart, type SmsPart } from './joining.ts'
import {
  forgetOldParts,
  groupsToHandOver,
  markHandedOver,
  messageOf,
  placeInStore,
  releaseStale,
  type Group,
} from './part-store.ts'
import type { InboundSms } from './profile.ts'

/** The name of parts of long messages in the spool. */
export const smsPartKind = 'smsPart'

export type SmsInlet = {
  /** Resolves when every message and part is committed or spooled. @throws Problem 503 `spoolFull` */
  take(items: InboundSms[]): Promise<void>
  /**
   * Releases messages whose missing parts did not come, marked partial, and hands over what a dead gateway had
   * released. Call it every few seconds on every gateway. @returns messages handed over
   */
  sweep(): Promise<number>
}

export type SmsInletOptions = {
  db: Db
  pii: Pii
  /** The durable one. */
  intake: Intake
  durable: Durable
  /** Whoever says that he is in danger is not kept waiting for the rest of his message. */
  isEmergency: (text: string) => boolean
  clock: Clock
  log: Log
  /** How long an incomplete message waits after its latest part, ms. */
  waitMs?: number
  /** How long a released group belongs to the gateway that released it, ms. */
  handOverMs?: number
}

export function createSmsInlet(options: SmsInletOptions): SmsInlet {
  const { db, pii, intake, durable, isEmergency, clock, log, waitMs = 60_000, handOverMs = 10_000 } = options

  /** Handing over twice is harmless: the group's key is the message's dedupe key. */
  async function handOver(groups: Group[]): Promise<number> {
    for (const group of groups) {
      await intake.accept([messageOf(group)])
      await markHandedOver(db, group)
    }
    return groups.length
  }

  durable.handle(smsPartKind, async (data) => {
    for (const part of data as SmsPart[]) {
      await placeInStore(db, pii, part, isEmergency)
      await handOver(await groupsToHandOver(db, pii, part))
    }
  })

  return {
    async take(items) {
      const now = clock()
      const whole = items.filter((i) => !i.part).map((i) => toInboundText(i, now))
      const parts = items.flatMap((i) => (i.part ? [toPart(i, i.part, now)] : []))
      await Promise.all([
        whole.length > 0 ? intake.accept(whole) : null,
        parts.length > 0 ? durable.submit(smsPartKind, parts) : null,
      ])
    },
    async sweep() {
      const released = await releaseStale(db, waitMs)
      if (released > 0) log.info({ released }, 'incomplete messages released')
      const groups = await groupsToHandOver(db, pii, { olderMs: released > 0 ? 0 : handOverMs })
      await forgetOldParts(db)
      return handOver(groups)
    },
  }
}
