import { Secret } from 'otpauth'
import { describe, expect, it } from 'vitest'
import { enrolmentUri, newSecret, stepOfCode } from '../../../src/staff/second-factor.ts'

/** RFC 6238, appendix B, SHA-1, cut to six digits. */
const rfcSecret = Secret.fromUTF8('12345678901234567890').base32

describe('one-time codes', () => {
  it.each([
    [59, '287082'],
    [1111111109, '081804'],
    [1234567890, '005924'],
    [20000000000, '353130'],
  ])('agree with RFC 6238 at %d s', (seconds, code) => {
    expect(stepOfCode(rfcSecret, code, new Date(seconds * 1000))).toBe(Math.floor(seconds / 30))
  })

  it('tolerate one step of a wrong clock and no more', () => {
    expect(stepOfCode(rfcSecret, '287082', new Date(89_000))).toBe(1)
    expect(stepOfCode(rfcSecret, '287082', new Date(29_000))).toBe(1)
    expect(stepOfCode(rfcSecret, '287082', new Date(120_000))).toBeNull()
  })

  it('make secrets of 160 bits that an authenticator can read', () => {
    const secret = newSecret()
    expect(Secret.fromBase32(secret).bytes).toHaveLength(20)
    expect(newSecret()).not.toBe(secret)
    expect(enrolmentUri(secret, 'chen.li')).toMatch(
      new RegExp(`^otpauth://totp/.*chen\\.li.*secret=${secret}`),
    )
  })
})
