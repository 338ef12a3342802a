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
    const char = text[i] as string
    if (char === '%') {
      const hex = text.slice(i + 1, i + 3)
      if (!/^[0-9a-f]{2}$/i.test(hex)) throw new Refusal(400, 'broken escape')
      bytes[length++] = parseInt(hex, 16)
      i += 2
    } else bytes[length++] = char === '+' ? 0x20 : char.charCodeAt(0)
  }
  return bytes.subarray(0, length)
}

/** Query of a request URL as it came over the line. */
export const rawQuery = (url: string): string => /\?([^#]*)/.exec(url)?.[1] ?? ''
