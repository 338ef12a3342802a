import { grams } from '../../base/grams.ts'

/**
 * PURE. From a citizen's words to what is looked up. Items are indexed by pairs of characters (src/base/grams.ts), so
 * that no word has to be in a dictionary; the query is cut into words by ICU's Chinese dictionary, so that words that
 * only ask (怎么, 请问) are left out and pairs inside a word weigh more than pairs that happen to stand across two.
 */
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' })

// Of single characters only those that are part of no other word: 就 is one half of 就医.
const empty = new Set(
  `请问 问一下 咨询一下 想问 想要 怎么 怎么办 怎样 怎么样 如何 什么 什么样 哪里 哪儿 哪些 哪个 多少 多久 是不是 有没有
   没有 能不能 可以 可不可以 需要 应该 我们 我家 你们 他们 这个 那个 一个 一下 我 你 他 谁 的 了 吗 呢 吧 啊 呀 么`
    .split(/\s+/)
    .filter(Boolean),
)

/** A pair across two words, of which at least one is known, says less than a word. */
const acrossWords = 0.4
/** More pairs than a question needs; words before what stands across two. */
const most = 32

export type Asked = {
  /** What to look up, and how much each counts. */
  grams: { text: string; weight: number }[]
  /** The query's runs of words that mean something. */
  runs: string[]
}

export function askedOf(text: string): Asked {
  const plain = text.normalize('NFKC').toLowerCase()
  const asked = cut(plain, empty, 2)
  // nothing but words that ask, or one character: then that is what is looked for
  return asked.runs.length > 0 ? asked : cut(plain, new Set(), 1)
}

/** @param atLeast characters of a Chinese run: what is left over between two words that ask says nothing */
function cut(said: string, leftOut: ReadonlySet<string>, atLeast: number): Asked {
  const words = [...segmenter.segment(said)].map(({ segment, isWordLike }) => ({ segment, isWordLike }))
  const weights = new Map<string, number>()
  const runs: string[] = []
  let run: string[] = []
  const close = (): void => {
    const whole = run.join('')
    if (run.length > 0 && ([...whole].length >= atLeast || !/\p{Script=Han}/u.test(whole))) {
      runs.push(whole)
      weigh(run, weights)
    }
    run = []
  }
  for (const { segment, isWordLike } of words) {
    if (isWordLike === true && !leftOut.has(segment)) run.push(segment)
    else close()
  }
  close()
  const grams = [...weights].map(([text, weight]) => ({ text, weight }))
  return { grams: grams.sort((a, b) => b.weight - a.weight).slice(0, most), runs }
}

function weigh(words: readonly string[], weights: Map<string, number>): void {
  const raise = (gram: string, weight: number): void =>
    void weights.set(gram, Math.max(weights.get(gram) ?? 0, weight))
  const inside = new Set(words.filter((w) => [...w].length > 1).flatMap((w) => grams(w)))
  // The dictionary cut between single characters because it knows no word there: their pair may well be one.
  for (const [i, word] of words.entries()) {
    const next = words[i + 1]
    if (next !== undefined && [...word].length === 1 && [...next].length === 1)
      for (const gram of grams(word + next)) inside.add(gram)
  }
  for (const gram of grams(words.join(''))) raise(gram, inside.has(gram) ? 1 : acrossWords)
}

/** What an item is indexed by: its pairs, and the single characters of title and keywords. */
export function indexOf(item: { title: string; keywords: string; body: string }): string[] {
  const head = `${item.title} ${item.keywords}`.normalize('NFKC').toLowerCase()
  const single = head.match(/\p{Script=Han}/gu) ?? []
  return [...new Set([...grams(`${head} ${item.body}`), ...single])]
}

/** The longest pieces of the query that stand in the text, longest first; each at most once. */
export function wordsThatHit(runs: readonly string[], text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase()
  const found = new Set<string>()
  for (const run of runs) {
    const characters = [...run]
    const atLeast = Math.min(2, characters.length)
    for (let from = 0; from < characters.length;) {
      let to = from + atLeast
      if (to > characters.length || !plain.includes(characters.slice(from, to).join(''))) {
        from++
        continue
      }
      while (to < characters.length && plain.includes(characters.slice(from, to + 1).join(''))) to++
      found.add(characters.slice(from, to).join(''))
      from = to
    }
  }
  return [...found].sort((a, b) => b.length - a.length)
}
