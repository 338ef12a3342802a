/** Whether a figure stays flat while it is watched. */
export type Trend = {
  first: number
  last: number
  /** By the median slope (Theil–Sen), over the time watched. */
  growth: number
  verdict: 'flat' | 'growing'
}

const middle = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/**
 * The median of all slopes between two samples: a few odd ones do not move it. It counts as growth when it is more than a
 * tenth of the level over the time watched, more than what the samples scatter around their line, and more than `floor`.
 * @param samples at equal distances; at least three
 * @param floor growth that is none, in the unit of the samples
 */
export function trendOf(samples: readonly number[], floor = 0): Trend {
  if (samples.length < 3) throw new Error('a trend takes three samples')
  const slopes: number[] = []
  // Of very many samples each tenth pair tells the same.
  const stride = Math.max(1, Math.floor(samples.length / 500))
  for (let a = 0; a < samples.length; a += stride)
    for (let b = a + 1; b < samples.length; b += stride) slopes.push((samples[b]! - samples[a]!) / (b - a))
  const slope = middle(slopes)
  const growth = slope * (samples.length - 1)
  const level = middle(samples)
  const offset = middle(samples.map((value, n) => value - slope * n))
  const scatter = middle(samples.map((value, n) => Math.abs(value - offset - slope * n)))
  const growing = growth > Math.max(floor, 0.1 * Math.abs(level), 3 * scatter)
  const third = Math.max(1, Math.floor(samples.length / 3))
  return {
    first: middle(samples.slice(0, third)),
    last: middle(samples.slice(-third)),
    growth,
    verdict: growing ? 'growing' : 'flat',
  }
}
