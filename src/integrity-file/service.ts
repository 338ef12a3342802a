import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'
import { createCorrections } from './corrections.ts'
import { basisOf } from './decide.ts'
import { createEntries } from './entries.ts'
import { createKeeping, type IntegrityParts } from './keeping.ts'
import { createMeasures } from './measures.ts'
import type { Correction, Entry, Measure } from './model.ts'
import * as store from './store.ts'
import { correctionView, entryView, measureView } from './view.ts'

export type IntegrityFile = ReturnType<typeof createIntegrityFile>

/** The integrity file. What is in force shows as a flag; only a measure reaches the queue, and never an emergency. */
export function createIntegrityFile(parts: IntegrityParts) {
  const { db, pii, clock, statute, requesters } = parts
  const keeping = createKeeping(parts)
  const { note, personOf, hisContact } = keeping

  const opened = <T extends Entry | Measure>(r: T): T =>
    'what' in r ? { ...r, what: pii.open(r.what) } : { ...r, study: pii.open(r.study) }
  const openedCorrection = (c: Correction): Correction => ({ ...c, request: pii.open(c.request) })

  async function fileOf(tx: Tx, requesterId: string) {
    const person = await personOf(tx, requesterId)
    return {
      basis: basisOf(statute),
      entries: (await store.entriesOf(tx, person)).map((e) => entryView(opened(e), statute)),
      measures: (await store.measuresOf(tx, person)).map((m) => measureView(opened(m))),
      corrections: (await store.correctionsOf(tx, person)).map((c) => correctionView(openedCorrection(c))),
    }
  }

  return {
    ...createEntries(parts, keeping),
    ...createMeasures(parts, keeping),
    ...createCorrections(parts, keeping),

    /** The whole file of one person, with the look on the ledger. @throws Problem 404 */
    async file(requesterId: string, actor: Actor) {
      return db.tx(async (tx) => {
        const file = await fileOf(tx, requesterId)
        await note(tx, actor, 'integrityViewed', requesterId)
        return file
      })
    },

    /** What the requester is given when he asks for it himself. @throws Problem 404, 422 notHisContact */
    async disclose(requesterId: string, contactId: string, actor: Actor) {
      return db.tx(async (tx) => {
        await hisContact(tx, contactId, await personOf(tx, requesterId))
        const { basis, entries, measures, corrections } = await fileOf(tx, requesterId)
        await note(tx, actor, 'integrityDisclosed', requesterId, { contact: contactId })
        const { correction } = statute.topics.integrityFile
        return {
          basis,
          correction: `${correction.says}。可以来电申请更正，由没有参与过的人员决定。`,
          entries: entries.map(({ madeBy: _m, decidedBy: _d, ...own }) => own),
          measures: measures.map(
            ({ madeBy: _m, decidedBy: _d, participants: _p, entries: _e, ...own }) => own,
          ),
          corrections: corrections.map(({ contactId: _c, askedBy: _a, ...own }) => own),
        }
      })
    },

    /** For agents: that there is something, and nothing of what. */
    async flag(requesterId: string): Promise<boolean> {
      return (await requesters.profile(requesterId))?.integrityFlag ?? false
    },

    /** What waits for a second person. */
    async waiting(limit = 100) {
      const [entries, measures, corrections] = [
        await store.proposedEntries(db, limit),
        await store.proposedMeasures(db, limit),
        await store.openCorrections(db, limit),
      ]
      return {
        entries: entries.map((e) => entryView(opened(e), statute)),
        measures: measures.map((m) => measureView(opened(m))),
        corrections: corrections.map((c) => correctionView(openedCorrection(c))),
      }
    },

    /** Ends what has run out; its flag goes with it. @returns how many */
    async sweep(limit = 200): Promise<number> {
      const now = clock()
      return db.tx(async (tx) => {
        let ended = 0
        for (const table of ['integrity_entries', 'integrity_measures'] as const)
          for (const { markId } of await store.claimExpired(tx, table, now, limit)) {
            if (markId) await requesters.unmark(tx, markId, now)
            ended++
          }
        return ended
      })
    },
  }
}
