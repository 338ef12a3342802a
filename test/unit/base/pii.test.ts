import { expect, it } from 'vitest'
import { createPii } from '../../../src/base/pii.ts'
import { readConfig } from '../../../src/config/config.ts'
import { EnvProblems, readEnv } from '../../../src/config/env.ts'

const [first, second, third] = ['1', '2', '3'].map((n) => n.repeat(32)) as [string, string, string]
const settings = (more: Record<string, string>) =>
  readConfig(
    readEnv({
      DATABASE_URL: 'postgres://127.0.0.1/hotline',
      REDIS_URL: 'redis://127.0.0.1/0',
      HOTLINE_SECRET: 's'.repeat(32),
      ...more,
    }),
  ).pii

it('what the first key sealed opens after two rotations, and is found by the same look-up', () => {
  const begun = createPii(first)
  const sealed = begun.seal('张三')
  const next = createPii(second, [first], first).seal('李四')
  const { current, previous, lookup } = settings({
    HOTLINE_PII_KEY: third,
    HOTLINE_PII_KEY_PREVIOUS: `${second}, ${first}`,
    HOTLINE_PII_LOOKUP_KEY: first,
  })
  const now = createPii(current, previous, lookup)
  expect([now.open(sealed), now.open(next)]).toEqual(['张三', '李四'])
  expect(now.lookup('phone', '+8613800000001')).toBe(begun.lookup('phone', '+8613800000001'))
  expect(now.fingerprint).toBe(begun.fingerprint)
  expect(() => createPii(third, [second], first).open(sealed)).toThrow(/unknown key/)
})

it('a previous key that is too short is a mistake that is named', () => {
  expect(() => settings({ HOTLINE_PII_KEY: second, HOTLINE_PII_KEY_PREVIOUS: `${first},short` })).toThrow(
    EnvProblems,
  )
})
