import { Redis } from 'ioredis'
import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../src/db/pool.ts'

/** Looks from outside whether everything committed has been carried to the matcher. */
export function watchRouting(db: Db, redisUrl: string) {
  const redis = new Redis(redisUrl)
  const jobs = '{cc:main}:jobs:contacts'
  const left = async (): Promise<number> => {
    const [outbox] = await db.query<{ n: number }>(`select count(*) as n from outbox`)
    const [waiting, active] = await Promise.all([redis.llen(`${jobs}:wait`), redis.llen(`${jobs}:active`)])
    return outbox!.n + waiting + active
  }
  return {
    left,
    /** @throws when it has not come to rest within `ms` */
    async atRest(ms: number): Promise<void> {
      const end = performance.now() + ms
      while ((await left()) > 0) {
        if (performance.now() > end) throw new Error(`still on the way after ${ms} ms: ${await left()}`)
        await delay(50)
      }
    },
    stop: () => redis.disconnect(),
  }
}
