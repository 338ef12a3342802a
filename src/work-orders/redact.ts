/** PURE. Takes out of words who the requester is. */

export type Identity = { name: string | null; contact: string | null; home: string | null }

export const blackened = '＊＊＊'

/** Telephones (also spelt out), identity-card numbers and e-mail addresses, whosever they are. */
const numbers = new RegExp(
  [
    String.raw`(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)`,
    String.raw`(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)`,
    String.raw`(?<!\d)\d{17}[\dXx](?!\d)`,
    String.raw`[零〇一二三四五六七八九幺]{7,}`,
    String.raw`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`,
  ].join('|'),
  'g',
)

/** Full-width digits and letters as the ordinary ones; punctuation stays. */
const halfWidth = (text: string): string =>
  text.replace(/[０-９Ａ-Ｚａ-ｚ＠]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** The parts of an address that are long enough to tell something. */
const partsOf = (home: string): string[] =>
  [home, ...home.split(/[\s,，、;；]+/)].filter((part) => [...part].length > 3)

/**
 * The requester's name (also 王先生), home and contact, and every telephone, identity-card number and mail address are
 * out. Names of other people stay: without them nobody could handle the matter.
 */
export function redact(text: string, identity: Identity): string {
  const name = halfWidth(identity.name?.trim() ?? '')
  const known = [name, ...(identity.home ? partsOf(identity.home) : []), identity.contact ?? '']
    .map((word) => halfWidth(word).trim())
    .filter((word) => [...word].length > 1)
    .sort((a, b) => b.length - a.length)
    .map(escaped)
  const surname = [...name][0]
  if (surname && [...name].length > 1) known.push(`${escaped(surname)}(?:先生|女士|小姐|师傅|大爷|大妈|阿姨)`)
  const plain = halfWidth(text)
  const without = known.length > 0 ? plain.replace(new RegExp(known.join('|'), 'g'), blackened) : plain
  const out = without.replace(numbers, blackened)
  return out === plain ? text : out
}

/** Every string inside a value, for words that lie in events and procedures. */
export function redactDeep<T>(value: T, identity: Identity): T {
  const walk = (part: unknown): unknown => {
    if (typeof part === 'string') return redact(part, identity)
    if (Array.isArray(part)) return part.map(walk)
    if (part !== null && typeof part === 'object' && !(part instanceof Date))
      return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, walk(inner)]))
    return part
  }
  return walk(value) as T
}
