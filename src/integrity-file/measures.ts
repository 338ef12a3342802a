import type { Actor } from '../base/actor.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Decision, NewMeasure } from './contract.ts'
import { judgeDecider, judgeMeasure, numberHandling } from './decide.ts'
import { notFound, toProblem, type IntegrityParts, type Keeping } from './keeping.ts'
import * as store from './store.ts'

/** What is done with a telephone number after the study (丹东 第二十条): for a time, lifted on objection. */
export function createMeasures(parts: IntegrityParts, { note, personOf, end }: Keeping) {
  const { db, pii, clock, statute, requesters } = parts

  return {
    /** Proposes what is done with a number after the study. @throws Problem 409 notInThisStatute, 422 */
    async proposeMeasure(body: NewMeasure, actor: Actor): Promise<{ id: string }> {
      const said = storable(body)
      const allowed = numberHandling(statute)
      if ('code' in allowed) throw toProblem(allowed)
      return db.tx(async (tx) => {
        const person = await personOf(tx, said.requesterId)
        const named = (await store.entriesOf(tx, person)).filter(
          (e) => e.state === 'inForce' && said.entries.includes(e.id),
        )
        const profile = await requesters.profile(said.requesterId, tx)
        const hasTelephone = profile?.links.some((l) => l.kind === 'phone') ?? false
        const at = clock()
        const judged = judgeMeasure(said, named, hasTelephone, { cite: allowed.cite, now: at })
        if ('code' in judged) throw toProblem(judged)
        const id = newId()
        await store.insertMeasure(
          tx,
          {
            id,
            requesterId: said.requesterId,
            statute: statute.slug,
            cite: allowed.cite,
            scope: said.scope,
            study: pii.seal(said.study),
            participants: said.participants.map((name) => name.trim()).filter((name) => name !== ''),
            document: said.document.trim(),
            entries: named.map((e) => e.id),
            expiresAt: judged.until,
          },
          { actor, at },
        )
        await note(tx, actor, 'integrityChanged', said.requesterId, { measure: id })
        return { id }
      })
    },

    /** @throws Problem 403 ownRecord, 404, 409 decidedBefore */
    async decideMeasure(id: string, { approved, reason }: Decision, actor: Actor): Promise<void> {
      await db.tx(async (tx) => {
        const measure = await store.lockMeasure(tx, id)
        if (!measure) throw notFound()
        const refused = judgeDecider(measure, actor)
        if (refused) throw toProblem(refused)
        const at = clock()
        const { requesterId, expiresAt } = measure
        const cite = measure.cite ?? ''
        const person = await personOf(tx, requesterId)
        const evidence = (await store.entriesOf(tx, person)).filter((e) => measure.entries.includes(e.id))
        const evidenceContactId = evidence.find((e) => e.contactId !== null)?.contactId ?? null
        const markId = approved
          ? // The one reason that the queue reads: served last, never dropped, an emergency first all the same.
            await requesters.mark(tx, { requesterId, reason: 'harassment', evidenceContactId, cite, actor })
          : null
        const state = approved ? 'inForce' : 'rejected'
        const decision = storable(reason)
        await store.settle(
          tx,
          'integrity_measures',
          id,
          { state, decision, markId, expiresAt },
          { actor, at },
        )
        if (approved && evidenceContactId) await parts.tellMeasure(tx, evidenceContactId, id, expiresAt, cite)
        await note(tx, actor, 'integrityChanged', requesterId, { measure: id, state })
      })
    },

    /** Ends a measure before its time. @throws Problem 404, 409 notInForce */
    async liftMeasure(id: string, reason: string, actor: Actor): Promise<void> {
      await db.tx(async (tx) => {
        const measure = await store.lockMeasure(tx, id)
        if (!measure) throw notFound()
        if (measure.state !== 'inForce')
          throw problem(409, 'notInForce', '处置没有生效或者已经结束', '请刷新后查看。')
        await end(tx, 'integrity_measures', measure, storable(reason), actor)
        await note(tx, actor, 'integrityChanged', measure.requesterId, { measure: id, state: 'withdrawn' })
      })
    },
  }
}
