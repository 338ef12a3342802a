import type { Statute } from '../../src/statutes/statute.ts'
import type { Answer, Article } from '../../src/statutes/types.ts'
import { printedArticles } from './statute-text.ts'

export type Found = { path: string; answer: Answer<unknown> }

/** Every answer inside a topic, with the way to it. */
export function answersIn(value: unknown, path: string): Found[] {
  if (value === null || typeof value !== 'object') return []
  if ('basis' in value) return [{ path, answer: value as Answer<unknown> }]
  return Object.entries(value).flatMap(([key, inner]) => answersIn(inner, `${path}.${key}`))
}

/** Every place of the text that the statute's answers and terms rest on. */
export const citedBy = ({ topics, terms }: Statute): { path: string; article: Article }[] => [
  ...answersIn(topics, 'topics').flatMap(({ path, answer }) =>
    'cite' in answer ? answer.cite.map((article) => ({ path, article })) : [],
  ),
  ...Object.values(terms).map((term) => ({ path: term.id, article: term.cite })),
]

/** The printed words of a place, without spaces; of the whole article where neither paragraph nor item is named. */
export function printedWords({ statute, article, paragraph, item }: Article): string {
  const paragraphs = printedArticles(statute).get(article)?.paragraphs ?? []
  const chosen =
    paragraph === undefined && item === undefined ? paragraphs : [paragraphs[(paragraph ?? 1) - 1]]
  return chosen
    .flatMap((p) => (item === undefined ? [p?.text, ...(p?.items ?? [])] : [p?.items[item - 1]]))
    .join('')
    .replace(/\s/g, '')
}

/** What answers and terms quote or give as the words of the text, each with the words it must be found in. */
export function quotesOf({ topics, terms }: Statute): [path: string, quote: string, text: string][] {
  const inside = (said: string): string[] => [...said.matchAll(/“([^”]+)”/g)].map(([, quote = '']) => quote)
  return [
    ...answersIn(topics, 'topics').flatMap(({ path, answer }): [string, string, string][] => {
      if (!('cite' in answer)) return []
      const said = answer.says + ('because' in answer ? answer.because : '')
      const text = answer.cite.map(printedWords).join('')
      // … stands for words left out, which each part must be without
      return inside(said).flatMap((quote) =>
        quote.split('……').map((part): [string, string, string] => [path, part, text]),
      )
    }),
    ...Object.values(terms).flatMap((term) =>
      [...(term.words ? [term.words] : []), ...inside(term.because ?? '')].map(
        (quote): [string, string, string] => [term.id, quote, printedWords(term.cite)],
      ),
    ),
  ].map(([path, quote, text]) => [path, quote.replace(/\s/g, ''), text])
}
