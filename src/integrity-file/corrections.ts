import type { Actor } from '../base/actor.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Tx } from '../db/pool.ts'
import type { Decision, NewCorrection } from './contract.ts'
import { judgeCorrection } from './decide.ts'
import { notFound, toProblem, type IntegrityParts, type Keeping } from './keeping.ts'
import type { Correction, Entry, Measure } from './model.ts'
import * as store from './store.ts'

/** What the requester asks to have put right: asked for through an agent, decided by somebody who had no part in it. */
export function createCorrections(parts: IntegrityParts, { note, personOf, hisContact, end }: Keeping) {
  const { db, pii, clock, recordings } = parts

  const letGo = async (entries: readonly Entry[]): Promise<void> => {
    for (const { recordingId } of entries) if (recordingId) await recordings.keepFor(recordingId, null)
  }

  /** The records that a correction is about, locked. */
  async function disputedBy(tx: Tx, c: Correction): Promise<{ entries: Entry[]; measures: Measure[] }> {
    const person = await personOf(tx, c.requesterId)
    const live = (r: Entry | Measure): boolean => r.state === 'proposed' || r.state === 'inForce'
    const all = c.entryId === null && c.measureId === null
    const entries = (await store.entriesOf(tx, person)).filter((e) => live(e) && (all || e.id === c.entryId))
    const measures = (await store.measuresOf(tx, person)).filter(
      (m) => live(m) && (all || m.id === c.measureId),
    )
    const lockedEntries: Entry[] = []
    for (const { id } of entries) lockedEntries.push((await store.lockEntry(tx, id))!)
    const lockedMeasures: Measure[] = []
    for (const { id } of measures) lockedMeasures.push((await store.lockMeasure(tx, id))!)
    return { entries: lockedEntries.filter(live), measures: lockedMeasures.filter(live) }
  }

  return {
    /** The requester asks, in a contact of his own, to have his file put right. @throws Problem 404, 409, 422 */
    async askCorrection(requesterId: string, body: NewCorrection, actor: Actor): Promise<{ id: string }> {
      const said = storable(body)
      return db.tx(async (tx) => {
        const person = await personOf(tx, requesterId)
        await hisContact(tx, said.contactId, person)
        if (said.entryId !== undefined && said.measureId !== undefined)
          throw problem(422, 'oneRecord', '一次只能更正一条记录', '请只选择一条记录，或者都不选择。')
        const correction = {
          id: newId(),
          requesterId,
          entryId: said.entryId ?? null,
          measureId: said.measureId ?? null,
          contactId: said.contactId,
          request: pii.seal(said.request),
        }
        const ids = [
          ...(await store.entriesOf(tx, person)).map((e) => e.id),
          ...(await store.measuresOf(tx, person)).map((m) => m.id),
        ]
        const named = said.entryId ?? said.measureId
        if (named !== undefined && !ids.includes(named))
          throw problem(422, 'recordUnknown', '没有这条记录', '不清楚是哪一条的，请不要填写，由保密席核对。')
        await store.insertCorrection(tx, correction, { actor, at: clock() })
        await note(tx, actor, 'integrityChanged', requesterId, { correction: correction.id })
        return { id: correction.id }
      })
    },

    /** By somebody who had no part in it. @throws Problem 403 notIndependent, 404, 409 decidedBefore */
    async decideCorrection(id: string, { approved, reason }: Decision, actor: Actor): Promise<void> {
      const ended = await db.tx(async (tx) => {
        const correction = await store.lockCorrection(tx, id)
        if (!correction) throw notFound()
        const { entries, measures } = await disputedBy(tx, correction)
        const refused = judgeCorrection(correction, [...entries, ...measures], actor)
        if (refused) throw toProblem(refused)
        const decided = { granted: approved, reason: storable(reason), by: actor.id, at: clock() }
        await store.decideCorrection(tx, id, decided)
        if (approved) {
          for (const entry of entries) await end(tx, 'integrity_entries', entry, 'correction', actor)
          for (const measure of measures) await end(tx, 'integrity_measures', measure, 'correction', actor)
        }
        await note(tx, actor, 'integrityChanged', correction.requesterId, { correction: id, approved })
        return approved ? entries : []
      })
      await letGo(ended)
    },
  }
}
