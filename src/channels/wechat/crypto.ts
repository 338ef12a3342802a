import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { sameSecret } from '../webhook.ts'

/**
 * Message encryption of WeChat (消息加解密): AES-256-CBC without a separate IV, plaintext =
 * 16 random bytes ‖ big-endian length ‖ message ‖ appid, PKCS#7 to 32 bytes.
 * Source: developers.weixin.qq.com, "Message encryption and decryption" of the official account platform.
 */

export type AesKey = { key: Buffer; iv: Buffer }

const block = 32

/** @param encodingAesKey 43 base64 characters. @throws Error when it is not such a key */
export function aesKey(encodingAesKey: string): AesKey {
  if (!/^[A-Za-z0-9+/]{43}$/.test(encodingAesKey))
    throw new Error('EncodingAESKey must be 43 base64 characters')
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  return { key, iv: key.subarray(0, 16) }
}

/** `sha1(sort(parts))`, hex: of token, timestamp and nonce, and of the ciphertext where there is one. */
export const signature = (...parts: string[]): string =>
  createHash('sha1')
    .update([...parts].sort().join(''), 'utf8')
    .digest('hex')

/** Constant time; false for anything that is no single string. */
export const isSignedBy = (given: unknown, ...parts: string[]): boolean =>
  typeof given === 'string' && sameSecret(given, signature(...parts))

/** @param random16 16 bytes; a test passes its own. @returns base64 */
export function encrypt(
  message: string,
  appId: string,
  { key, iv }: AesKey,
  random16 = randomBytes(16),
): string {
  const body = Buffer.from(message, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const plain = Buffer.concat([random16, length, body, Buffer.from(appId, 'utf8')])
  const fill = block - (plain.length % block)
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false)
  return Buffer.concat([
    cipher.update(Buffer.concat([plain, Buffer.alloc(fill, fill)])),
    cipher.final(),
  ]).toString('base64')
}

/**
 * Opens a ciphertext. All failures (alphabet, block size, padding, length, foreign appid) look the same to the
 * caller, so that no answer can tell them apart.
 * @returns the message bytes, or null
 */
export function decrypt(encrypted: string, appId: string, { key, iv }: AesKey): Buffer | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encrypted)) return null
  const bytes = Buffer.from(encrypted, 'base64')
  if (bytes.length === 0 || bytes.length % 16 !== 0) return null
  const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(bytes), decipher.final()])
  const fill = padded[padded.length - 1] as number
  if (fill < 1 || fill > block || fill > padded.length) return null
  if (padded.subarray(-fill).some((byte) => byte !== fill)) return null
  const plain = padded.subarray(0, padded.length - fill)
  if (plain.length < 20) return null
  const length = plain.readUInt32BE(16)
  if (length > plain.length - 20) return null
  const sender = plain.subarray(20 + length).toString('utf8')
  return sameSecret(sender, appId) ? plain.subarray(20, 20 + length) : null
}

/** Tries the current key, then the one before; tells which one fitted, because the reply must use the same. */
export function decryptWithAny(
  encrypted: string,
  appId: string,
  keys: readonly AesKey[],
): { message: Buffer; key: AesKey } | null {
  for (const key of keys) {
    const message = decrypt(encrypted, appId, key)
    if (message) return { message, key }
  }
  return null
}
