import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { randomSlice } from './random.ts'

/**
 * Encryption of identity columns. A sealed value is `kid.iv.tag.ciphertext` (base64url, AES-256-GCM); `lookup` is a
 * keyed hash by which a sealed column can be found without being opened. The hash key never rotates with the
 * encryption key, or every look-up column would have to be rewritten.
 */
export type Pii = {
  seal(plain: string): string
  open(sealed: string): string
  /** Hex HMAC-SHA256 of `kind:plain`; equal inputs give equal outputs under one key. */
  lookup(kind: string, plain: string): string
  /** Identifies the keys without revealing them: an external database without its keys refuses to start. */
  fingerprint: string
}

type Key = { kid: string; encrypt: Buffer }

const derive = (secret: string, use: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, 'hotline', use, 32))

const keyFrom = (secret: string): Key => ({
  kid: derive(secret, 'kid').toString('hex').slice(0, 8),
  encrypt: derive(secret, 'identity'),
})

/**
 * @param current secret of at least 32 characters; seals and opens
 * @param previous older secrets, as many as were in force since the first; open only
 * @param lookupSecret optional secret of the look-up hash, when it differs from `current` after a rotation
 */
export function createPii(
  current: string,
  previous: readonly string[] = [],
  lookupSecret?: string | null,
): Pii {
  const newest = keyFrom(current)
  const keys = new Map([newest, ...previous.map(keyFrom)].map((key) => [key.kid, key]))
  const hashKey = derive(lookupSecret ?? current, 'lookup')
  return {
    fingerprint: createHmac('sha256', hashKey).update('fingerprint').digest('hex').slice(0, 16),
    seal(plain) {
      const iv = randomSlice(12)
      const cipher = createCipheriv('aes-256-gcm', newest.encrypt, iv)
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return [newest.kid, b64(iv), b64(cipher.getAuthTag()), b64(body)].join('.')
    },
    open(sealed) {
      const [kid, iv, tag, body] = sealed.split('.')
      const key = kid ? keys.get(kid) : undefined
      if (!key || !iv || !tag || body === undefined)
        throw new Error('identity column sealed with an unknown key')
      const decipher = createDecipheriv('aes-256-gcm', key.encrypt, Buffer.from(iv, 'base64url'))
      decipher.setAuthTag(Buffer.from(tag, 'base64url'))
      return Buffer.concat([decipher.update(Buffer.from(body, 'base64url')), decipher.final()]).toString(
        'utf8',
      )
    },
    lookup: (kind, plain) => createHmac('sha256', hashKey).update(`${kind}:${plain}`).digest('hex'),
  }
}

const b64 = (bytes: Buffer): string => bytes.toString('base64url')
