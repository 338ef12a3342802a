import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { anythingProperty } from '../../properties/anything.ts'
import { memoryWorld } from '../../properties/memory-world.ts'
import { raceList } from '../../properties/race-list.ts'
import { races } from '../../properties/races.ts'
import { check, raceProperty } from '../../properties/run.ts'

/** The long form is `./hotline bench races`. */
const runs = 200

describe('the pure machines', () => {
  for (const [name, race] of Object.entries(races))
    it(race.title, async () => {
      const { failure } = await check(name, raceProperty(race, { world: memoryWorld }), { runs })
      if (failure) throw new Error(failure)
    })

  it('keep every promise whatever anybody does at any moment', { timeout: 60_000 }, async () => {
    const { failure } = await check('anything', anythingProperty({ world: memoryWorld }), { runs: 300 })
    if (failure) throw new Error(failure)
  })
})

describe('the table of races', () => {
  it.each(raceList.map((row) => [row.race, row] as const))('%s: is shown by tests', (_race, row) => {
    const { properties, tests = [] } = row
    expect(properties.length + tests.length).toBeGreaterThan(0)
    for (const name of properties) expect(Object.keys(races)).toContain(name)
    for (const { file, title } of tests) {
      const url = new URL(`../../${file}`, import.meta.url)
      expect(existsSync(url), file).toBe(true)
      expect(readFileSync(url, 'utf8')).toContain(`'${title}'`)
    }
  })

  it('names every property', () => {
    const named = raceList.flatMap((row) => row.properties)
    expect(Object.keys(races).filter((name) => !named.includes(name))).toEqual([])
  })
})
