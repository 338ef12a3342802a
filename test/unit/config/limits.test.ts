import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../src/config/config.ts'
import { EnvProblems, type Env } from '../../../src/config/env.ts'
import { statuteLimits } from '../../../src/config/limits.ts'

const read = (value: string | undefined, city = 'anshan-2019') => {
  const problems: string[] = []
  return { limits: statuteLimits(value, city, problems), problems }
}

describe('HOTLINE_LIMITS', () => {
  it('reads working days, hours, minutes and months', () =>
    expect(read('BY24-D04=3wd, BY24-D05 = 1month,AS19-D10=4h,DD-D09=20min', 'baiyin-2024')).toEqual({
      problems: [],
      limits: {
        'BY24-D04': { unit: 'workingDay', count: 3 },
        'BY24-D05': { unit: 'month', count: 1 },
        'AS19-D10': { unit: 'hour', count: 4 },
        'DD-D09': { unit: 'minute', count: 20 },
      },
    }))

  it.each([undefined, '', ' , '])('is nothing when it is %o', (value) =>
    expect(read(value)).toEqual({ problems: [], limits: {} }),
  )

  it.each([
    ['BY24-D04', /"BY24-D04" is not of the form/],
    ['BY24-D04=3', /"BY24-D04=3" is not of the form/],
    ['BY24-D04=3days', /is not of the form/],
    ['BY24-D04=-3wd', /is not of the form/],
    ['BY24-D04=1.5wd', /is not of the form/],
    ['BY24-D04=3wd;BY24-D05=3wd', /is not of the form/],
    ['BY24-D04=3wd,BY24-D04=4wd', /sets BY24-D04 twice/],
    ['BY24-D99=3wd', /BY24-D99 is no limit of any statute/],
    ['BY24-D04=0wd', /BY24-D04 needs a whole number/],
    ['BY24-D04=999999wd', /BY24-D04 needs a whole number/],
    ['AS19-D06=9wd', /AS19-D06 .*cannot be set: 《鞍山市群众诉求办理条例》第二十二条第一款/],
  ])('refuses %s', (value, problem) => {
    const { problems } = read(value)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(problem)
  })
})

const env = (more: Env): Env => ({
  DATABASE_URL: 'postgresql://127.0.0.1/hotline',
  REDIS_URL: 'redis://127.0.0.1',
  HOTLINE_SECRET: 'x'.repeat(32),
  HOTLINE_PII_KEY: 'y'.repeat(32),
  ...more,
})
const problemsOf = (more: Env): string[] => {
  try {
    readConfig(env(more))
  } catch (error) {
    if (error instanceof EnvProblems) return error.problems
    throw error
  }
  return []
}

describe('a city whose statute leaves its handling limits to the platform', () => {
  it('does not start without them, and names the limits, the statute and the variable', () => {
    const [problem, ...others] = problemsOf({ HOTLINE_CITY: 'baiyin-2024' })
    expect(others).toEqual([])
    for (const word of ['HOTLINE_LIMITS', 'BY24-D04', 'BY24-D05', '《白银市民情直通平台诉求办理条例》'])
      expect(problem).toContain(word)
    expect(problem).not.toContain('BY24-D08')
  })

  it('names what is left when half of them is there', () => {
    const [problem] = problemsOf({ HOTLINE_CITY: 'baiyin-2024', HOTLINE_LIMITS: 'BY24-D04=3wd' })
    expect(problem).toContain('BY24-D05')
    expect(problem).not.toContain('BY24-D04')
  })

  it('does not call a limit missing that it could not read', () =>
    expect(problemsOf({ HOTLINE_CITY: 'baiyin-2024', HOTLINE_LIMITS: 'BY24-D04=3,BY24-D05=10wd' })).toEqual([
      expect.stringContaining('"BY24-D04=3" is not of the form'),
    ]))

  it('starts with both, and every other city without any', () => {
    const set = { HOTLINE_CITY: 'baiyin-2024', HOTLINE_LIMITS: 'BY24-D04=3wd,BY24-D05=10wd' }
    expect(readConfig(env(set)).limits).toEqual({
      'BY24-D04': { unit: 'workingDay', count: 3 },
      'BY24-D05': { unit: 'workingDay', count: 10 },
    })
    for (const HOTLINE_CITY of ['anshan-2019', 'anshan-draft', 'dandong-first-asked'])
      expect(readConfig(env({ HOTLINE_CITY })).limits).toEqual({})
  })
})
