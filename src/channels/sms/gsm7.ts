/**
 * The default alphabet of SMS, one septet per byte (unpacked). Source: 3GPP TS 23.038, 6.2.1 and 6.2.1.1.
 */
const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'

const extension: Record<number, string> = {
  0x0a: '\f',
  0x14: '^',
  0x28: '{',
  0x29: '}',
  0x2f: '\\',
  0x3c: '[',
  0x3d: '~',
  0x3e: ']',
  0x40: '|',
  0x65: '€',
}

const escape = 0x1b

/** Bytes above 0x7f are no septets and become U+FFFD; an unknown extension reads as its base character. */
export function gsm7Decode(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    if (byte === escape && i + 1 < bytes.length) {
      const next = bytes[++i] as number
      text += extension[next] ?? basic[next] ?? '\uFFFD'
    } else if (byte === escape) text += ' '
    else text += basic[byte] ?? '\uFFFD'
  }
  return text
}

const places = new Map([...basic].map((char, index) => [char, index]))
const extended = new Map(Object.entries(extension).map(([code, char]) => [char, Number(code)]))

/** Unpacked septets of a text, or null when it holds a character the alphabet lacks. */
export function gsm7Encode(text: string): Uint8Array | null {
  const bytes: number[] = []
  for (const char of text) {
    const place = places.get(char)
    const shifted = extended.get(char)
    if (place !== undefined && place !== escape) bytes.push(place)
    else if (shifted !== undefined) bytes.push(escape, shifted)
    else return null
  }
  return Uint8Array.from(bytes)
}
