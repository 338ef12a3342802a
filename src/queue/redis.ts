import { Redis, type RedisOptions } from 'ioredis'
import type { Log } from '../base/log.ts'

/** What we set of them. */
type Options = Omit<RedisOptions, 'replyMapping'>

/**
 * Reads a `REDIS_URL` with Sentinels: `redis+sentinel://user:secret@a:26379,b:26379,c:26379/NAME/0`, where NAME is what
 * they call the primary; `?sentinelPassword=` when they ask for one, `rediss+sentinel:` for TLS everywhere.
 * @returns null for the URL of one server
 * @throws when a part is missing
 */
export function sentinelsOf(url: string): Options | null {
  const parts =
    /^(rediss?)\+sentinel:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?]+)\/([^/?]+)(?:\/(\d+))?(?:\?(.*))?$/.exec(
      url,
    )
  if (!parts) {
    if (url.includes('+sentinel:')) throw new Error('REDIS_URL names no Sentinels, or no primary')
    return null
  }
  const [, scheme, user, secret, hosts = '', name = '', db, rest] = parts
  const sentinelPassword = new URLSearchParams(rest).get('sentinelPassword')
  return {
    sentinels: hosts.split(',').map((one) => {
      const { hostname, port } = new URL(`sentinel://${one}`)
      return { host: hostname.replace(/^\[(.+)\]$/, '$1'), port: Number(port || 26379) }
    }),
    name: decodeURIComponent(name),
    db: Number(db ?? 0),
    ...(user ? { username: decodeURIComponent(user) } : {}),
    ...(secret ? { password: decodeURIComponent(secret) } : {}),
    ...(sentinelPassword ? { sentinelPassword } : {}),
    ...(scheme === 'rediss' ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
  }
}

/**
 * Connections to Redis. `jobs` waits out any outage, as BullMQ demands. `matcher` fails fast: a hung or absent Redis
 * must not hang a gateway, and whatever it missed is brought in line by the reconciler.
 */
export function connectRedis(url: string, use: 'jobs' | 'matcher', log: Log): Redis {
  const backOff = (times: number): number => Math.min(2_000, 50 * 2 ** Math.min(times, 6))
  const sentinels = sentinelsOf(url)
  const options: Options = {
    retryStrategy: backOff,
    // A primary that was made a replica under an open connection: ask anew who the primary is. 2: and say it again.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? (use === 'jobs' ? 2 : 1) : false),
    ...(use === 'jobs'
      ? { maxRetriesPerRequest: null }
      : {
          maxRetriesPerRequest: 0,
          enableOfflineQueue: false,
          autoResendUnfulfilledCommands: false,
          commandTimeout: 2_000,
        }),
    // A Sentinel tells of a change at once; without that a hung primary would be waited for.
    ...(sentinels && {
      ...sentinels,
      sentinelRetryStrategy: backOff,
      failoverDetector: true,
      connectTimeout: 2_000,
    }),
  }
  const redis = sentinels ? new Redis(options) : new Redis(url, options)
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
