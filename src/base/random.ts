import { randomFillSync } from 'node:crypto'

const pool = Buffer.allocUnsafeSlow(8_192)
let used = pool.length

/**
 * Random bytes for ids and initialisation vectors, of which a text needs about ten: a call of the system for each costs
 * more than all of them together. Each byte is handed out once.
 * @param count at most 8,192
 */
export function randomSlice(count: number): Buffer {
  if (used + count > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const slice = Buffer.from(pool.subarray(used, used + count))
  pool.fill(0, used, used + count)
  used += count
  return slice
}
