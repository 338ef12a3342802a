import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Db } from '../../db/pool.ts'
import type { Statute } from '../../statutes/statute.ts'
import { firstAsked } from '../decide/direct.ts'
import type { JoinUnit } from './ports.ts'
import * as store from './store.ts'

/**
 * Other departments help the first asked (丹东 第十条第三项): they are joined to its order after the commit, by whoever comes
 * first; a crash in between leaves them to the sweep.
 */
export function createJoining(parts: { db: Db; clock: Clock; log: Log; statute: Statute; join: JoinUnit }) {
  const { db, clock, log, statute } = parts

  /** Right after the commit, so that the other units need not wait for the sweep, which does what fails here. */
  async function joinOthers(id: string): Promise<void> {
    const d = await store.findDirect(db, id)
    if (!d?.joining) return
    await joinAll().catch((error: unknown) =>
      log.warn({ direct: id, err: String(error) }, 'units of a direct contact are joined by the sweep'),
    )
  }

  async function joinAll(): Promise<void> {
    let after: string | null = null
    for (;;) {
      const seen: string | null = await db.tx(async (tx) => {
        const d = await store.claimJoining(tx, after)
        if (!d) return null
        for (const unit of d.otherUnits) {
          const answer = await parts.join(d.orderNumber!, unit, { id: d.registeredBy })
          const by = { id: d.registeredBy, role: d.registeredRole }
          const data = answer === 'joined' ? { unit } : { unit, refused: answer.refused }
          const type = answer === 'joined' ? 'unitJoined' : 'unitNotJoined'
          await store.addEvent(tx, d.id, { type, at: clock(), by, cite: firstAsked(statute).cite, data })
        }
        await store.joined(tx, d.id)
        return d.id
      })
      if (seen === null) return
      after = seen
    }
  }

  return { joinOthers, joinAll }
}
