import { gsm7Decode } from './gsm7.ts'

/** Character sets an SMS can arrive in. `8bit`: no text by declaration (ring tones, old Latin phones). */
export type SmsCharset = 'utf-8' | 'ucs2' | 'gb18030' | 'gsm7' | '8bit'

const names: Record<string, SmsCharset> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  ascii: 'utf-8',
  'utf-16be': 'ucs2',
  'utf-16': 'ucs2',
  ucs2: 'ucs2',
  'ucs-2': 'ucs2',
  'iso-10646-ucs-2': 'ucs2',
  gb18030: 'gb18030',
  gbk: 'gb18030',
  gb2312: 'gb18030',
  gb: 'gb18030',
  gsm: 'gsm7',
  gsm7: 'gsm7',
  'gsm-7': 'gsm7',
  'iso-8859-1': '8bit',
  'windows-1252': '8bit',
  binary: '8bit',
  '8bit': '8bit',
  '8-bit': '8bit',
}

/** @returns null for a name we do not know: the bytes then decide */
export function charsetNamed(name: string): SmsCharset | null {
  const key = name.trim().toLowerCase().replace(/^"|"$/g, '')
  return Object.hasOwn(names, key) ? names[key]! : null
}

function strict(label: string, bytes: Uint8Array): string | null {
  try {
    // A leading U+FEFF is part of what the citizen sent.
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

const latin = (bytes: Uint8Array): string => new TextDecoder('windows-1252').decode(bytes)

/** The character set that bytes of unknown origin most likely are in: UTF-8 proves itself, GB18030 nearly so. */
export function guessCharset(bytes: Uint8Array): SmsCharset {
  if (strict('utf-8', bytes) !== null) return 'utf-8'
  return strict('gb18030', bytes) !== null ? 'gb18030' : '8bit'
}

/**
 * Bytes to text. It never fails: what the declared set cannot hold is decoded with replacement characters, and the
 * raw bytes are kept beside the text anyway.
 */
export function decodeSms(bytes: Uint8Array, charset: SmsCharset): string {
  switch (charset) {
    case 'utf-8':
      return storable(strict('utf-8', bytes) ?? new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
    case 'gb18030':
      return storable(new TextDecoder('gb18030').decode(bytes))
    case 'ucs2':
      // Big-endian. Phones send surrogate pairs although the name says UCS-2; an odd last byte becomes U+FFFD.
      return storable(new TextDecoder('utf-16be', { ignoreBOM: true }).decode(bytes))
    case 'gsm7':
      return storable(gsm7Decode(bytes))
    case '8bit':
      return storable(strict('utf-8', bytes) ?? latin(bytes))
  }
}

/** PostgreSQL holds every character but NUL, and UTF-8 has no lone surrogate. */
export const storable = (text: string): string =>
  Buffer.from(text.replaceAll('\0', '\uFFFD'), 'utf8').toString('utf8')

export type Piece = { bytes: Uint8Array; charset: SmsCharset }

/**
 * Text of the parts of one message, in order. Bytes are joined first and decoded after, because a surrogate pair or a
 * GB18030 character may lie across two parts; where a phone changed the alphabet between parts each run is decoded by
 * itself.
 */
export function decodeJoined(pieces: readonly Piece[]): string {
  let text = ''
  for (let i = 0; i < pieces.length;) {
    const { charset } = pieces[i] as Piece
    const run: Uint8Array[] = []
    for (; pieces[i]?.charset === charset; i++) run.push((pieces[i] as Piece).bytes)
    text += decodeSms(Buffer.concat(run), charset)
  }
  return text
}
