import { Redis } from 'ioredis'
import type { Log } from '../base/log.ts'

/**
 * Connections to Redis. `jobs` waits out any outage, as BullMQ demands. `matcher` fails fast: a hung or absent Redis
 * must not hang a gateway, and whatever it missed is brought in line by the reconciler.
 */
export function connectRedis(url: string, use: 'jobs' | 'matcher', log: Log): Redis {
  const backOff = (times: number): number => Math.min(2_000, 50 * 2 ** Math.min(times, 6))
  const redis =
    use === 'jobs'
      ? new Redis(url, { maxRetriesPerRequest: null, retryStrategy: backOff })
      : new Redis(url, {
          maxRetriesPerRequest: 0,
          enableOfflineQueue: false,
          autoResendUnfulfilledCommands: false,
          commandTimeout: 2_000,
          retryStrategy: backOff,
        })
  // While Redis is away every attempt fails the same way: say it once, and say when it is over.
  let away = false
  redis.on('error', (error: Error) => {
    if (!away) log.warn({ use, err: error.message }, 'Redis is not reachable')
    away = true
  })
  redis.on('ready', () => {
    if (away) log.info({ use }, 'Redis is reachable again')
    away = false
  })
  return redis
}
