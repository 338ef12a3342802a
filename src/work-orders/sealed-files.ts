import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Pii } from '../base/pii.ts'

/**
 * Files as they lie on the disk: each encrypted with a key of its own (AES-256-GCM), the key sealed in its row, so that
 * whoever loses the row loses the file everywhere.
 */
export type SealedFiles = {
  /** On the disk when it resolves. @returns the sealed key and the hash (hex) of the plain bytes */
  write(id: string, bytes: Buffer): Promise<{ keySealed: string; sha256: string }>
  /** @throws Error when the file was changed or is gone */
  read(id: string, keySealed: string): Promise<Buffer>
}

export function createSealedFiles(dir: string, pii: Pii): SealedFiles {
  const pathOf = (id: string): string => join(dir, id.slice(-2), id)
  return {
    async write(id, bytes) {
      const key = randomBytes(32)
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      const body = Buffer.concat([cipher.update(bytes), cipher.final()])
      const path = pathOf(id)
      const partial = `${path}.part`
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const file = await open(partial, 'wx', 0o600)
      try {
        await file.writeFile(Buffer.concat([iv, cipher.getAuthTag(), body]))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(partial, path)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      return { keySealed: pii.seal(key.toString('base64')), sha256 }
    },
    async read(id, keySealed) {
      const stored = await readFile(pathOf(id))
      const key = Buffer.from(pii.open(keySealed), 'base64')
      const decipher = createDecipheriv('aes-256-gcm', key, stored.subarray(0, 12))
      decipher.setAuthTag(stored.subarray(12, 28))
      return Buffer.concat([decipher.update(stored.subarray(28)), decipher.final()])
    },
  }
}
