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
