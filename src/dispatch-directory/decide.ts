import { formatDay, parseDay, type Day } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import type { EndBody, EntryBody } from './contract.ts'
import {
  byFit,
  isGrassRoots,
  isValid,
  matchOf,
  overlap,
  type DirectoryUnit,
  type Entry,
  type Match,
  type Matter,
} from './model.ts'

/**
 * PURE. What may stand in the directory, and what it suggests. It decides nothing: the dispatcher does, and whatever he
 * does against it he is warned of.
 */
export type Refused = { refused: string; status: 404 | 409 | 422; title: string; detail: string }
type Known = { statute: Statute; units: ReadonlyMap<string, DirectoryUnit>; entries: readonly Entry[] }

const refuse = (status: Refused['status'], refused: string, title: string, detail: string): Refused => ({
  refused,
  status,
  title,
  detail,
})

/**
 * `unitClosed`: no longer in the register of units. `leadDiffers`: the directory names others to lead the matter.
 * `departmentMatterToGrassRoots`: see `warningsOf`.
 */
export type Warning = 'unitClosed' | 'leadDiffers' | 'departmentMatterToGrassRoots'

export type NewEntry = Omit<Entry, 'id'>

export function decideEntry(body: EntryBody, known: Known): NewEntry | Refused {
  const days = daysOf(body)
  if ('refused' in days) return days
  const basis = body.basis.trim()
  if (basis === '') return refuse(422, 'basisMissing', '没有写明依据', '请填写确定职责的文件名称或者文号。')
  const entry: NewEntry = {
    statute: known.statute.slug,
    category: body.category ?? null,
    keywords: cleaned(body.keywords),
    place: body.place?.trim() || null,
    leadUnit: body.leadUnit,
    coUnits: cleaned(body.coUnits),
    ...days,
    basis,
    note: body.note?.trim() || null,
  }
  return judgeMatter(entry, known) ?? judgeUnits(entry, known) ?? judgeTwice(entry, known) ?? entry
}

const cleaned = (words: readonly string[] | undefined): string[] => [
  ...new Set((words ?? []).map((word) => word.trim()).filter((word) => word !== '')),
]

function daysOf({ validFrom, validTo }: EntryBody): { validFrom: Day; validTo: Day | null } | Refused {
  const from = parseDay(validFrom)
  const to = validTo === undefined ? null : parseDay(validTo)
  if (from === null || (validTo !== undefined && to === null))
    return refuse(422, 'dayMalformed', '日期不正确', '日期应为 2026-01-31 的形式，并且确有这一天。')
  return to !== null && to < from
    ? refuse(422, 'entryBackwards', '停用日期早于启用日期', '请核对后重新录入。')
    : { validFrom: from, validTo: to }
}

function judgeMatter(entry: NewEntry, { statute }: Known): Refused | null {
  if (entry.category === null && entry.keywords.length === 0 && entry.place === null)
    return refuse(
      422,
      'entryMatchesAll',
      '没有写明适用的事项',
      '请至少填写事项类别、关键词或者地点中的一项。',
    )
  const { categories } = statute.topics.acceptance
  const listed = categories.basis !== 'silent' && categories.value.some((c) => c.code === entry.category)
  return entry.category === null || listed
    ? null
    : refuse(422, 'categoryUnknown', '没有这一事项类别', '请从列出的类别中选择。')
}

function judgeUnits(entry: NewEntry, { units }: Known): Refused | null {
  const all = [entry.leadUnit, ...entry.coUnits]
  if (new Set(all).size < all.length)
    return refuse(422, 'unitTwice', '同一单位出现了两次', '主办单位只有一个，协办单位请勿重复。')
  return all.every((code) => units.get(code)?.active)
    ? null
    : refuse(422, 'unitUnknown', '没有这个承办单位', '请从承办单位名录中选择。')
}

