import { afterAll, beforeAll, describe, it } from 'vitest'
import { anythingProperty } from '../properties/anything.ts'
import type { Gate } from '../properties/interleave.ts'
import { openLab, postgresWorld, type Lab } from '../properties/postgres-world.ts'
import { races } from '../properties/races.ts'
import { check, raceProperty, type Ground } from '../properties/run.ts'
import { freshDatabase, type TestDatabase } from '../support/services.ts'

/** The long form is `./hotline bench races`. */
const runs = 3

let database: TestDatabase
let lab: Lab
const ground: Ground = {
  world: (gate: Gate) => postgresWorld(lab, gate),
  settled: () => lab.gated.settled(),
}

beforeAll(async () => {
  database = await freshDatabase()
  lab = await openLab(database.url)
})
afterAll(async () => {
  await lab?.end()
  await database?.drop()
})

// A step waits for the one before it, and the machine may be busy.
describe('the services over PostgreSQL', { timeout: 60_000 }, () => {
  for (const [name, race] of Object.entries(races))
    it(race.title, async () => {
      const { failure } = await check(`${name} (PostgreSQL)`, raceProperty(race, ground), { runs })
      if (failure) throw new Error(failure)
    })

  it('keep every promise whatever anybody does at any moment', async () => {
    const { failure } = await check('anything (PostgreSQL)', anythingProperty(ground), { runs })
    if (failure) throw new Error(failure)
  })
})
