import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, type Hash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Transform, type Readable, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/**
 * A recording as it lies on the disk: `HLR1`, 4 bytes key id, 12 bytes nonce, ciphertext (AES-256-GCM), 16 bytes tag.
 * The head is authenticated with the content, so a file cannot be passed off as one of another key.
 */
const magic = Buffer.from('HLR1')
const headBytes = 4 + 4 + 12
const tagBytes = 16

export type RecordingKey = { id: string; key: Buffer }

/** Key of recordings, derived from the installation's secret; the id tells keys apart after a rotation. */
export function recordingKey(secret: string): RecordingKey {
  const derive = (use: string): Buffer => Buffer.from(hkdfSync('sha256', secret, 'hotline', use, 32))
  return { id: derive('recording-kid').toString('hex').slice(0, 8), key: derive('recording') }
}

/**
 * Encrypts `source` into `target`, which exists only when it is complete and on the disk.
 * @returns hash (hex) and size of the sound as it was recorded
 */
export async function encryptFile(
  source: string,
  target: string,
  { id, key }: RecordingKey,
): Promise<{ sha256: string; bytes: number }> {
  const nonce = randomBytes(12)
  const head = Buffer.concat([magic, Buffer.from(id, 'hex'), nonce])
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(head)
  const meter = new Meter()
  // Two gateways may work on one file while the ownership of a node changes hands.
  const partial = `${target}.${process.pid}.part`
  const output = createWriteStream(partial, { mode: 0o600 })
  output.write(head)
  await pipeline(
    createReadStream(source),
    meter,
    cipher,
    async function* (chunks: AsyncIterable<Buffer>) {
      yield* chunks
      yield cipher.getAuthTag()
    },
    output,
  )
  await sync(partial)
  await rename(partial, target)
  await sync(dirname(target))
  return { sha256: meter.hash.digest('hex'), bytes: meter.bytes }
}

/**
 * Decrypts as it reads. The stream errors at its end when the file was changed: whoever plays it must wait for the end
 * before he trusts it as evidence.
 * @throws Error when the file is no recording or its key is not among `keys`
 */
export async function decryptFile(path: string, keys: readonly RecordingKey[]): Promise<Readable> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const head = Buffer.alloc(headBytes)
    const tag = Buffer.alloc(tagBytes)
    await file.read(head, 0, headBytes, 0)
    if (size < headBytes + tagBytes || !head.subarray(0, 4).equals(magic)) throw new Error('not a recording')
    await file.read(tag, 0, tagBytes, size - tagBytes)
    const id = head.subarray(4, 8).toString('hex')
    const key = keys.find((one) => one.id === id)
    if (!key) throw new Error(`recording encrypted with unknown key ${id}`)
    const decipher = createDecipheriv('aes-256-gcm', key.key, head.subarray(8))
    decipher.setAAD(head).setAuthTag(tag)
    const body = createReadStream(path, { start: headBytes, end: size - tagBytes - 1 })
    body.on('error', (error) => decipher.destroy(error))
    decipher.on('close', () => body.destroy())
    return body.pipe(decipher)
  } finally {
    await file.close()
  }
}

class Meter extends Transform {
  readonly hash: Hash = createHash('sha256')
  bytes = 0

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.hash.update(chunk)
    this.bytes += chunk.length
    done(null, chunk)
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
