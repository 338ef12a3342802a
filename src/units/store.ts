import type { Actor } from '../base/actor.ts'
import type { Tx } from '../db/pool.ts'
import type { MethodClock } from './decide.ts'
import type { UnitMethod, UnitRecord } from './model.ts'

/** SQL of the registry of units. Seeding is in src/work-orders/store.ts. */
const columns = `code, name, kind, parent_code as parent, leader, deputy, office, contacts,
  petition_office as "petitionOffice", active`

export async function findUnit(tx: Tx, code: string): Promise<UnitRecord | null> {
  const [row] = await tx.query<Stored>(`select ${columns} from units where code = $1`, [code])
  return row ? whole(row) : null
}

/** Seeded contacts may lack a part. */
type Stored = Omit<UnitRecord, 'contacts'> & { contacts: Partial<UnitRecord['contacts'][number]>[] }
const whole = (row: Stored): UnitRecord => ({
  ...row,
  contacts: row.contacts.map(({ name, position, phone }) => ({
    name: name ?? '',
    position: position ?? '',
    phone: phone ?? '',
  })),
})

/** Changes of the registry happen one at a time: who stands above whom is judged over all of it. */
export async function lockRegistry(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('units.registry'))`)
}

export const listUnits = (tx: Tx): Promise<Pick<UnitRecord, 'code' | 'active'>[]> =>
  tx.query<Pick<UnitRecord, 'code' | 'active'>>(`select code, active from units order by code`)

export async function parentsOf(tx: Tx): Promise<Map<string, string | null>> {
  const rows = await tx.query<{ code: string; parent: string | null }>(
    `select code, parent_code as parent from units`,
  )
  return new Map(rows.map((r) => [r.code, r.parent]))
}

export async function saveUnit(tx: Tx, u: UnitRecord): Promise<void> {
  await tx.query(
    `insert into units (code, name, kind, parent_code, leader, deputy, office, contacts, petition_office, active)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (code) do update set name = $2, kind = $3, parent_code = $4, leader = $5, deputy = $6, office = $7,
       contacts = $8, petition_office = $9, active = $10`,
    [
      u.code,
      u.name,
      u.kind,
      u.parent,
      u.leader,
      u.deputy,
      u.office,
      JSON.stringify(u.contacts),
      u.petitionOffice,
      u.active,
    ],
  )
}

export async function lastVersion(tx: Tx, code: string): Promise<number> {
  const [row] = await tx.query<{ version: number }>(
    `select coalesce(max(version), 0)::int as version from unit_changes where code = $1`,
    [code],
  )
  return row?.version ?? 0
}

export async function insertChange(
  tx: Tx,
  change: { code: string; version: number; before: UnitRecord | null; after: UnitRecord },
  by: { actor: Actor; at: Date },
): Promise<void> {
  await tx.query(
    `insert into unit_changes (code, version, at, actor_id, actor_role, before, after)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      change.code,
      change.version,
      by.at,
      by.actor.id,
      by.actor.role,
      change.before && JSON.stringify(change.before),
      JSON.stringify(change.after),
    ],
  )
}

export type UnitChange = {
  version: number
  at: Date
  by: string
  role: string
  before: UnitRecord | null
  after: UnitRecord
}

export const changesOf = (tx: Tx, code: string): Promise<UnitChange[]> =>
  tx.query<UnitChange>(
    `select version, at, actor_id as by, actor_role as role, before, after from unit_changes
     where code = $1 order by version desc`,
    [code],
  )

const methodColumns = `code, to_char(issued_on, 'YYYY-MM-DD') as "issuedOn", reference, term, due, provisional,
  calendar_version as "calendarVersion", cite, document, office, person, filed_at as "filedAt",
  missed_at as "missedAt"`

/** Starts the clock of each unit named; one that runs already for this day keeps its own. @returns how many */
export async function startMethods(
  tx: Tx,
  codes: readonly string[],
  issue: { issuedOn: string; reference: string } & MethodClock,
): Promise<number> {
  const rows = await tx.query(
    `insert into unit_methods (code, issued_on, reference, term, due, provisional, calendar_version, cite)
     select code, $2::date, $3, $4, $5, $6, $7, $8 from unnest($1::text[]) as code
     on conflict (code, issued_on) do nothing returning 1`,
    [
      codes,
      issue.issuedOn,
      issue.reference,
      issue.term,
      issue.due,
      issue.provisional,
      issue.calendarVersion,
      issue.cite,
    ],
  )
  return rows.length
}

/** What the city issued last, or null. */
export async function lastIssue(tx: Tx): Promise<{ issuedOn: string; reference: string } | null> {
  const [row] = await tx.query<{ issuedOn: string; reference: string }>(
    `select to_char(issued_on, 'YYYY-MM-DD') as "issuedOn", reference from unit_methods
     order by issued_on desc limit 1`,
  )
  return row ?? null
}

/** The newest of a unit, locked. */
export async function lockMethod(tx: Tx, code: string): Promise<UnitMethod | null> {
  const [row] = await tx.query<UnitMethod>(
    `select ${methodColumns} from unit_methods where code = $1 order by issued_on desc limit 1 for update`,
    [code],
  )
  return row ?? null
}

export async function fileMethod(
  tx: Tx,
  key: Pick<UnitMethod, 'code' | 'issuedOn'>,
  filed: { document: string; office: string; person: string; at: Date; by: string },
): Promise<void> {
  await tx.query(
    `update unit_methods set document = $3, office = $4, person = $5, filed_at = $6, filed_by = $7,
       missed_at = case when $6 >= due then coalesce(missed_at, $6) else missed_at end
     where code = $1 and issued_on = $2::date`,
    [key.code, key.issuedOn, filed.document, filed.office, filed.person, filed.at, filed.by],
  )
}

/** The newest of every unit. */
export const methods = (tx: Tx): Promise<UnitMethod[]> =>
  tx.query<UnitMethod>(
    `select distinct on (code) ${methodColumns} from unit_methods order by code, issued_on desc`,
  )

export type MethodDue = { code: string; issuedOn: string; due: Date; cite: string }
const dueColumns = `code, to_char(issued_on, 'YYYY-MM-DD') as "issuedOn", due, cite`

/** Marks what ran out; whoever comes second finds nothing. */
export const claimMissed = (tx: Tx, now: Date): Promise<MethodDue[]> =>
  tx.query<MethodDue>(
    `update unit_methods set missed_at = $1 where filed_at is null and missed_at is null and due <= $1
     returning ${dueColumns}`,
    [now],
  )

/** Marks what is due before `until` and of which nobody has reminded. */
export const claimReminders = (tx: Tx, now: Date, until: Date): Promise<MethodDue[]> =>
  tx.query<MethodDue>(
    `update unit_methods set reminded_at = $1
     where filed_at is null and missed_at is null and reminded_at is null and due > $1 and due <= $2
     returning ${dueColumns}`,
    [now, until],
  )

export const runningUnderOtherCalendar = (tx: Tx, version: string): Promise<UnitMethod[]> =>
  tx.query<UnitMethod>(
    `select ${methodColumns} from unit_methods
     where filed_at is null and missed_at is null and calendar_version <> $1`,
    [version],
  )

export async function moveMethod(
  tx: Tx,
  key: Pick<UnitMethod, 'code' | 'issuedOn'>,
  to: MethodClock,
): Promise<void> {
  await tx.query(
    `update unit_methods set due = $3, provisional = $4, calendar_version = $5
     where code = $1 and issued_on = $2::date and filed_at is null and missed_at is null`,
    [key.code, key.issuedOn, to.due, to.provisional, to.calendarVersion],
  )
}
