import type { Readable } from 'node:stream'
import type { Role } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Db } from '../db/pool.ts'
import { formatInstant } from '../statutes/calendar.ts'
import { contactsOfCalls } from './call-store.ts'
import type { RecordingView } from './file-contract.ts'
import type { Reading, Seen } from './reading.ts'
import * as store from './recording-store.ts'
import type { Viewer } from './visibility.ts'

/** A recording of one of the order's calls, as telephony keeps it. */
export type CallRecording = {
  id: string
  contactId: string
  kind: string
  bytes: number
  sha256: string
  storedAt: Date
}
export type CallRecordings = {
  ofContacts(contactIds: readonly string[]): Promise<CallRecording[]>
  /** WAV, decrypted; null: not there any more. */
  open(id: string): Promise<Readable | null>
}

export type RecordingParts = {
  db: Db
  clock: Clock
  reading: Pick<Reading, 'visible' | 'knowing' | 'looking'>
  /** Absent: no telephony here. */
  recordings?: CallRecordings
}

/** Who may let somebody else hear recordings, and for how long; local policy. */
const approvers: readonly Role[] = ['centreLeader', 'confidentialDesk']
const approvedMs = 7 * 86_400_000

/**
 * Recordings of an order's calls. A voice is identity: only the confidential desk and whoever re-evaluates this order hear
 * it, others by approval of somebody else, and every listening is on the ledger.
 */
export function createOrderRecordings({ db, clock, reading, recordings }: RecordingParts) {
  async function heardBy(number: string, given: Viewer): Promise<{ seen: Seen; viewer: Viewer }> {
    const known = await reading.knowing(given)
    const { row } = await reading.visible(db, number, known)
    const approved = await store.isApproved(db, row.id, known.actor.id, clock())
    const viewer = { ...known, mayHear: approved ? [row.id] : [] }
    const seen = await reading.visible(db, number, viewer)
    const { sight, cite } = seen.insight.sights.recording
    if (sight !== 'full')
      throw problem(
        403,
        'recordingNotYours',
        '您不能听取这张办理单的录音',
        '确因督办需要的，请由中心负责人批准（本地规定）。',
        cite ? { cite } : {},
      )
    return { seen, viewer }
  }

  /** Of the contacts that raised it, and of the calls by which its requester was reached. */
  const ofOrder = async ({ id, contactIds }: Seen['row']): Promise<CallRecording[]> =>
    (await recordings?.ofContacts([...contactIds, ...(await contactsOfCalls(db, id))])) ?? []

  return {
    /** @throws Problem 403 | 404 */
    async list(number: string, given: Viewer): Promise<RecordingView[]> {
      const { seen } = await heardBy(number, given)
      const found = await ofOrder(seen.row)
      return found.map((r) => ({ ...r, storedAt: formatInstant(r.storedAt) }))
    },

    /** WAV; on the ledger before the first byte. @throws Problem 403 | 404 */
    async open(number: string, id: string, given: Viewer): Promise<Readable> {
      const { seen, viewer } = await heardBy(number, given)
      const found = await ofOrder(seen.row)
      const sound = found.some((r) => r.id === id) ? await recordings!.open(id) : null
      if (!sound) throw problem(404, 'unknownRecording', '没有这段录音', '它可能已过保存期限，请刷新后查看。')
      await reading.looking.looked(
        db,
        viewer,
        'playback',
        { order: seen.row, sights: seen.insight.sights },
        { only: ['recording'], data: { recording: id } },
      )
      return sound
    },

    /** Lets a person hear the recordings of this one order for some days. @throws Problem 403 | 404 */
    async approve(
      number: string,
      { staff, reason }: { staff: string; reason: string },
      viewer: Viewer,
    ): Promise<{ until: string }> {
      const { row, insight } = await reading.visible(db, number, viewer)
      if (!viewer.roles.some((role) => approvers.includes(role)))
        throw problem(403, 'roleMissing', '没有权限', '请由中心负责人或者保密席批准。')
      if (staff === viewer.actor.id)
        throw problem(403, 'ownApproval', '不能批准自己', '请由另一位中心负责人或者保密席批准。')
      const at = clock()
      const until = new Date(at.getTime() + approvedMs)
      await db.tx(async (tx) => {
        await store.insertApproval(tx, {
          id: newId(),
          orderId: row.id,
          staffId: staff,
          reason: storable(reason),
          by: viewer.actor,
          at,
          until,
        })
        await reading.looking.looked(
          tx,
          viewer,
          'playbackApproved',
          { order: row, sights: insight.sights },
          { only: [], reason: storable(reason), data: { for: staff } },
        )
      })
      return { until: formatInstant(until) }
    },
  }
}

export type OrderRecordings = ReturnType<typeof createOrderRecordings>
