import type { Role } from '../base/actor.ts'
import { isId } from '../base/ids.ts'
import type { Tx } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'
import type { StaffMember } from './model.ts'

/** SQL of staff accounts. */

const member = `id, username, display_name as "displayName", roles, attributes,
  jsonb_build_object('voice', capacity_voice, 'text', capacity_text) as capacity, unit_id as "unitId",
  password_hash is not null as "hasPassword", totp_confirmed_at is not null as "secondFactor",
  disabled_at is not null as disabled, last_sign_in_at as "lastSignInAt"`

export type Credentials = StaffMember & {
  passwordHash: string | null
  passwordAgeMs: number | null
  totpSealed: string | null
}
const credentials = `${member}, password_hash as "passwordHash", totp_sealed as "totpSealed",
  (extract(epoch from clock_timestamp() - password_changed_at) * 1000)::float8 as "passwordAgeMs"`

export async function findMember(tx: Tx, id: string): Promise<Credentials | null> {
  const [row] = await tx.query<Credentials>(`select ${credentials} from staff where id = $1`, [id])
  return row ?? null
}

/** Unknown ids are missing from the map. */
export async function findMembers(tx: Tx, ids: readonly string[]): Promise<Map<string, Credentials>> {
  const rows = await tx.query<Credentials>(
    prepared(`select ${credentials} from staff where id = any($1::uuid[])`),
    [ids],
  )
  return new Map(rows.map((m) => [m.id, m]))
}

export async function findByUsername(tx: Tx, username: string): Promise<Credentials | null> {
  const [row] = await tx.query<Credentials>(
    `select ${credentials} from staff where lower(username) = lower($1)`,
    [username],
  )
  return row ?? null
}

export async function listMembers(tx: Tx): Promise<StaffMember[]> {
  return tx.query<StaffMember>(
    `select ${member} from staff order by disabled_at nulls first, lower(username)`,
  )
}

/** Accounts by id, for slices that show who did something. Unknown ids are missing from the map. */
export async function namesOf(tx: Tx, ids: string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ id: string; name: string }>(
    prepared(`select id, display_name as name from staff where id = any($1::uuid[])`),
    [ids],
  )
  return new Map(rows.map((r) => [r.id, r.name]))
}

/** Units by account id; null for staff of the centre. Unknown ids, also such as are none, are missing from the map. */
export async function unitsOf(tx: Tx, ids: readonly string[]): Promise<Map<string, string | null>> {
  const rows = await tx.query<{ id: string; unit: string | null }>(
    prepared(`select id, unit_id as unit from staff where id = any($1::uuid[])`),
    [ids.filter(isId)],
  )
  return new Map(rows.map((r) => [r.id, r.unit]))
}

/** Where somebody works, and whether a leader of his unit other than himself could decide about him. */
export type Post = { unit: string | null; ledByOther: boolean }

/** Posts by account id. Unknown ids, also such as are none, are missing from the map. */
export async function postsOf(tx: Tx, ids: readonly string[]): Promise<Map<string, Post>> {
  const rows = await tx.query<Post & { id: string }>(
    prepared(`select s.id, s.unit_id as unit, exists (select from staff l
         where l.unit_id = s.unit_id and l.id <> s.id and 'unitLeader' = any(l.roles) and l.disabled_at is null)
       as "ledByOther"
     from staff s where s.id = any($1::uuid[])`),
    [ids.filter(isId)],
  )
  return new Map(rows.map(({ id, unit, ledByOther }) => [id, { unit, ledByOther }]))
}

export type AgentAccount = Pick<StaffMember, 'id' | 'displayName' | 'roles' | 'attributes' | 'capacity'>

export async function agentAccounts(tx: Tx, ids: string[]): Promise<Map<string, AgentAccount>> {
  const rows = await tx.query<AgentAccount>(
    prepared(`select id, display_name as "displayName", roles, attributes,
       jsonb_build_object('voice', capacity_voice, 'text', capacity_text) as capacity
     from staff where id = any($1::uuid[]) and disabled_at is null`),
    [ids],
  )
  return new Map(rows.map((r) => [r.id, r]))
}

