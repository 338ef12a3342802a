import type { Redis } from 'ioredis'
import type { Log } from '../base/log.ts'

/** A session, or every session of a member, is over. `keep` is the one session that goes on. */
export type Revocation = { staffId: string; sessionHash?: string; keep?: string; reason: string }

export type Revocations = {
  /** Tells every gateway, this one included. */
  announce(revocation: Revocation): Promise<void>
  onRevoked(listener: (revocation: Revocation) => void): void
  close(): Promise<void>
}

/**
 * Brings the news to open sockets on every gateway at once. It is only the fast way: PostgreSQL holds the truth, and
 * the owners of sockets ask it every few seconds, so a message lost with Redis delays a cut and never prevents it.
 * @param subscriber a connection of its own; a subscribed connection can do nothing else
 */
export function createRevocations(redis: Redis, subscriber: Redis, prefix: string, log: Log): Revocations {
  const channel = `${prefix}:staff:revoked`
  const listeners: ((revocation: Revocation) => void)[] = []
  const tell = (revocation: Revocation): void => {
    for (const listen of listeners) listen(revocation)
  }
  subscriber.on('message', (from: string, body: string) => {
    if (from !== channel) return
    try {
      tell(JSON.parse(body) as Revocation)
    } catch (error) {
      log.warn({ err: (error as Error).message }, 'unreadable revocation')
    }
  })
  subscriber.subscribe(channel).catch((error: Error) => {
    log.warn({ err: error.message }, 'revocations not subscribed; sockets are checked periodically')
  })

  return {
    async announce(revocation) {
      tell(revocation)
      await redis.publish(channel, JSON.stringify(revocation)).catch((error: Error) => {
        log.warn({ err: error.message }, 'revocation not published; sockets are checked periodically')
      })
    },
    onRevoked: (listener) => void listeners.push(listener),
    close: async () => {
      await subscriber.unsubscribe(channel).catch(() => {})
    },
  }
}