/** Two entries of the same matter at the same time leave the dispatcher with two answers. */
function judgeTwice(entry: NewEntry, { entries }: Known): Refused | null {
  const same = entries.find((e) => sameMatter(e, entry) && overlap(e, entry))
  return same
    ? refuse(
        409,
        'entryKnown',
        '这一事项在同一时期已经列入目录',
        `原条目自 ${formatDay(same.validFrom)} 起适用；请先停用原条目，再录入新的条目。`,
      )
    : null
}

const sameMatter = (a: NewEntry, b: NewEntry): boolean =>
  a.category === b.category &&
  a.place === b.place &&
  a.keywords.length === b.keywords.length &&
  a.keywords.every((word) => b.keywords.includes(word))

/** The day on which an entry ends: never before what it has already been used for. */
export function decideEnd(
  entry: Entry | null,
  body: EndBody,
  today: Day,
): { validTo: Day; basis: string } | Refused {
  if (!entry) return refuse(404, 'unknownEntry', '没有这个目录条目', '请刷新后重新选择。')
  const last = parseDay(body.validTo)
  if (last === null)
    return refuse(422, 'dayMalformed', '日期不正确', '日期应为 2026-01-31 的形式，并且确有这一天。')
  const basis = body.basis.trim()
  if (basis === '') return refuse(422, 'basisMissing', '没有写明依据', '请填写停用所依据的文件名称或者文号。')
  if (entry.validTo !== null && entry.validTo < today)
    return refuse(409, 'entryEnded', '这个条目已经停用', `最后适用日为 ${formatDay(entry.validTo)}。`)
  // What was dispatched by it stays explained by it.
  return last < today - 1 || last < entry.validFrom
    ? refuse(422, 'endTooEarly', '停用日期不能早于昨天或者启用日期', '已经按它派单的日子不能改变。')
    : { validTo: last, basis }
}

export type Suggestion = Match & { warnings: Warning[] }

/** Entries that fit the matter on that day, the narrowest first. */
export function suggest(
  matter: Matter,
  day: Day,
  { entries, units }: Pick<Known, 'entries' | 'units'>,
): Suggestion[] {
  const fits = entries
    .filter((entry) => isValid(entry, day))
    .flatMap((entry) => matchOf(entry, matter) ?? [])
    .sort(byFit)
  return fits.map((match) => ({ ...match, warnings: warningsOf(match.entry.leadUnit, fits, units) }))
}

/**
 * What speaks against dispatching a matter to a unit. Matters of departments are not to be handed down to the grass
 * roots (国办函〔2025〕66号第五项：部门职责事项不得分派给基层).
 */
export function warningsOf(
  unit: string,
  fits: readonly Pick<Match, 'entry'>[],
  units: ReadonlyMap<string, DirectoryUnit>,
): Warning[] {
  const closed = !units.get(unit)?.active
  const department = fits.some(({ entry }) => {
    const lead = units.get(entry.leadUnit)
    return lead !== undefined && lead.code !== unit && !isGrassRoots(lead)
  })
  return [
    ...(closed ? ['unitClosed' as const] : []),
    ...(department && isGrassRoots(units.get(unit)) ? ['departmentMatterToGrassRoots' as const] : []),
  ]
}

/** The same of the unit that a dispatcher chose to lead. */
export function warningsAgainst(
  unit: string,
  fits: readonly Pick<Match, 'entry'>[],
  units: ReadonlyMap<string, DirectoryUnit>,
): Warning[] {
  const differs = fits.length > 0 && fits.every(({ entry }) => entry.leadUnit !== unit)
  return [...(differs ? ['leadDiffers' as const] : []), ...warningsOf(unit, fits, units)]
}

/** Of a new entry: others that fit the same matter tell whether it takes a department's matter down. */
export function warningsOfEntry(
  entry: NewEntry,
  { entries, units }: Pick<Known, 'entries' | 'units'>,
): Warning[] {
  const text = entry.keywords.join(' ')
  const matter: Matter = { category: entry.category, text, place: entry.place }
  const fits = entries.filter((e) => overlap(e, entry)).flatMap((e) => matchOf(e, matter) ?? [])
  return warningsOf(entry.leadUnit, fits, units)
}
