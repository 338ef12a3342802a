import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One article of a printed statute: its paragraphs (款) and the items (项) of each. */
export type PrintedArticle = { paragraphs: { text: string; items: string[] }[] }

const digits = '一二三四五六七八九'

function number(chinese: string): number {
  const [tens, ones] = chinese.includes('十') ? chinese.split('十') : [null, chinese]
  const ten = tens === null ? 0 : tens === '' ? 1 : digits.indexOf(tens ?? '') + 1
  return ten * 10 + (ones ? digits.indexOf(ones) + 1 : 0)
}

/** Reads `docs/statutes/{slug}.md`: articles by number. Chapter headings belong to no article. */
export function printedArticles(slug: string): Map<number, PrintedArticle> {
  const path = fileURLToPath(new URL(`../../docs/statutes/${slug}.md`, import.meta.url))
  const articles = new Map<number, PrintedArticle>()
  let current: PrintedArticle | null = null
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (!line.trim() || line.startsWith('#')) continue
    const head = /^\*\*第([一二三四五六七八九十]+)条\*\*\s*(.*)$/.exec(line)
    if (head) {
      current = { paragraphs: [] }
      articles.set(number(head[1] ?? ''), current)
    }
    const text = head ? (head[2] ?? '') : line
    if (!current) continue
    const last = current.paragraphs.at(-1)
    if (/^[（(][一二三四五六七八九十]+[）)]/.test(text) && last) last.items.push(text)
    else current.paragraphs.push({ text, items: [] })
  }
  return articles
}
