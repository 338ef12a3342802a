/**
 * PURE. How long to wait before attempt `n` (from 0), milliseconds: doubling from `firstMs` to `maxMs`, the upper half
 * of it spread by `random` (0 ≤ random < 1), so that several gateways do not knock in step. There is no last attempt.
 */
export function backoff(n: number, random: number, firstMs = 200, maxMs = 5_000): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(n, 30))
  return Math.round(ceiling / 2 + (ceiling / 2) * random)
}
