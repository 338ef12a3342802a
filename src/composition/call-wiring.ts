import { restsInNativeQueue, type Presence } from '../agent-desk/presence.ts'
import type { AskProgress } from '../channels/progress.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Db } from '../db/pool.ts'
import type { Durable } from '../db/spool-durable.ts'
import type { Queue } from '../queue/service.ts'
import type { CallEvent, DeviceFact } from '../telephony/call-event.ts'
import { callRecordKind } from '../telephony/ports.ts'
import type { Telephony } from '../telephony/service.ts'
import type { CallWiring } from './telephony.ts'

type Parts = {
  db: Db
  nodeId: string
  contacts: Contacts
  queue: Pick<Queue, 'depth'>
  presence: () => Presence
  durable: Durable
  progress: AskProgress
}

/** What telephony is told and asks of the rest. */
export const callWiring = ({
  db,
  nodeId,
  contacts,
  queue,
  presence,
  durable,
  progress,
}: Parts): CallWiring => ({
  sink: contacts.calls,
  openCalls: { list: contacts.openCallsOf },
  spool: {
    append: (record) => durable.spool.append(record),
    get depth() {
      return durable.spool.depth
    },
  },
  /** The heartbeat of Asterisk stands for a gateway that can write to the ledger and see the queue. */
  healthy: {
    async check() {
      await db.query(
        `insert into installation (key, value) values ($1, 'true') on conflict (key) do update set changed_at = clock_timestamp()`,
        [`alive:${nodeId}`],
      )
      await queue.depth()
      return true
    },
  },
  progress,
  signedIn: {
    list: async () =>
      (await presence().signedIn()).flatMap((row) =>
        row.phone && row.intent !== 'draining' ? [{ phone: row.phone, paused: restsInNativeQueue(row) }] : [],
      ),
  },
})

/**
 * A phone may be known to several nodes: what one of them says is not how it stands. One that has just started calls every
 * phone unavailable that is registered elsewhere.
 */
export const followPhones =
  (telephony: () => Pick<Telephony, 'phoneState'> | null, presence: () => Pick<Presence, 'deviceState'>) =>
  ({ phone, state }: DeviceFact): Promise<void> => {
    const overall = telephony()?.phoneState(phone) ?? 'unknown'
    return presence().deviceState(phone, overall === 'unknown' ? state : overall)
  }

/** Call facts that lay in the spool while PostgreSQL was away. */
export const replayCalls = (durable: Durable, contacts: Pick<Contacts, 'calls'>): void =>
  durable.handle(callRecordKind, async (events) => {
    for (const event of events) await contacts.calls.handle(event as CallEvent)
  })
