import { heard, startChild } from './children.ts'
import type { CrewCounts, CrewPlan, CrewWish } from './desk-crew.ts'

/** A process full of agents (`desk-crew.ts`), seen from the benchmark. */
export type Crew = {
  pid: number
  pause(): Promise<void>
  available(): Promise<void>
  counts(): Promise<CrewCounts>
  stop(): void
}

/** Starts a crew and resolves when everybody is signed in and available. */
export async function startCrew(plan: Omit<CrewPlan, 'type'>): Promise<Crew> {
  const child = startChild('./desk-crew.ts')
  const ask = async <T>(wish: CrewWish | CrewPlan): Promise<T> => {
    child.send(wish)
    return heard<T>(child)
  }
  await ask({ type: 'begin', ...plan })
  return {
    pid: child.pid!,
    pause: () => ask('pause'),
    available: () => ask('available'),
    counts: async () => (await ask<{ counts: CrewCounts }>('counts')).counts,
    stop: () => void child.kill(),
  }
}
