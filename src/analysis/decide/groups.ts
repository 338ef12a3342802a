import type { Statute } from '../../statutes/statute.ts'
import type { Dimension, Tally } from '../model.ts'
import { labelOfCategory, labelOfKind } from './risks.ts'

/** PURE. Groups of figures: their names, and what is put together so that nobody is found by a small number. */

/** A place from which fewer different requesters came is not named. Local policy. */
export const fewestAtPlace = 3

const channelNames: Readonly<Record<string, string>> = {
  voice: '电话',
  sms: '短信',
  wechat: '微信',
  web: '网站',
}
const unknown: Record<Dimension, string> = {
  unit: '尚未派单',
  category: '未分类',
  place: '其他地点',
  kind: '未确定类别',
  channel: '其他渠道',
}

export function labelOf(
  by: Dimension,
  key: string,
  { statute, units }: { statute: Statute; units: ReadonlyMap<string, string> },
): string {
  if (key === '') return unknown[by]
  switch (by) {
    case 'unit':
      return units.get(key) ?? key
    case 'category':
      return labelOfCategory(statute, Number(key)) ?? key
    case 'place':
      return key
    case 'kind':
      return labelOfKind(statute, key)
    case 'channel':
      return channelNames[key] ?? key
  }
}

/** By name, never by figure: 66 号文 asks for no one-sided ranking. What is unknown comes last. */
export const byName = <T extends { key: string; label: string }>(groups: readonly T[]): T[] =>
  [...groups].sort((a, b) =>
    (a.key === '') === (b.key === '') ? a.label.localeCompare(b.label, 'zh-CN') : a.key === '' ? 1 : -1,
  )

const added = (
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> => {
  const sum: Record<string, number> = { ...a }
  for (const [code, n] of Object.entries(b)) sum[code] = (sum[code] ?? 0) + n
  return sum
}

/** The same tallies under other keys; those that come to lie under one are added up. */
export function rekeyed(tallies: readonly Tally[], keyOf: (key: string) => string): Tally[] {
  const found = new Map<string, Tally>()
  for (const tally of tallies) {
    const key = keyOf(tally.key)
    const id = `${tally.measure} ${key}`
    const before = found.get(id)
    found.set(
      id,
      before
        ? {
            ...before,
            numerator: before.numerator + tally.numerator,
            denominator: before.denominator + tally.denominator,
            excluded: added(before.excluded, tally.excluded),
          }
        : { ...tally, key },
    )
  }
  return [...found.values()]
}

export const keysOf = (rows: readonly { key: string }[]): string[] => [...new Set(rows.map((r) => r.key))]

/** Result as the unit says and as the requester says, side by side. */
export type TruthCount = { key: string; unit: boolean; requester: boolean | null; count: number }

export function truthsOf(rows: readonly TruthCount[]): {
  unit: number
  all: number
  requester: number
  answered: number
  bothSolved: number
  onlyUnit: number
  onlyRequester: number
  neither: number
  unanswered: number
} {
  const sum = (fits: (row: TruthCount) => boolean): number =>
    rows.filter(fits).reduce((n, row) => n + row.count, 0)
  return {
    unit: sum((r) => r.unit),
    all: sum(() => true),
    requester: sum((r) => r.requester === true),
    answered: sum((r) => r.requester !== null),
    bothSolved: sum((r) => r.unit && r.requester === true),
    onlyUnit: sum((r) => r.unit && r.requester === false),
    onlyRequester: sum((r) => !r.unit && r.requester === true),
    neither: sum((r) => !r.unit && r.requester === false),
    unanswered: sum((r) => r.requester === null),
  }
}
