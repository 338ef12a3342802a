import type { SmsProviderId } from '../config.ts'

/** Who carries outgoing messages. */
export type Carrier = SmsProviderId | 'wechat'

/** `accepted`: on its way; `unknown`: the carrier itself does not know. */
export type ReportedState = 'accepted' | 'delivered' | 'failed' | 'expired' | 'unknown'

/** What a carrier says later about a message that it took. Found by our own id, or by the carrier's. */
export type DeliveryReport = {
  via: Carrier
  /** Dedupe key within the carrier. */
  key: string
  /** Our id, where the carrier echoes it. */
  ownId: string | null
  providerMessageId: string | null
  state: ReportedState
  /** The carrier's own code, e.g. `DELIVRD`, `MK:0001`. No personal data. */
  code: string
  /** ISO 8601 */
  at: string | null
}
