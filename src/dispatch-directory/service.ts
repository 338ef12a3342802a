import type { Actor } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Db, Tx } from '../db/pool.ts'
import { dayOf, formatDay, formatInstant } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import type {
  EndBody,
  EntryBody,
  EntryView,
  SuggestQuery,
  Suggestions,
  WarningView,
  Written,
} from './contract.ts'
import {
  decideEnd,
  decideEntry,
  suggest,
  warningsAgainst,
  warningsOfEntry,
  type Refused,
  type Warning,
} from './decide.ts'
import { isValid, type DirectoryUnit, type Entry } from './model.ts'
import * as store from './store.ts'

export type DirectoryParts = {
  db: Db
  clock: Clock
  /** The statute of the city: its categories are the directory's. */
  statute: Statute
  /** Every unit, closed ones too. */
  units: (tx: Tx) => Promise<DirectoryUnit[]>
}

/** More would help nobody to decide. */
const mostSuggestions = 5

const source = '国办函〔2025〕66号第五项'
const says: Record<Warning, Omit<WarningView, 'code'>> = {
  unitClosed: { says: '该单位已不在承办单位名录中，请更新派单目录。', source: '本市内部规定' },
  leadDiffers: {
    says: '派单目录列明由其他单位主办，请核对；确需派给该单位的，请写明理由。',
    source: '本市内部规定',
  },
  departmentMatterToGrassRoots: {
    says: '目录列明由部门负责，部门职责事项不得分派给基层；确需派给基层的，请先与该部门核实。',
    source,
  },
}
const viewOf = (warnings: readonly Warning[]): WarningView[] =>
  warnings.map((code) => ({ code, ...says[code] }))

/** 派单目录: suggests units for a matter and keeps by which document. It never dispatches anything itself. */
export function createDispatchDirectory({ db, clock, statute, units }: DirectoryParts) {
  const unitMap = async (tx: Tx): Promise<Map<string, DirectoryUnit>> =>
    new Map((await units(tx)).map((unit) => [unit.code, unit]))

  const nameIn = (known: ReadonlyMap<string, DirectoryUnit>) => (code: string) => ({
    code,
    name: known.get(code)?.name ?? code,
  })

  return {
    /** Entries of the city's statute, the newest first; `all` shows those that do not stand today, too. */
    async list({ all }: { all: boolean }): Promise<EntryView[]> {
      const today = dayOf(clock())
      const found = (await store.entriesOf(db, statute.slug)).filter((e) => all || isValid(e, today))
      const [known, changes] = await Promise.all([
        unitMap(db),
        store.changesOf(
          db,
          found.map((e) => e.id),
        ),
      ])
      const name = nameIn(known)
      return found.map((e) => ({
        id: e.id,
        statute: e.statute,
        category: e.category,
        keywords: [...e.keywords],
        place: e.place,
        leadUnit: name(e.leadUnit),
        coUnits: e.coUnits.map(name),
        validFrom: formatDay(e.validFrom),
        validTo: e.validTo === null ? null : formatDay(e.validTo),
        basis: e.basis,
        note: e.note,
        valid: isValid(e, today),
        changes: changes
          .filter((c) => c.entryId === e.id)
          .map(({ change, at, by, role, basis, validTo }) => ({
            change,
            at: formatInstant(at),
            by,
            role,
            basis,
            validTo,
          })),
      }))
    },

    /** @throws Problem 409 | 422 with what is wrong in the entry */
    async add(body: EntryBody, actor: Actor): Promise<Written> {
      return db.tx(async (tx) => {
        await store.lockDirectory(tx)
        const known = {
          statute,
          units: await unitMap(tx),
          entries: await store.entriesOf(tx, statute.slug),
        }
        const entry = granted(decideEntry(storable(body), known))
        const id = newId()
        await store.insertEntry(tx, id, entry)
        const change = { change: 'added' as const, basis: entry.basis, validTo: entry.validTo }
        await store.insertChange(tx, id, change, { actor, at: clock() })
        return { id, warnings: viewOf(warningsOfEntry(entry, known)) }
      })
    },

    /** The entry stays in the history. @throws Problem 404 | 409 | 422 */
    async end(id: string, body: EndBody, actor: Actor): Promise<Written> {
      return db.tx(async (tx) => {
        await store.lockDirectory(tx)
        const at = clock()
        const entry: Entry | null = (await store.entriesOf(tx, statute.slug)).find((e) => e.id === id) ?? null
        const { validTo, basis } = granted(decideEnd(entry, storable(body), dayOf(at)))
        await store.endEntry(tx, id, validTo)
        await store.insertChange(tx, id, { change: 'ended', basis, validTo }, { actor, at })
        return { id, warnings: [] }
      })
    },

    /** What speaks against each unit as the leading one, by codes: what the dispatch keeps. */
    async against(
      tx: Tx,
      {
        category,
        title,
        facts,
        place,
      }: { category: number | null; title: string; facts: string; place: string | null },
      chosen: readonly string[],
    ): Promise<Map<string, Warning[]>> {
      const today = dayOf(clock())
      const [known, entries] = [await unitMap(tx), await store.validEntries(tx, statute.slug, today)]
      const fits = suggest({ category, text: `${title}\n${facts}`, place }, today, { entries, units: known })
      return new Map(chosen.map((unit) => [unit, warningsAgainst(unit, fits, known)]))
    },

    /** Units for a matter as far as it is known, and what speaks against the one that was chosen. */
    async suggest(query: SuggestQuery): Promise<Suggestions> {
      const { category, title, facts, place, unit } = storable(query)
      const matter = { category: category ?? null, text: `${title}\n${facts}`, place: place.trim() || null }
      const today = dayOf(clock())
      const [known, entries] = await Promise.all([unitMap(db), store.validEntries(db, statute.slug, today)])
      const fits = suggest(matter, today, { entries, units: known })
      const name = nameIn(known)
      return {
        items: fits
          .slice(0, mostSuggestions)
          .map(({ entry, keywords, place: at, category: of, warnings }) => ({
            entry: entry.id,
            leadUnit: name(entry.leadUnit),
            coUnits: entry.coUnits.map(name),
            basis: entry.basis,
            because: { category: of, place: at, keywords },
            warnings: viewOf(warnings),
          })),
        chosen:
          unit === undefined
            ? null
            : {
                unit: name(unit),
                listed: fits.some(({ entry }) => entry.leadUnit === unit),
                warnings: viewOf(warningsAgainst(unit, fits, known)),
              },
      }
    },
  }
}

export type DispatchDirectory = ReturnType<typeof createDispatchDirectory>

function granted<T extends object>(decided: T | Refused): T {
  if ('refused' in decided) {
    const { status, refused, title, detail } = decided
    throw problem(status, refused, title, detail)
  }
  return decided
}
