import type { Pii } from '../base/pii.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Calendar } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import type { Statute } from '../statutes/statute.ts'
import { valueOf, type Answer } from '../statutes/types.ts'
import { dueNow } from './clock.ts'
import * as lists from './figures-lists-store.ts'
import * as store from './figures-store.ts'
import type { Procedure } from './procedures.ts'
import { redact } from './redact.ts'

/**
 * What analysis and disclosure may know of orders: counts, places cut to the street, and lists without identity. All
 * reads of one `snapshot` see the database at one instant, so that the figures of a report agree with each other.
 */
export type FiguresParts = {
  db: Db
  pii: Pii
  statutes: Statutes
  calendar: () => Calendar
  /** Who stands behind contacts, by contact: requesters proven to be one person are one. Opaque ids. */
  persons: (tx: Tx, contactIds: readonly string[]) => Promise<Map<string, string>>
}

export type Glimpse = {
  id: string
  number: string
  title: string
  state: string
  unit: string | null
  category: number | null
  raisedAt: Date
}

/** An order as the source of a public case, with every word that must not be in it. For a guard, never for a screen. */
export type CaseSource = Omit<lists.CaseRow, 'nameSealed' | 'homeSealed' | 'contactSealed'> & {
  name: string | null
  home: string | null
  contact: string | null
}

/** `person`: an opaque id, to tell people apart. */
export type Raised = Omit<lists.RaiseRow, 'contactId'> & { person: string }

export type Figures = ReturnType<typeof createFigures>
export type FigureReader = ReturnType<typeof reader>

/** The most raises that are looked at for topics; where there were more, the newest, and the answer says so. */
export const mostRaises = 20_000

export function createFigures(parts: FiguresParts) {
  return {
    /** Runs every read at the same instant of the database. */
    snapshot: <T>(run: (figures: FigureReader) => Promise<T>): Promise<T> =>
      parts.db.tx(async (tx) => {
        await tx.query('set transaction isolation level repeatable read read only')
        return run(reader(tx, parts))
      }),
  }
}

const one = (answer: Answer<string> | undefined): string[] =>
  answer === undefined || answer.basis === 'silent' ? [] : [answer.value]

/** The clocks of the statute that measures are taken from. */
const termsOf = ({ topics: { handlingLimit, dispatch } }: Statute): store.Terms => ({
  handle: [...valueOf<readonly string[]>(handlingLimit.handle, [])],
  forward: [...one(dispatch.forward), ...one(dispatch.forwardConsultation)],
  acknowledge: one(handlingLimit.acknowledge),
  response: one(handlingLimit.firstContact),
})

