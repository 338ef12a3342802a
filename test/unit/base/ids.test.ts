import { validate, version } from 'uuid'
import { describe, expect, it } from 'vitest'
import { newId } from '../../../src/base/ids.ts'
import { randomSlice } from '../../../src/base/random.ts'

describe('an identifier', () => {
  it('is a UUID of version 7 of this instant, greater than those before it, never twice', () => {
    const before = Date.now()
    const ids = Array.from({ length: 50_000 }, newId)
    const after = Date.now()
    expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.toSorted()).toEqual(ids)
    const instants = ids.map((id) => parseInt(id.replaceAll('-', '').slice(0, 12), 16))
    expect(instants.every((ms) => ms >= before && ms <= after)).toBe(true)
    // What follows the count is random.
    expect(new Set(ids.map((id) => id.slice(-11))).size).toBe(ids.length)
  })
})

describe('random bytes', () => {
  it('are each handed out once, and no two slices share memory', () => {
    const slices = Array.from({ length: 3_000 }, () => randomSlice(16))
    expect(new Set(slices.map((slice) => slice.toString('hex'))).size).toBe(slices.length)
    expect(slices.some((slice) => slice.equals(Buffer.alloc(16)))).toBe(false)
    const [first] = slices
    const kept = Buffer.from(first!)
    randomSlice(8_192).fill(1)
    expect(first).toEqual(kept)
  })
})
