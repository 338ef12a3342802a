import { Secret, TOTP } from 'otpauth'

/** Time-based one-time codes (RFC 6238): six digits, 30 s, one step of tolerance either way. */
const period = 30
const tolerance = 1

const totp = (secret: string, label: string): TOTP =>
  new TOTP({
    issuer: 'hotline',
    label,
    secret: Secret.fromBase32(secret),
    period,
    digits: 6,
    algorithm: 'SHA1',
  })

/** A new secret of 160 bits, base32. */
export const newSecret = (): string => new Secret({ size: 20 }).base32

/** What an authenticator reads from a QR code. */
export const enrolmentUri = (secret: string, username: string): string => totp(secret, username).toString()

/**
 * The time step that a code belongs to, or null when it is wrong. Whoever calls stores the step and refuses it and
 * everything older from then on (RFC 6238, 5.2: a code is accepted once).
 */
export function stepOfCode(secret: string, code: string, now: Date): number | null {
  const delta = totp(secret, '').validate({ token: code, timestamp: now.getTime(), window: tolerance })
  return delta === null ? null : Math.floor(now.getTime() / 1000 / period) + delta
}
