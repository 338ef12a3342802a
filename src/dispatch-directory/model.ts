import type { Day } from '../statutes/calendar.ts'

/** PURE. 派单目录: which units a kind of matter goes to at a place, since when and by which document. */
export type Entry = {
  id: string
  statute: string
  /** Null: of any category. */
  category: number | null
  /** Any of these in the title or the facts; empty: whatever the words. */
  keywords: readonly string[]
  /** A part of the order's place; null: anywhere in the city. */
  place: string | null
  leadUnit: string
  coUnits: readonly string[]
  validFrom: Day
  /** The last day, or null: until further notice. */
  validTo: Day | null
  /** 文号 or title of the document. */
  basis: string
  note: string | null
}

/** A unit as the directory has to know it. */
export type DirectoryUnit = { code: string; name: string; kind: string; active: boolean }

/** What an order says of itself before it is dispatched. */
export type Matter = { category: number | null; text: string; place: string | null }

/** 基层: townships, subdistricts and what lies below them. */
const grassRoots: readonly string[] = ['township', 'subdistrict', 'street', 'village', 'community']

export const isGrassRoots = (unit: Pick<DirectoryUnit, 'kind'> | undefined): boolean =>
  unit !== undefined && grassRoots.includes(unit.kind)

export const isValid = (entry: Pick<Entry, 'validFrom' | 'validTo'>, day: Day): boolean =>
  entry.validFrom <= day && (entry.validTo === null || day <= entry.validTo)

/** Both stand on some day. */
export const overlap = (
  a: Pick<Entry, 'validFrom' | 'validTo'>,
  b: Pick<Entry, 'validFrom' | 'validTo'>,
): boolean =>
  (b.validTo === null || a.validFrom <= b.validTo) && (a.validTo === null || b.validFrom <= a.validTo)

export type Match = { entry: Entry; keywords: string[]; place: boolean; category: boolean }

/** How an entry fits a matter, or null: everything that it names must fit. */
export function matchOf(entry: Entry, matter: Matter): Match | null {
  const keywords = entry.keywords.filter((word) => matter.text.includes(word))
  if (entry.keywords.length > 0 && keywords.length === 0) return null
  if (entry.place !== null && !matter.place?.includes(entry.place)) return null
  if (entry.category !== null && entry.category !== matter.category) return null
  return { entry, keywords, place: entry.place !== null, category: entry.category !== null }
}

/** The narrowest first: words before place before category, then the newest. */
export const byFit = (a: Match, b: Match): number =>
  b.keywords.length - a.keywords.length ||
  longest(b.keywords) - longest(a.keywords) ||
  (b.entry.place?.length ?? 0) - (a.entry.place?.length ?? 0) ||
  Number(b.category) - Number(a.category) ||
  b.entry.validFrom - a.entry.validFrom ||
  a.entry.id.localeCompare(b.entry.id)

const longest = (words: readonly string[]): number => Math.max(0, ...words.map((word) => word.length))
