/**
 * PURE. What a file is by its first bytes, never by its name or by what the sender calls it, and pictures without what
 * the camera wrote into them: place, time, device, thumbnails.
 */
const latin = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to))

const startsWith = (bytes: Uint8Array, ...head: number[]): boolean =>
  head.every((byte, n) => bytes[n] === byte)

/** Documents of an office are ZIP archives; which one, the names inside tell. */
function ofZip(bytes: Uint8Array): string | null {
  const head = latin(bytes, 0, Math.min(bytes.length, 4_096))
  const office = 'application/vnd.openxmlformats-officedocument.'
  if (head.includes('word/')) return `${office}wordprocessingml.document`
  return head.includes('xl/') ? `${office}spreadsheetml.sheet` : null
}

/** Text, picture, sound, video or document; null: none that is taken. */
export function kindOfFile(bytes: Uint8Array): string | null {
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return 'image/jpeg'
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png'
  if (latin(bytes, 0, 6) === 'GIF87a' || latin(bytes, 0, 6) === 'GIF89a') return 'image/gif'
  if (latin(bytes, 0, 4) === 'RIFF' && latin(bytes, 8, 12) === 'WEBP') return 'image/webp'
  if (latin(bytes, 0, 4) === 'RIFF' && latin(bytes, 8, 12) === 'WAVE') return 'audio/wav'
  if (latin(bytes, 0, 5) === '#!AMR') return 'audio/amr'
  if (latin(bytes, 0, 3) === 'ID3' || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe6) === 0xe2))
    return 'audio/mpeg'
  if (latin(bytes, 4, 8) === 'ftyp') return 'video/mp4'
  if (latin(bytes, 0, 5) === '%PDF-') return 'application/pdf'
  if (startsWith(bytes, 0x50, 0x4b, 0x03, 0x04)) return ofZip(bytes)
  return isText(bytes) ? 'text/plain' : null
}

function isText(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || bytes.subarray(0, 4_096).some((b) => b < 9 || (b > 13 && b < 32 && b !== 27)))
    return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** The picture alone; null where this program cannot take the rest out, so that it is not given. */
export function withoutMetadata(mime: string, bytes: Uint8Array): Uint8Array | null {
  if (mime === 'image/jpeg') return jpegAlone(bytes)
  return mime === 'image/png' ? pngAlone(bytes) : null
}

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 65_536 + u16(bytes, at + 2)

/** JFIF, colours and the picture stay; Exif, XMP, comments and whatever hangs behind the end go. */
function jpegAlone(bytes: Uint8Array): Uint8Array | null {
  const kept: Uint8Array[] = [bytes.subarray(0, 2)]
  let at = 2
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return null
    const marker = bytes[at + 1]!
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (marker === 0xd9) break
    const end = at + 2 + u16(bytes, at + 2)
    if (end > bytes.length || end < at + 4) return null
    const colours = marker === 0xe2 && latin(bytes, at + 4, at + 15) === 'ICC_PROFILE'
    const metadata = (marker >= 0xe1 && marker <= 0xef && marker !== 0xee && !colours) || marker === 0xfe
    const next = marker === 0xda ? endOfScan(bytes, end) : end
    if (!metadata) kept.push(bytes.subarray(at, next))
    at = next
  }
  if (kept.length < 2) return null
  return joined([...kept, Uint8Array.of(0xff, 0xd9)])
}

/** Where the compressed data behind a start of scan end: at the next marker that is not part of them. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) {
    const next = bytes[at + 1]!
    if (bytes[at] === 0xff && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at
  }
  return bytes.length
}

const pngParts = new Set(
  'IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs acTL fcTL fdAT'.split(' '),
)

function pngAlone(bytes: Uint8Array): Uint8Array | null {
  const kept: Uint8Array[] = [bytes.subarray(0, 8)]
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + u32(bytes, at)
    const type = latin(bytes, at + 4, at + 8)
    if (end > bytes.length) return null
    if (pngParts.has(type)) kept.push(bytes.subarray(at, end))
    if (type === 'IEND') return joined(kept)
    at = end
  }
  return null
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
