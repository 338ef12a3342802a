import { v7 } from 'uuid'
import { randomSlice } from './random.ts'

let msecs = 0
let seq = 0

/**
 * Time-ordered identifier (RFC 9562, version 7): index-friendly, and never an integer, which BullMQ job ids must not be.
 * Of one process each is greater than the one before.
 */
export function newId(): string {
  const random = randomSlice(16)
  const now = Date.now()
  if (now > msecs) {
    msecs = now
    // Without its first bit, so that what is counted on from here within the millisecond does not overflow.
    seq = random.readUInt32BE(6) >>> 1
  } else seq += 1
  return v7({ random, msecs, seq })
}

/** Whether a text can be an identifier of ours; PostgreSQL refuses to compare a uuid with anything else. */
export const isId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)
