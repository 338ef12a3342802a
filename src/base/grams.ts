/**
 * PURE. Cuts text for search without a dictionary: Latin words and numbers stay whole, runs of Chinese characters give
 * their overlapping pairs. A query finds a text by the pairs they share, so no word has to be known beforehand.
 */
const runs = /[\p{Script=Han}]+|[\p{L}\p{N}]+/gu

export function grams(text: string): string[] {
  const found = new Set<string>()
  for (const [run] of text.normalize('NFKC').toLowerCase().matchAll(runs)) {
    const characters = [...run]
    const chinese = /\p{Script=Han}/u.test(run)
    if (!chinese || characters.length === 1) found.add(run)
    else for (let i = 0; i + 1 < characters.length; i++) found.add(characters[i]! + characters[i + 1]!)
  }
  return [...found]
}

/**
 * PURE. The rarest of some pairs, and so many of them that any text with at least half of all has one: an index asked for
 * these finds all such texts, and not also each that shares a word with half of the city.
 * @param common share of texts that have it, of the pairs that many have
 */
export const rarest = (pairs: readonly string[], common: ReadonlyMap<string, number>): string[] =>
  [...pairs]
    .sort((a, b) => (common.get(a) ?? 0) - (common.get(b) ?? 0))
    .slice(0, Math.floor(pairs.length / 2) + 1)
