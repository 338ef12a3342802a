/** Chance that can be had again: everything a fault run draws comes from its seed. */
export type Chance = {
  /** 0 ≤ x < 1 */
  next(): number
  /** From `least` to `most`, both included. */
  between(least: number, most: number): number
  oneOf<T>(choices: readonly T[]): T
  shuffled<T>(items: readonly T[]): T[]
}

/** Mulberry32: small, and the same on every machine. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    between,
    oneOf(choices) {
      const chosen = choices[between(0, choices.length - 1)]
      if (chosen === undefined) throw new Error('nothing to choose from')
      return chosen
    },
    shuffled(items) {
      const left = [...items]
      for (let n = left.length - 1; n > 0; n -= 1) {
        const other = between(0, n)
        ;[left[n], left[other]] = [left[other]!, left[n]!]
      }
      return left
    },
  }
}
