import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { problem } from '../base/problem.ts'

/**
 * Passwords as scrypt hashes, `scrypt$N$r$p$salt$hash` (base64url). The cost travels with the hash, so it can be raised
 * later. Default cost: OWASP Password Storage Cheat Sheet, 16 MiB per hash.
 */
export type Passwords = {
  hash(password: string): Promise<string>
  /** `stored` null (no such account, no password yet) costs the same time and is never true. */
  verify(password: string, stored: string | null): Promise<boolean>
}

export type ScryptCost = { N: number; r: number; p: number }
const owaspCost: ScryptCost = { N: 2 ** 14, r: 8, p: 5 }

/** Hashing in flight and waiting: the thread pool also serves files and names, so it must not drown in sign-ins. */
const atOnce = 2
const waitingLimit = 200

export function createPasswords(cost: ScryptCost = owaspCost): Passwords {
  let running = 0
  const waiting: (() => void)[] = []

  async function turn<T>(run: () => Promise<T>): Promise<T> {
    if (running >= atOnce) {
      if (waiting.length >= waitingLimit) throw problem(503, 'signInBusy', '登录的人太多', '请过几秒钟再试。')
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    running++
    try {
      return await run()
    } finally {
      running--
      waiting.shift()?.()
    }
  }

  const derive = (password: string, salt: Buffer, c: ScryptCost, length: number): Promise<Buffer> =>
    turn(
      () =>
        new Promise((resolve, reject) =>
          scrypt(password.normalize('NFKC'), salt, length, { ...c, maxmem: 256 * c.N * c.r }, (error, key) =>
            error ? reject(error) : resolve(key),
          ),
        ),
    )

  const nobody = randomBytes(16)
  return {
    async hash(password) {
      const salt = randomBytes(16)
      const key = await derive(password, salt, cost, 32)
      return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join(
        '$',
      )
    },
    async verify(password, stored) {
      if (stored === null) {
        await derive(password, nobody, cost, 32)
        return false
      }
      const [kind, n, r, p, salt, key] = stored.split('$')
      if (kind !== 'scrypt' || !salt || !key) throw new Error('stored password of an unknown kind')
      const expected = Buffer.from(key, 'base64url')
      const given = await derive(
        password,
        Buffer.from(salt, 'base64url'),
        { N: Number(n), r: Number(r), p: Number(p) },
        expected.length,
      )
      return timingSafeEqual(given, expected)
    },
  }
}
