import type { Actor } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import type { Pii } from '../base/pii.ts'
import { problem, type Problem } from '../base/problem.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Requesters } from '../requesters/service.ts'
import type { Access } from '../staff/ledger.ts'
import type { Statute } from '../statutes/statute.ts'
import type { Refused } from './decide.ts'
import type { Entry, Measure } from './model.ts'
import * as store from './store.ts'

export type IntegrityParts = {
  db: Db
  pii: Pii
  clock: Clock
  statute: Statute
  requesters: Pick<Requesters, 'samePerson' | 'profile' | 'mark' | 'unmark'>
  orderOf: (
    tx: Tx,
    number: string,
  ) => Promise<{ id: string; requesterId: string; confidential: string } | null>
  contactOf: (tx: Tx, id: string) => Promise<{ requesterId: string; callId: string | null } | null>
  recordings: {
    isOfCall(callId: string, recordingId: string): Promise<boolean>
    /** Evidence is kept beyond its time; null lets it go. */
    keepFor(recordingId: string, reason: string | null): Promise<void>
  }
  /** Tells the requester that his number is handled otherwise, until when, and how to object. */
  tellMeasure: (tx: Tx, contactId: string, measureId: string, until: Date, cite: string) => Promise<void>
  record: (tx: Tx, entry: Access) => Promise<void>
}

/** What entries, measures and corrections share: whose file it is, its ledger, and the end of what was in force. */
export function createKeeping(parts: IntegrityParts) {
  const { clock, requesters } = parts

  return {
    note: (tx: Tx, actor: Actor, action: Access['action'], requesterId: string, data = {}): Promise<void> =>
      parts.record(tx, {
        actor,
        action,
        subject: { kind: 'integrityFile', id: requesterId },
        requesterId,
        data,
      }),

    /** Everybody who is the same person. @throws Problem 404 */
    async personOf(tx: Tx, requesterId: string): Promise<string[]> {
      const person = await requesters.samePerson(requesterId, tx)
      if (person.length === 0)
        throw problem(404, 'unknownRequester', '没有这名诉求人', '请从联络或者办理单中打开。')
      return person
    },

    /** Looking and correcting are the requester's own: he asks in a contact of his. @throws Problem 422 */
    async hisContact(tx: Tx, contactId: string, person: readonly string[]): Promise<void> {
      const contact = await parts.contactOf(tx, contactId)
      if (!contact || !person.includes(contact.requesterId))
        throw problem(
          422,
          'notHisContact',
          '这次联络不是该诉求人的',
          '查阅和更正应当由本人提出，请选择本人提出申请的那次联络。',
        )
    },

    async end(
      tx: Tx,
      table: store.RecordTable,
      record: Entry | Measure,
      because: string,
      actor: Actor,
    ): Promise<void> {
      const at = clock()
      await store.endRecord(tx, table, record.id, { state: 'withdrawn', because, by: actor.id, at })
      if (record.markId) await requesters.unmark(tx, record.markId, at)
    },
  }
}

export type Keeping = ReturnType<typeof createKeeping>

export const notFound = (): Problem =>
  problem(404, 'unknownRecord', '没有这条记录', '它可能已被更正，请刷新后查看。')

export const toProblem = ({ status, code, title, detail, cite }: Refused): Problem =>
  problem(status, code, title, detail, cite ? { cite } : {})
