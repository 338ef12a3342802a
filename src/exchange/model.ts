/**
 * PURE. Exchange with other platforms (鞍山 2019 第三十二条 互转和共享, 草案 第二十二条 与行政执法监督的信息共享, 白银 第五条 互联互通).
 *
 * Platform: another system with a token of its own; its name is the source of the matters it hands in. Relation: why
 * something concerns it: it is the source, the order was handed on to it, or the city shares such orders with it.
 */
export type Platform = {
  name: string
  sha256: readonly string[]
  shares: { categories: readonly number[] | null; kinds: readonly string[] | null } | null
}

export const relations = ['source', 'handedOn', 'shared'] as const
export type Relation = (typeof relations)[number]

/** One entry of a platform's feed: a matter by its id, or an order by its number. */
export type Concern = {
  platform: string
  subject: 'matter' | 'order'
  ref: string
  relation: Relation
}
