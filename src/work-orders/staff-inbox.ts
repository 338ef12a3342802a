import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import type { Db, Tx } from '../db/pool.ts'
import { formatInstant } from '../statutes/calendar.ts'
import * as store from './staff-inbox-store.ts'
import type { StaffNoticeView } from './staff-inbox-contract.ts'
import { scopeOf, type Viewer } from './visibility.ts'

/** Notices to people of staff: written in the transaction of their event, read by whoever wears the role. */
export function createStaffInbox({ db, clock }: { db: Db; clock: Clock }) {
  return {
    tell: (tx: Tx, told: store.StaffTold): Promise<void> =>
      store.insertStaffNotice(tx, { ...told, id: newId(), at: clock() }),

    async list(
      query: { unnoted: boolean; before?: { at: string; id: string }; limit: number },
      viewer: Viewer,
    ): Promise<{ items: StaffNoticeView[]; next: { at: Date; id: string } | null }> {
      const { roles } = viewer
      const rows = await store.listStaffNotices(
        db,
        { ...query, roles, limit: query.limit + 1 },
        scopeOf(viewer),
      )
      const items = rows.slice(0, query.limit)
      const last = rows.length > query.limit ? items.at(-1) : undefined
      return {
        items: items.map((n) => ({
          ...n,
          at: formatInstant(n.at),
          notedAt: n.notedAt && formatInstant(n.notedAt),
        })),
        next: last ? { at: last.at, id: last.id } : null,
      }
    },

    /** @throws Problem 404, also for a notice to another role */
    async note(id: string, viewer: Viewer): Promise<void> {
      const by = { id: viewer.actor.id, roles: viewer.roles, at: clock() }
      if (!(await store.noteStaffNotice(db, id, by, scopeOf(viewer))))
        throw problem(404, 'unknownNotice', '没有这条通知', '请刷新后重新选择。')
    },
  }
}

export type StaffInbox = ReturnType<typeof createStaffInbox>
