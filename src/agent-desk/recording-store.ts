import type { Db } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'

/** When recordings were suspended, by whom and for how long. */
export type RecordingSuspensions = {
  suspended(contactId: string): Promise<boolean>
  set(contactId: string, agentId: string, suspended: boolean): Promise<void>
}

export const createRecordingSuspensions = (db: Db): RecordingSuspensions => ({
  async suspended(contactId) {
    const rows = await db.query(
      prepared(`select 1 from recording_suspensions where contact_id = $1 and to_at is null`),
      [contactId],
    )
    return rows.length > 0
  },
  async set(contactId, agentId, suspended) {
    if (suspended)
      await db.query(
        `insert into recording_suspensions (contact_id, agent_id) values ($1, $2)
         on conflict (contact_id) where to_at is null do nothing`,
        [contactId, agentId],
      )
    else
      await db.query(
        `update recording_suspensions set to_at = clock_timestamp() where contact_id = $1 and to_at is null`,
        [contactId],
      )
  },
})
