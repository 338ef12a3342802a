/** Rounds of two or more ways of doing the same, in turn, so that a busy moment of the machine meets them all. */

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)]!
}

export const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * q)]!

/** How long it took, ms. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/**
 * @param ways each does `per` things in one call
 * @returns things per second of each way: the median of all rounds; the first round warms up and is left out
 */
export async function perSecond<K extends string>(
  ways: Record<K, () => unknown>,
  { rounds, per }: { rounds: number; per: number },
): Promise<Record<K, number>> {
  const took = Object.fromEntries(Object.keys(ways).map((name) => [name, []])) as unknown as Record<
    K,
    number[]
  >
  for (let round = 0; round <= rounds; round += 1)
    for (const name of Object.keys(ways) as K[]) {
      const ms = await timed(ways[name])
      if (round > 0) took[name].push(ms)
    }
  return Object.fromEntries(
    (Object.keys(ways) as K[]).map((name) => [name, (per / median(took[name])) * 1000]),
  ) as Record<K, number>
}

export const rate = (n: number): string => Math.round(n).toLocaleString('en')
