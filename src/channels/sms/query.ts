import { Refusal } from '../webhook.ts'

/**
 * Parses `a=1&b=%E4%BD%A0` into bytes. The usual parsers decode UTF-8 and would destroy UTF-16 and GB18030 values.
 * Of a repeated name the first counts.
 * @param text as received, one character per byte
 * @throws Refusal 400 for a broken escape
 */
export function parseBytes(text: string): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    const name = unescape(at < 0 ? pair : pair.slice(0, at)).toString('utf8')
    if (!found.has(name)) found.set(name, unescape(at < 0 ? '' : pair.slice(at + 1)))
  }
  return found
}

export function unescape(text: string): Buffer {
  const bytes = Buffer.alloc(text.length)
  let length = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === percent) {
      const high = digitOf(text.charCodeAt(i + 1))
      const low = digitOf(text.charCodeAt(i + 2))
      if (high < 0 || low < 0) throw new Refusal(400, 'broken escape')
      bytes[length++] = high * 16 + low
      i += 2
    } else bytes[length++] = code === plus ? 0x20 : code
  }
  return bytes.subarray(0, length)
}

const percent = 0x25
const plus = 0x2b

/** Value of a hexadecimal digit by its code; -1 for anything else, the end of the text included. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const small = code | 0x20
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1
}

/** Query of a request URL as it came over the line. */
export const rawQuery = (url: string): string => /\?([^#]*)/.exec(url)?.[1] ?? ''
