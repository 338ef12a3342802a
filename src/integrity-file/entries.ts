import type { Actor } from '../base/actor.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Tx } from '../db/pool.ts'
import { citesOf } from '../statutes/types.ts'
import type { Decision, NewEntry } from './contract.ts'
import { entryExpires, judgeDecider, judgeEntry } from './decide.ts'
import { notFound, toProblem, type IntegrityParts, type Keeping } from './keeping.ts'
import { proposalDays, type Evidence } from './model.ts'
import * as store from './store.ts'

/** Entries: proposed with evidence by whoever met the conduct, in force when a second person confirmed them. */
export function createEntries(parts: IntegrityParts, { note, personOf }: Keeping) {
  const { db, pii, clock, statute, requesters, recordings } = parts

  /** What was named as evidence and is this requester's. @throws Problem 422 for what is not his */
  async function evidenceOf(
    tx: Tx,
    said: NewEntry,
    person: readonly string[],
    actor: Actor,
  ): Promise<Evidence> {
    const order = said.orderNumber === undefined ? null : await parts.orderOf(tx, said.orderNumber)
    // Whether a tip-off is his is no answer for anybody but the confidential desk.
    const hidden = order?.confidential === 'tipOff' && actor.role !== 'confidentialDesk'
    const ownOrder = order && !hidden && person.includes(order.requesterId) ? order : null
    const contact = said.contactId === undefined ? null : await parts.contactOf(tx, said.contactId)
    const ownContact = contact && person.includes(contact.requesterId) ? contact : null
    const { callId } = ownContact ?? { callId: null }
    const recorded =
      said.recordingId !== undefined &&
      callId !== null &&
      (await recordings.isOfCall(callId, said.recordingId))
    if (
      (said.orderNumber !== undefined && !ownOrder) ||
      (said.contactId !== undefined && !ownContact) ||
      (said.recordingId !== undefined && !recorded)
    )
      throw problem(
        422,
        'evidenceUnknown',
        '证据不是这名诉求人的',
        '请核对办理单编号、联络和录音；录音应当属于所填的联络。',
      )
    return {
      orderId: ownOrder?.id ?? null,
      contactId: ownContact ? said.contactId! : null,
      recordingId: recorded ? said.recordingId! : null,
    }
  }

  return {
    /** Proposes an entry. @throws Problem 404, 422 groundUnknown | evidenceMissing | evidenceUnknown */
    async propose(body: NewEntry, actor: Actor): Promise<{ id: string }> {
      const said = storable(body)
      return db.tx(async (tx) => {
        const person = await personOf(tx, said.requesterId)
        const evidence = await evidenceOf(tx, said, person, actor)
        const refused = judgeEntry(said, evidence, statute)
        if (refused) throw toProblem(refused)
        const at = clock()
        const id = newId()
        await store.insertEntry(
          tx,
          {
            id,
            requesterId: said.requesterId,
            statute: statute.slug,
            ground: said.ground,
            cite: citesOf(statute.topics.conduct.grounds),
            what: pii.seal(said.what),
            expiresAt: new Date(at.getTime() + proposalDays * 86_400_000),
            ...evidence,
          },
          { actor, at },
        )
        await note(tx, actor, 'integrityChanged', said.requesterId, { entry: id, ground: said.ground })
        return { id }
      })
    },

    /** The second person. @throws Problem 403 ownRecord, 404, 409 decidedBefore */
    async decideEntry(id: string, { approved, reason }: Decision, actor: Actor): Promise<void> {
      const kept = await db.tx(async (tx) => {
        const entry = await store.lockEntry(tx, id)
        if (!entry) throw notFound()
        const refused = judgeDecider(entry, actor)
        if (refused) throw toProblem(refused)
        const at = clock()
        const { requesterId, contactId: evidenceContactId } = entry
        const markId = approved
          ? await requesters.mark(tx, {
              requesterId,
              reason: 'entry',
              evidenceContactId,
              cite: entry.cite ?? '',
              actor,
            })
          : null
        const expiresAt = approved ? entryExpires(at) : entry.expiresAt
        const state = approved ? 'inForce' : 'rejected'
        const decision = storable(reason)
        await store.settle(tx, 'integrity_entries', id, { state, decision, markId, expiresAt }, { actor, at })
        await note(tx, actor, 'integrityChanged', requesterId, { entry: id, state })
        return approved ? entry.recordingId : null
      })
      if (kept) await recordings.keepFor(kept, 'integrity file')
    },
  }
}
