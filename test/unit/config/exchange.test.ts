import { describe, expect, it } from 'vitest'
import { exchangeConfig } from '../../../src/config/exchange.ts'

const a = 'a'.repeat(64)
const b = 'b'.repeat(64)
const read = (value: string | undefined) => {
  const problems: string[] = []
  return { platforms: exchangeConfig(value, problems), problems }
}

describe('HOTLINE_EXCHANGE_TOKENS', () => {
  it.each([undefined, '', '{}'])('is off when it is %o', (value) =>
    expect(read(value)).toEqual({ platforms: null, problems: [] }),
  )

  it('reads platforms, their tokens, and what is shared with them', () =>
    expect(
      read(
        JSON.stringify({
          province: { sha256: [a, b] },
          lawEnforcement: { sha256: ['c'.repeat(64)], shares: { categories: [2] } },
        }),
      ),
    ).toEqual({
      problems: [],
      platforms: [
        { name: 'province', sha256: [a, b], shares: null },
        { name: 'lawEnforcement', sha256: ['c'.repeat(64)], shares: { categories: [2], kinds: null } },
      ],
    }))

  it.each([
    ['no JSON', 'province=secret', /is not of the form/],
    ['a list', '[]', /is not of the form/],
    ['a token instead of its hash', '{"province":{"sha256":["secret"]}}', /is not of the form/],
    ['no token', '{"province":{"sha256":[]}}', /is not of the form/],
    ['a misspelt share', `{"province":{"sha256":["${a}"],"shares":{"category":[1]}}}`, /is not of the form/],
    ['a name that no address can hold', `{"a b":{"sha256":["${a}"]}}`, /"a b" is no name/],
    ['one token for two', `{"x":{"sha256":["${a}"]},"y":{"sha256":["${a}"]}}`, /one token to two/],
  ])('refuses %s, and repeats no secret', (_what, value, problem) => {
    const { problems } = read(value)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(problem)
    expect(problems[0]).not.toContain('secret')
    expect(problems[0]).not.toContain(a)
  })
})
