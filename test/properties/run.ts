import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { afterwards, inTheEnd } from './invariants.ts'
import { interleave, type Gate } from './interleave.ts'
import type { Race } from './races.ts'
import type { World } from './world.ts'

/** A world for one run; every step of it waits at the gate once its race has begun. */
export type Ground = { world: (gate: Gate) => World; settled?: () => Promise<void> }

export const raceProperty = (race: Race, ground: Ground) =>
  fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    const world = ground.world((label) => scheduler.schedule(Promise.resolve(), label))
    try {
      const { atOnce, outcome, absent = [] } = await race.meet(world)
      world.race()
      const running = atOnce.map((act) => act())
      await interleave(scheduler, running, ground.settled)
      const answers = await Promise.all(running)
      await world.bells()
      const ledger = await world.ledger()
      afterwards(ledger)
      outcome?.(answers, ledger)
      await world.later()
      inTheEnd(await world.ledger(), new Set(absent))
    } finally {
      await world.stop()
    }
  })

/** A run that once failed: replayed first by every form, short or long. */
type Kept = { property: string; seed: number; path?: string }
const kept = JSON.parse(readFileSync(new URL('./seeds.json', import.meta.url), 'utf8')) as Kept[]

export type Held = { runs: number; seconds: number; failure: string | null }

/** Checks the kept seeds of this name, then so many new ones. */
export async function check<T>(
  name: string,
  property: fc.IAsyncProperty<T>,
  options: { runs: number; seed?: number },
): Promise<Held> {
  const began = performance.now()
  let runs = 0
  const tries: fc.Parameters<T>[] = [
    ...kept
      .filter((one) => one.property === name)
      .map(({ seed, path }) => ({ seed, ...(path ? { path } : {}), numRuns: path ? 1 : 50 })),
    { numRuns: options.runs, ...(options.seed === undefined ? {} : { seed: options.seed }) },
  ]
  for (const parameters of tries) {
    const details = await fc.check(property, { ...parameters, endOnFailure: false })
    runs += details.numRuns
    if (details.failed) {
      const cause = details.errorInstance instanceof Error ? details.errorInstance.stack : ''
      const report = await fc.asyncDefaultReportMessage(details)
      return { runs, seconds: (performance.now() - began) / 1000, failure: `${report}\n${cause}` }
    }
  }
  return { runs, seconds: (performance.now() - began) / 1000, failure: null }
}
