import { describe, expect, it } from 'vitest'
import { readEnv } from '../../../src/config/env.ts'
import { sentinelsOf } from '../../../src/queue/redis.ts'

describe('REDIS_URL with Sentinels', () => {
  it('names the Sentinels, the primary and the database', () => {
    expect(sentinelsOf('redis+sentinel://:s%40cret@s1:26379,s2,[::1]:26380/hotline/2')).toEqual({
      sentinels: [
        { host: 's1', port: 26379 },
        { host: 's2', port: 26379 },
        { host: '::1', port: 26380 },
      ],
      name: 'hotline',
      db: 2,
      password: 's@cret',
    })
  })

  it('speaks TLS to all of them, and has a secret of its own for the Sentinels', () => {
    expect(sentinelsOf('rediss+sentinel://me:secret@s1/hotline?sentinelPassword=other')).toMatchObject({
      username: 'me',
      sentinelPassword: 'other',
      tls: {},
      sentinelTLS: {},
      enableTLSForSentinelMode: true,
    })
  })

  it('leaves the address of one server alone', () => {
    expect(sentinelsOf('redis://:secret@127.0.0.1:6379/0')).toBeNull()
  })

  it('is refused at the start when it names no primary', () => {
    expect(() => readEnv({ REDIS_URL: 'redis+sentinel://s1,s2' })).toThrow('REDIS_URL is not valid')
    expect(readEnv({ REDIS_URL: 'redis+sentinel://s1,s2/hotline' })).toHaveProperty('REDIS_URL')
    expect(() => sentinelsOf('redis+sentinel:///hotline')).toThrow('names no Sentinels')
  })
})