export type NewMember = {
  id: string
  username: string
  displayName: string
  roles: Role[]
  attributes: Record<string, string[]>
  capacity: { voice: number; text: number }
  unitId: string | null
  passwordHash: string | null
  createdBy: string
}

export async function insertMember(tx: Tx, m: NewMember): Promise<void> {
  await tx.query(
    `insert into staff (id, username, display_name, roles, attributes, capacity_voice, capacity_text, unit_id,
       password_hash, password_changed_at, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text,
       case when $9::text is null then null else clock_timestamp() end, $10)`,
    [
      m.id,
      m.username,
      m.displayName,
      m.roles,
      JSON.stringify(m.attributes),
      m.capacity.voice,
      m.capacity.text,
      m.unitId,
      m.passwordHash,
      m.createdBy,
    ],
  )
}

export type MemberChange = Partial<
  Pick<StaffMember, 'displayName' | 'roles' | 'attributes' | 'capacity' | 'unitId'>
>

export async function updateMember(tx: Tx, id: string, c: MemberChange): Promise<boolean> {
  const rows = await tx.query(
    `update staff set display_name = coalesce($2, display_name), roles = coalesce($3::text[], roles),
       attributes = coalesce($4::jsonb, attributes), capacity_voice = coalesce($5, capacity_voice),
       capacity_text = coalesce($6, capacity_text),
       unit_id = case when $7::boolean then $8 else unit_id end
     where id = $1 returning id`,
    [
      id,
      c.displayName ?? null,
      c.roles ?? null,
      c.attributes ? JSON.stringify(c.attributes) : null,
      c.capacity?.voice ?? null,
      c.capacity?.text ?? null,
      c.unitId !== undefined,
      c.unitId ?? null,
    ],
  )
  return rows.length > 0
}

export async function setDisabled(tx: Tx, id: string, disabled: boolean): Promise<boolean> {
  const rows = await tx.query(
    `update staff set disabled_at = case when $2 then clock_timestamp() end
     where id = $1 and (disabled_at is not null) <> $2 returning id`,
    [id, disabled],
  )
  return rows.length > 0
}

/** Administrators of the system who can still sign in. */
export async function countSystemAdministrators(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from staff where disabled_at is null and roles @> '{systemAdministrator}'`,
  )
  return row?.n ?? 0
}

/** One set-up at a time; held until the transaction ends. */
export async function lockSetup(tx: Tx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtext('staff.setup'))`)
}

export async function setPassword(tx: Tx, id: string, hash: string): Promise<void> {
  await tx.query(
    `update staff set password_hash = $2, password_changed_at = clock_timestamp() where id = $1`,
    [id, hash],
  )
}

export async function clearPassword(tx: Tx, id: string): Promise<void> {
  await tx.query(`update staff set password_hash = null, password_changed_at = null where id = $1`, [id])
}

export async function setSecret(tx: Tx, id: string, sealed: string): Promise<boolean> {
  const rows = await tx.query(
    `update staff set totp_sealed = $2 where id = $1 and totp_confirmed_at is null returning id`,
    [id, sealed],
  )
  return rows.length > 0
}

export async function clearSecret(tx: Tx, id: string): Promise<void> {
  await tx.query(`update staff set totp_sealed = null, totp_confirmed_at = null where id = $1`, [id])
}

/** Uses up a time step; false when it or a later one was used before. The first use confirms the enrolment. */
export async function useStep(tx: Tx, id: string, step: number): Promise<boolean> {
  const rows = await tx.query(
    `update staff set totp_last_step = $2, totp_confirmed_at = coalesce(totp_confirmed_at, clock_timestamp())
     where id = $1 and totp_last_step < $2 and totp_sealed is not null returning id`,
    [id, step],
  )
  return rows.length > 0
}

export async function stampSignIn(tx: Tx, id: string): Promise<void> {
  await tx.query(`update staff set last_sign_in_at = clock_timestamp() where id = $1`, [id])
}
