import type { Tx } from '../../db/pool.ts'
import { prepared } from '../../db/prepared.ts'
import type { Carrier, DeliveryReport } from './report.ts'

/** SQL of `outgoing_reports`. */

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Keeps reports, each once. */
export async function keepReports(tx: Tx, reports: DeliveryReport[]): Promise<void> {
  const unique = [...new Map(reports.map((r) => [`${r.via}|${r.key}`, r])).values()]
  const column = (pick: (r: DeliveryReport) => string | null): (string | null)[] => unique.map(pick)
  await tx.query(
    `insert into outgoing_reports (via, key, own_id, provider_message_id, state, code, at)
     select * from unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
     on conflict (via, key) do nothing`,
    [
      column((r) => r.via),
      column((r) => r.key),
      column((r) => (r.ownId && uuid.test(r.ownId) ? r.ownId : null)),
      column((r) => r.providerMessageId),
      column((r) => r.state),
      column((r) => r.code),
      column((r) => r.at),
    ],
  )
}

export type OpenReport = {
  via: Carrier
  key: string
  messageId: string
  state: DeliveryReport['state']
  code: string
}

/** Reports whose message is known and not on its way any more. */
export function openReports(tx: Tx, messageId: string | null = null): Promise<OpenReport[]> {
  return tx.query<OpenReport>(
    prepared(`select r.via, r.key, m.id as "messageId", r.state, r.code
     from outgoing_reports r
     join outgoing_messages m on m.via = r.via
       and (m.id = r.own_id or m.provider_message_id = r.provider_message_id)
     where not r.applied and m.state not in ('queued', 'sending') and ($1::uuid is null or m.id = $1)
     order by r.stored_at, r.key
     limit 1000
     for update of m`),
    [messageId],
  )
}

export async function markApplied(
  tx: Tx,
  reports: readonly Pick<OpenReport, 'via' | 'key'>[],
): Promise<void> {
  await tx.query(
    `update outgoing_reports r set applied = true
     from unnest($1::text[], $2::text[]) as t(via, key) where r.via = t.via and r.key = t.key`,
    [reports.map((r) => r.via), reports.map((r) => r.key)],
  )
}

/** Reports are needed for the dedupe while a carrier may repeat them; one that fits no message, for a week. */
export async function forgetOldReports(tx: Tx): Promise<void> {
  await tx.query(
    `delete from outgoing_reports
     where stored_at < clock_timestamp() - (case when applied then interval '30 days' else interval '7 days' end)`,
  )
}
