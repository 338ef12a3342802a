import type { Log } from '../base/log.ts'
import type { SignedIn } from '../staff/model.ts'
import type { Revocation, Revocations } from '../staff/revocations.ts'
import type { Sessions } from '../staff/sessions.ts'
import { repeat } from './timing.ts'

/** An open socket that lives only as long as the session it was opened with. */
export type SessionSocket = {
  staff: Pick<SignedIn, 'id' | 'sessionHash'>
  /** The session is over: close, and do what belongs to it. */
  end(): void
}

export type SessionSockets = {
  add(socket: SessionSocket): void
  remove(socket: SessionSocket): void
  stop(): void
}

/** Of a revocation, whether it ends this session. */
export const isEndedBy = (staff: SessionSocket['staff'], r: Revocation): boolean =>
  r.staffId === staff.id &&
  (r.sessionHash === undefined || r.sessionHash === staff.sessionHash) &&
  r.keep !== staff.sessionHash

/** Ten thousand in one statement would hold up the event loop while it is written and read. */
const askedAtOnce = 500

/**
 * Closes sockets whose session ended: at once when the revocation arrives, and by asking PostgreSQL every few seconds,
 * which also finds sessions that ran out and news that got lost.
 */
export function createSessionSockets(
  sessions: Pick<Sessions, 'alive'>,
  revocations: Pick<Revocations, 'onRevoked'>,
  checkMs: number,
  log: Log,
): SessionSockets {
  const sockets = new Set<SessionSocket>()

  revocations.onRevoked((revocation) => {
    for (const socket of [...sockets]) if (isEndedBy(socket.staff, revocation)) socket.end()
  })

  const checking = repeat(checkMs, async () => {
    const asked = [...sockets]
    if (asked.length === 0) return
    try {
      for (let from = 0; from < asked.length; from += askedAtOnce) {
        const some = asked.slice(from, from + askedAtOnce)
        const alive = await sessions.alive([...new Set(some.map((s) => s.staff.sessionHash))])
        for (const socket of some) if (!alive.has(socket.staff.sessionHash)) socket.end()
      }
    } catch (error) {
      // Without the database nobody can be judged; the check comes again.
      log.warn({ err: (error as Error).name }, 'sessions of open sockets not checked')
    }
  })

  return {
    add: (socket) => void sockets.add(socket),
    remove: (socket) => void sockets.delete(socket),
    stop: () => checking.stop(),
  }
}
