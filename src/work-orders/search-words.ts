/**
 * PURE. What somebody typed into the search field. Words are cut by the dictionary of ICU, which Node brings along; the
 * index itself knows pairs of characters only (`0090_order_search.sql`), so another dictionary makes no index stale.
 */
export type Asked =
  /** `until`: the day (`YYYY-MM-DD`) before which every number that begins so was given; null: the beginning does not say. */
  | { type: 'number'; prefixes: string[]; until: string | null }
  | {
      type: 'words'
      /** Words of at least two characters, or other words and numbers whole: the index is asked for these. */
      words: string[]
      /** Single characters and whole phrases: looked for in what the index found. */
      pieces: string[]
    }
  /** Nothing in it that could be searched for. */
  | { type: 'nothing' }

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })
const character = /^[\p{Script=Han}\p{Script=Hangul}]$/u
const manyCharacters = /^[\p{Script=Han}\p{Script=Hangul}]{2,}$/u
/** Words that say nothing of the matter. */
const empty = new Set([...'的了是在和与及也都就把被我你他她它们这那吗呢啊吧很还又要会'])

/** As texts are compared: full-width and half-width, capitals and small letters are one. */
export const plainWords = (text: string): string => text.normalize('NFKC').toLowerCase()

/**
 * @param prefixes two letters of each statute's numbers: a number may be typed without them
 */
export function askedOf(typed: string, prefixes: readonly string[]): Asked {
  const plain = plainWords(typed).trim()
  // A day has six digits; fewer without letters are a word (12345热线, 303路).
  const number = /^(?:([a-z]{2})(\d{2,13})|(\d{6,13}))$/.exec(plain.replace(/[\s\-—.]/g, ''))
  if (number) {
    const [, letters, after, digits] = number
    return {
      type: 'number',
      prefixes: letters ? [letters.toUpperCase() + after] : prefixes.map((head) => head + digits),
      until: endOf(after ?? digits ?? ''),
    }
  }
  const words = new Set<string>()
  const pieces = new Set<string>()
  const unquoted = plain.replace(/["“”「『]([^"“”「」『』]+)["“”」』]/g, (_all, phrase: string) => {
    const whole = phrase.trim()
    pieces.add(whole)
    for (const word of whole.match(/[\p{Script=Han}\p{Script=Hangul}]{2,}|[\p{L}\p{N}]+/gu) ?? [])
      if (![...word].every((c) => character.test(c)) || manyCharacters.test(word)) words.add(word)
    return ' '
  })
  for (const chunk of unquoted.split(/\s+/))
    for (const [word, whole] of cut(chunk)) (whole ? words : pieces).add(word)
  for (const word of words) pieces.add(word)
  return words.size === 0 ? { type: 'nothing' } : { type: 'words', words: [...words], pieces: [...pieces] }
}

/** The day after the year, month or day that a number begins with. */
function endOf(digits: string): string | null {
  const [, year, month, day] = /^(\d\d)(0[1-9]|1[0-2])?(0[1-9]|[12]\d|3[01])?/.exec(digits) ?? []
  if (year === undefined) return null
  const [y, m] = [2000 + Number(year), Number(month ?? 12)]
  const end = day === undefined ? Date.UTC(y, m, 1) : Date.UTC(y, m - 1, Number(day) + 1)
  return new Date(end).toISOString().slice(0, 10)
}

/** Words of a chunk without spaces; false: a single character, which the index does not know. */
function cut(chunk: string): [word: string, whole: boolean][] {
  const segments = [...segmenter.segment(chunk)].filter((s) => s.isWordLike).map((s) => s.segment)
  const found: [string, boolean][] = []
  let run: string[] = []
  const endRun = (): void => {
    // Two characters that the dictionary does not join (举报, 医保, 井盖) are a word nevertheless.
    if (run.length === 2) found.push([run.join(''), true])
    else for (const one of run) if (!empty.has(one)) found.push([one, false])
    run = []
  }
  for (const segment of segments) {
    if (character.test(segment)) {
      run.push(segment)
      continue
    }
    endRun()
    if (![...segment].every((c) => empty.has(c))) found.push([segment, true])
  }
  endRun()
  if (found.some(([, whole]) => whole)) return found
  const whole = segments.join('')
  return manyCharacters.test(whole) && [...whole].some((c) => !empty.has(c)) ? [[whole, true]] : []
}
