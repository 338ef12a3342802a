import { createCalendar, type Calendar, type Day, type YearNotice } from '../statutes/calendar.ts'
import { stateCouncilCalendar, stateCouncilNotice } from '../statutes/state-council.ts'

/**
 * PURE. The calendar of one installation: the State Council's notices that the program ships with, those that were
 * entered since, and the days on which the city closed by its own notice (reading A-04).
 */
type Entered = {
  /** Counts the entries; the version of the calendar names the last one. */
  revision: number
  /** 文号 or title of the notice. */
  reference: string
  at: Date
  by: string
}
export type EnteredNotice = Entered & {
  kind: 'notice'
  year: number
  holidays: readonly Day[]
  makeUpDays: readonly Day[]
}
export type EnteredClosure = Entered & { kind: 'closure'; from: Day; to: Day }
export type CalendarEntry = EnteredNotice | EnteredClosure

const shipped = stateCouncilCalendar()

/** The version after `revision` entries; stored with every due date, so that it is computed again under the next. */
export const versionAt = (revision: number): string =>
  revision === 0 ? shipped.version : `${shipped.version}+r${revision}`

export const revisionOf = (entries: readonly CalendarEntry[]): number =>
  Math.max(0, ...entries.map((entry) => entry.revision))

/** Years that can be asked about: before, Shanghai had summer time; after, nobody asks. */
export const firstYear = 1992
export const lastYear = 2199

export type KnownYear = YearNotice & { reference: string | null }

/** Years with a notice; `reference` is null for those that the program ships with. */
export function knownYears(entries: readonly CalendarEntry[]): KnownYear[] {
  const entered = noticesOf(entries)
  const years: KnownYear[] = []
  for (let year = firstYear; year <= lastYear; year++) {
    const notice = entered.get(year) ?? stateCouncilNotice(year)
    if (notice) years.push({ reference: null, ...notice })
  }
  return years
}

/** What was entered stands, also where a later release of the program ships the same year. */
export function calendarOf(entries: readonly CalendarEntry[]): Calendar {
  const entered = noticesOf(entries)
  const closures = entries.filter((entry) => entry.kind === 'closure')
  const calendar = createCalendar(
    (year) => entered.get(year) ?? stateCouncilNotice(year),
    shipped.version,
    closures,
  )
  return { ...calendar, version: versionAt(revisionOf(entries)) }
}

const noticesOf = (entries: readonly CalendarEntry[]): Map<number, KnownYear> =>
  new Map(
    entries.flatMap((entry) =>
      entry.kind === 'notice'
        ? [
            [
              entry.year,
              {
                year: entry.year,
                reference: entry.reference,
                holidays: new Set(entry.holidays),
                makeUpDays: new Set(entry.makeUpDays),
              },
            ] as const,
          ]
        : [],
    ),
  )
