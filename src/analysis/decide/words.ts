import { grams } from '../../base/grams.ts'
import type { Raise } from '../model.ts'

/**
 * PURE. Words that many titles share, without a dictionary: pairs of characters that enough people used are joined to
 * the longer word they make together. What fewer people wrote never shows, so a name cannot.
 */

/** Pairs that say nothing of the matter. */
const empty = new Set(
  '反映 问题 情况 咨询 投诉 求助 举报 建议 意见 要求 希望 请求 关于 有关 相关 部门 单位 处理 解决 办理 查询 什么 怎么 如何 没有 不能 无法 小区 居民 市民 群众 先生 女士 来电 诉求 事项 门口 附近 进行 现在 已经'.split(
    ' ',
  ),
)

export type Shared = { words: string; raises: Raise[] }

const peopleIn = (raises: Iterable<Raise>): number => new Set([...raises].map((r) => r.person)).size

/** Two pairs are of one topic when most of their titles are the same. */
const overlap = 0.6

export function sharedWords(raises: readonly Raise[], atLeast: number): Shared[] {
  const byPair = new Map<string, Set<Raise>>()
  for (const raise of raises)
    for (const pair of grams(raise.title ?? '')) {
      if ([...pair].length < 2 || empty.has(pair)) continue
      const own = byPair.get(pair) ?? new Set()
      byPair.set(pair, own.add(raise))
    }
  const candidates = [...byPair]
    .map(([pair, own]) => ({ pair, own, people: peopleIn(own) }))
    .filter(({ people }) => people >= atLeast)
    .sort((a, b) => b.people - a.people || (a.pair < b.pair ? -1 : 1))
  const taken = new Set<string>()
  return candidates.flatMap(({ pair, own }): Shared[] => {
    if (taken.has(pair)) return []
    const near = candidates.filter((c) => !taken.has(c.pair) && alike(own, c.own))
    near.forEach((c) => taken.add(c.pair))
    return [{ words: joined(pair, near, atLeast), raises: [...own] }]
  })
}

function alike(a: ReadonlySet<Raise>, b: ReadonlySet<Raise>): boolean {
  const both = [...a].filter((raise) => b.has(raise)).length
  return both / (a.size + b.size - both) >= overlap
}

/** 暖气 + 气不 + 不热 → 暖气不热: grows while enough people wrote the pair that follows or goes before. */
function joined(
  pair: string,
  near: readonly { pair: string; own: ReadonlySet<Raise> }[],
  atLeast: number,
): string {
  let words = pair
  const left = near.filter((c) => c.pair !== pair && [...c.pair].length === 2)
  const take = (fits: (pair: string) => boolean): string | undefined => {
    const n = left.findIndex((c) => fits(c.pair) && peopleIn(c.own) >= atLeast)
    return n < 0 ? undefined : left.splice(n, 1)[0]!.pair
  }
  for (;;) {
    const next = take((p) => [...p][0] === [...words].at(-1))
    if (next !== undefined) {
      words += [...next][1]
      continue
    }
    const before = take((p) => [...p][1] === [...words][0])
    if (before === undefined) return words
    words = [...before][0] + words
  }
}
