import { system } from '../base/actor.ts'
import { newId } from '../base/ids.ts'
import type { Tx } from '../db/pool.ts'
import { dutyToAnalyse } from './decide/duty.ts'
import { lastYear, recentDays } from './decide/period.ts'
import { lookBackDays, mostlyIn, ordersOf, still, topicsNow } from './decide/topics.ts'
import { titleOf, type Looking } from './looking.ts'
import type { Topic } from './model.ts'
import type { AnalysisParts } from './ports.ts'
import * as store from './warning-store.ts'

/** How often the whole window is looked at; what was raised meanwhile is not lost, only seen later. */
const everyMs = 10 * 60_000

/** Finds what deserves a warning, and warnings that nobody has taken notice of. */
export function createWatch(parts: AnalysisParts, looking: Looking) {
  const { db, clock, statute, figures, alert } = parts
  const { cite, localPolicy, says } = dutyToAnalyse(statute)
  const by = system('analysis')
  let lookedAt = -Infinity

  async function look(now: Date): Promise<number> {
    const back = lookBackDays(statute)
    const seen = await figures.snapshot(async (reader) => {
      const { raises } = await looking.raisesIn(reader, recentDays(now, back.all + 1), now)
      const longer = recentDays(now, back.againstUnits + 1)
      const against = await looking.raisesIn(reader, longer, now, 'againstUnits')
      const topics = topicsNow(raises, statute, now, against.raises)
      const before = topics.some((t) => t.subject !== null)
        ? await looking.countsIn(reader, lastYear(recentDays(now, 7)), now)
        : null
      return { topics, before, units: await reader.unitNames() }
    })
    if (seen.topics.length === 0) return 0
    return db.tx(async (tx) => {
      const keys = seen.topics.map((t) => t.key)
      const closed = await store.lastClosed(tx, statute.slug, keys)
      const open = await store.openWarnings(tx, statute.slug)
      let opened = 0
      for (const topic of seen.topics) {
        const current = still(topic, closed.get(topic.key) ?? null)
        if (current === null) continue
        // The words of a growing topic change; its orders stay the same.
        const same = open.find(
          (w) =>
            w.key === topic.key ||
            (w.kind === 'sharedWords' &&
              topic.kind === 'sharedWords' &&
              mostlyIn(w.orderIds, ordersOf(topic))),
        )
        if (same) await store.growWarning(tx, statute.slug, same.key, topic.requesters, ordersOf(topic))
        else if (await openOne(tx, current)) opened++
      }
      return opened
    })

    async function openOne(tx: Tx, topic: Topic): Promise<boolean> {
      const id = newId()
      const { key, kind, risk, subject, place, unit, requesters, threshold } = topic
      const fresh = await store.insertWarning(tx, {
        id,
        statute: statute.slug,
        kind,
        key,
        risk,
        subject,
        place,
        unit,
        title: titleOf(topic, { statute, units: seen.units }),
        reason: null,
        found: {
          requesters,
          threshold,
          lastYear: subject === null ? null : (seen.before?.get(subject) ?? 0),
        },
        orderIds: ordersOf(topic),
        cite,
        localPolicy,
        says,
        openedAt: now,
        openedBy: by.id,
        openedRole: by.role,
      })
      // Another gateway may have been first.
      if (fresh) await alert(tx, { type: 'warningOpened', warning: id, kind })
      return fresh
    }
  }

  return {
    /** @returns how many warnings were opened, and how many were found unnoticed */
    async sweep(): Promise<{ opened: number; unnoticed: number }> {
      const now = clock()
      const unnoticed = await db.tx(async (tx) => {
        const missed = await store.claimMissed(tx, now, 50)
        for (const { id, warningId, unit } of missed)
          await alert(tx, { type: 'warningNotAcknowledged', warning: warningId, sending: id, unit })
        return missed.length
      })
      if (now.getTime() - lookedAt < everyMs) return { opened: 0, unnoticed }
      lookedAt = now.getTime()
      return { opened: await look(now), unnoticed }
    },
  }
}
