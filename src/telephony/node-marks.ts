import type { Log } from '../base/log.ts'
import type { Db } from '../db/pool.ts'

/**
 * What must outlive the gateway about a node: which boot of it was seen last, and up to when its events are in the
 * ledger (Asterisk's clock). Written by the owner alone.
 */
export type NodeMark = { boot: string; seenThrough: Date }

export type NodeMarks = {
  read(node: string): Promise<NodeMark | null>
  write(node: string, mark: NodeMark, epoch: number): Promise<void>
  /** Nodes that no gateway owns now, by the clock of the database. */
  away(): Promise<string[]>
}

export function createNodeMarks(db: Db, log: Log): NodeMarks {
  return {
    async read(node) {
      const [row] = await db.query<{ boot: string; seen_through: Date }>(
        `select boot, seen_through from telephony_nodes where node = $1`,
        [node],
      )
      return row ? { boot: row.boot, seenThrough: row.seen_through } : null
    },
    async away() {
      const rows = await db.query<{ node: string }>(
        `select n.node from telephony_nodes n join leases l on l.name = 'asterisk:' || n.node
         where l.expires_at < clock_timestamp()`,
      )
      return rows.map((row) => row.node)
    },
    async write(node, mark, epoch) {
      // An owner that was paused and wakes must not overwrite what his successor wrote.
      const rows = await db.query(
        `insert into telephony_nodes as n (node, boot, seen_through, epoch) values ($1, $2, $3, $4)
         on conflict (node) do update
           set boot = excluded.boot, seen_through = excluded.seen_through, epoch = excluded.epoch
           where n.epoch <= excluded.epoch
         returning node`,
        [node, mark.boot, mark.seenThrough, epoch],
      )
      if (rows.length === 0)
        log.warn({ node, epoch }, 'mark of a node not written, a newer owner has written it')
    },
  }
}
