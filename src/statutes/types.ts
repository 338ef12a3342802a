/**
 * PURE. The vocabulary in which a statute is written down.
 *
 * Article: one place of a legal text, down to paragraph (款) and item (项).
 * Answer: how a statute answers one question of a topic. `law`: the article says it. `reading`: the article can be
 * understood in more than one way and this is the way taken, with the reason. `silent`: the text says nothing and the
 * program adds nothing. `localPolicy`: the text says nothing and the centre sets its own practice, which never passes
 * for law on any screen or report.
 */
export const slugs = ['anshan-2019', 'anshan-draft', 'baiyin-2024', 'dandong-first-asked'] as const
export type Slug = (typeof slugs)[number]

export type Article = {
  statute: Slug
  /** Full title, as it is quoted. */
  title: string
  article: number
  paragraph?: number
  item?: number
}

export type Law<T> = { basis: 'law'; cite: readonly Article[]; says: string; value: T }
export type Reading<T> = {
  basis: 'reading'
  cite: readonly Article[]
  says: string
  value: T
  because: string
}
export type Silent = { basis: 'silent'; says: string }
export type LocalPolicy<T> = { basis: 'localPolicy'; says: string; value: T }
export type Answer<T> = Law<T> | Reading<T> | Silent | LocalPolicy<T>

type Cite = Article | readonly Article[]
const list = (cite: Cite): readonly Article[] => ('article' in cite ? [cite] : cite)

/** @param says one Chinese sentence for screens and for `GET /api/statutes/{slug}` */
export const law = <T>(cite: Cite, says: string, value: T): Law<T> => ({
  basis: 'law',
  cite: list(cite),
  says,
  value,
})
export const reading = <T>(cite: Cite, says: string, value: T, because: string): Reading<T> => ({
  basis: 'reading',
  cite: list(cite),
  says,
  value,
  because,
})
export const silent = (says: string): Silent => ({ basis: 'silent', says })
export const localPolicy = <T>(says: string, value: T): LocalPolicy<T> => ({
  basis: 'localPolicy',
  says,
  value,
})

/** The answer's value, or `fallback` where the text is silent. */
export const valueOf = <T>(answer: Answer<T>, fallback: T): T =>
  answer.basis === 'silent' ? fallback : answer.value

/** Makes the article factory of one statute. Arguments: article, paragraph (款), item (项). */
export const articlesOf =
  (statute: Slug, title: string) =>
  (article: number, paragraph?: number, item?: number): Article => ({
    statute,
    title,
    article,
    ...(paragraph === undefined ? {} : { paragraph }),
    ...(item === undefined ? {} : { item }),
  })

const digits = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九']

/** 1–99 in Chinese, as articles are counted. */
export function chineseNumber(n: number): string {
  const tens = Math.floor(n / 10)
  const head = tens === 0 ? '' : tens === 1 ? '十' : `${digits[tens]}十`
  return head + digits[n % 10]
}

/** `第二十条第（二）项`: the place inside its text. */
export function placeOf({ article, paragraph, item }: Article): string {
  const parts = [`第${chineseNumber(article)}条`]
  if (paragraph !== undefined) parts.push(`第${chineseNumber(paragraph)}款`)
  if (item !== undefined) parts.push(`第（${chineseNumber(item)}）项`)
  return parts.join('')
}

/** `《鞍山市群众诉求办理条例》第二十条第（二）项`: what people read on screens, notices and problems. */
export const citeText = (article: Article): string => `《${article.title}》${placeOf(article)}`

/** The articles of an answer as people read them, or null where the text is silent or the practice is local. */
export function citesOf(answer: Answer<unknown>): string | null {
  if (answer.basis === 'silent' || answer.basis === 'localPolicy') return null
  return answer.cite.map(citeText).join('、')
}