function reader(tx: Tx, { pii, statutes, calendar, persons }: FiguresParts) {
  const open = (sealed: string | null): string | null => (sealed === null ? null : pii.open(sealed))

  /** Extended clocks by the day they had before: `onTimeOriginal` counts them there. */
  async function beforeExtension(c: store.Counted, statute: Statute): Promise<store.TallyRow[]> {
    const found = new Map<string, store.TallyRow>()
    for (const clock of await store.extendedClocks(tx, c, termsOf(statute).handle)) {
      const due = originalDue(clock, statute, calendar())
      if (!due || due <= c.from || due > c.to || due > c.asOf) continue
      const row = found.get(clock.key) ?? {
        key: clock.key,
        measure: 'onTimeOriginal',
        numerator: 0,
        denominator: 0,
        excluded: { voided: 0 },
      }
      found.set(clock.key, row)
      if (clock.voidedAt !== null && clock.voidedAt < due) row.excluded['voided']! += 1
      else {
        row.denominator += 1
        if (clock.metAt !== null && clock.metAt < due) row.numerator += 1
      }
    }
    return [...found.values()]
  }

  return {
    /** Counts of every measure, by group. */
    async tallies(c: store.Counted): Promise<store.TallyRow[]> {
      const statute = statutes.of(c.statute)
      const rows = await store.tallies(tx, c, termsOf(statute))
      for (const more of await beforeExtension(c, statute)) {
        const same = rows.find((row) => row.key === more.key && row.measure === more.measure)
        if (!same) rows.push(more)
        else {
          same.numerator += more.numerator
          same.denominator += more.denominator
          same.excluded['voided'] = (same.excluded['voided'] ?? 0) + more.excluded['voided']!
        }
      }
      return rows
    },
    truths: (c: store.Counted) => store.truths(tx, c),
    volumes: (c: store.Counted) => store.volumes(tx, c),
    supervisions: (c: store.Counted) => store.supervisions(tx, c),
    commonPlaces: (c: store.Counted, least: number) => store.commonPlaces(tx, c, least),

    /** Who raised what where; a contact that leads to nobody known counts for itself. */
    async raises(
      w: { statute: string; from: Date; to: Date; asOf: Date },
      which: 'all' | 'againstUnits' = 'all',
    ): Promise<{ raises: Raised[]; complete: boolean }> {
      const againstUnits = which === 'againstUnits'
      const rows = await lists.raises(tx, w, { limit: mostRaises + 1, againstUnits })
      const seen = rows.slice(0, mostRaises)
      const who = await persons(tx, [...new Set(seen.map((r) => r.contactId))])
      return {
        raises: seen.map(({ contactId, ...row }) => ({ ...row, person: who.get(contactId) ?? contactId })),
        complete: rows.length <= mostRaises,
      }
    },
    stages: (statute: string, asOf: Date, evaluationDays: number) =>
      lists.stages(tx, { statute, asOf, evaluationDays }),
    closings: (c: store.Counted) => lists.closings(tx, c),
    wanderings: (c: store.Counted, least: { sentBack: number; units: number }) =>
      lists.wanderings(tx, c, least),
    lateLabels: (c: store.Counted, hours: number) =>
      lists.lateLabels(tx, c, { terms: termsOf(statutes.of(c.statute)).handle, hours }),
    ownFollowUps: (c: store.Counted) => lists.ownFollowUps(tx, c),
    ineffective: (c: store.Counted, least: number) => lists.ineffective(tx, c, least),
    unitNames: () => lists.unitNames(tx),
    statutesOf: (w: { from: Date; to: Date }) => lists.statutesOf(tx, w),
    /** Orders by number; for a unit only those that lie or lay with it. */
    idsOf: (numbers: readonly string[], unit: string | null) => lists.idsOf(tx, numbers, unit),

    /** Titles without identity; tip-offs are counted and not listed (鞍山 2019 第二十六条). */
    async glimpses(ids: readonly string[]): Promise<{ orders: Glimpse[]; withheld: number }> {
      const rows = ids.length === 0 ? [] : await lists.glimpses(tx, ids)
      const shown = rows.filter((row) => !row.tipOff)
      return {
        orders: shown.map(({ id, number, title, state, unit, category, raisedAt, plain, ...sealed }) => ({
          id,
          number,
          title: plain
            ? redact(title, {
                name: open(sealed.nameSealed),
                home: open(sealed.homeSealed),
                contact: open(sealed.contactSealed),
              })
            : '保密事项',
          state,
          unit,
          category,
          raisedAt,
        })),
        withheld: rows.length - shown.length,
      }
    },

    async caseSource(by: { number: string } | { id: string }): Promise<CaseSource | null> {
      const row = await lists.caseSource(tx, by)
      if (!row) return null
      const { nameSealed, homeSealed, contactSealed, ...rest } = row
      return { ...rest, name: open(nameSealed), home: open(homeSealed), contact: open(contactSealed) }
    },
  }
}

/** When a clock would have ended without its extensions, or null where nothing was to be waited for. */
function originalDue(clock: store.ExtendedClock, statute: Statute, calendar: Calendar): Date | null {
  const term = statute.terms[clock.term]
  if (!term) return null
  const { handlingClass, startedAt, otherLaw } = clock
  const procedures = (clock.recusals ?? []).map((r) => ({
    kind: 'recusal',
    said: { by: 'requester' },
    openedAt: new Date(r.openedAt),
    closedAt: r.closedAt === null ? null : new Date(r.closedAt),
  })) as unknown as Procedure[]
  const found = dueNow(
    term,
    { handlingClass, procedures },
    { startedAt, otherLaw, extensions: [] },
    statute,
    calendar,
  )
  return found?.due ?? null
}
