import { randomInt } from 'node:crypto'

/** A number from `least` to `most`, both included. */
export const between = (least: number, most: number): number => randomInt(least, most + 1)

/** True in `percent` of 100 cases. */
export const inPercent = (percent: number): boolean => randomInt(100) < percent

/** One of several. */
export function oneOf<T>(choices: readonly T[]): T {
  const chosen = choices[randomInt(choices.length)]
  if (chosen === undefined) throw new Error('nothing to choose from')
  return chosen
}

/**
 * Calls `act` at random moments, `perMinute` times a minute on average, until the result is called. The gaps are
 * exponential, as those between calls of independent citizens are.
 */
export function everySoOften(perMinute: number, act: () => void): () => void {
  let timer: NodeJS.Timeout
  const next = (): void => {
    const gap = (-Math.log(1 - randomInt(1, 1_000_000) / 1_000_001) * 60_000) / perMinute
    timer = setTimeout(() => {
      act()
      next()
    }, gap)
  }
  next()
  return () => clearTimeout(timer)
}
