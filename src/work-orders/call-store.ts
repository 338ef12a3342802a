import type { Tx } from '../db/pool.ts'
import type { CallPurpose, CallResult } from './rules/call-requester.ts'

/** SQL of calls to requesters: what each was for and what came of it. The call itself is a contact. */

export type CallRow = {
  id: string
  orderId: string
  contactId: string
  purpose: CallPurpose
  leg: number | null
  callerId: string
  callerRole: string
  cite: string | null
  startedAt: Date
  settledAt: Date | null
  result: CallResult | null
  seconds: number | null
}

const columns = `c.id, c.order_id as "orderId", c.contact_id as "contactId", c.purpose, c.leg, c.caller_id as "callerId",
  c.caller_role as "callerRole", c.cite, c.started_at as "startedAt", c.settled_at as "settledAt", c.result, c.seconds`

export async function insertCall(
  tx: Tx,
  c: Omit<CallRow, 'settledAt' | 'result' | 'seconds'>,
): Promise<void> {
  await tx.query(
    `insert into order_calls (id, order_id, contact_id, purpose, leg, caller_id, caller_role, cite, started_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [c.id, c.orderId, c.contactId, c.purpose, c.leg, c.callerId, c.callerRole, c.cite, c.startedAt],
  )
}

const some = async (tx: Tx, where: string, values: unknown[], more = ''): Promise<CallRow[]> =>
  tx.query<CallRow>(`select ${columns} from order_calls c where ${where} ${more}`, values)

export const callsOf = (tx: Tx, orderId: string, limit: number): Promise<CallRow[]> =>
  some(tx, 'c.order_id = $1', [orderId, limit], 'order by c.started_at desc, c.id limit $2')

export const findCall = async (tx: Tx, orderId: string, id: string): Promise<CallRow | null> =>
  (await some(tx, 'c.order_id = $1 and c.id = $2', [orderId, id]))[0] ?? null

export const unsettledOfOrder = async (tx: Tx, orderId: string): Promise<CallRow | null> =>
  (await some(tx, 'c.order_id = $1 and c.settled_at is null', [orderId]))[0] ?? null

export const callOfContact = async (tx: Tx, contactId: string): Promise<CallRow | null> =>
  (await some(tx, 'c.contact_id = $1', [contactId]))[0] ?? null

/** Calls that are not settled yet, the oldest first. */
export const unsettled = (tx: Tx, limit: number): Promise<CallRow[]> =>
  some(tx, 'c.settled_at is null', [limit], 'order by c.started_at limit $1')

export async function callsSince(tx: Tx, orderId: string, since: Date): Promise<number> {
  const [row] = await tx.query<{ n: number }>(
    `select count(*)::int as n from order_calls where order_id = $1 and started_at > $2`,
    [orderId, since],
  )
  return row?.n ?? 0
}

/** @returns false when somebody has settled it before */
export async function settleCall(
  tx: Tx,
  id: string,
  { at, result, seconds }: { at: Date; result: CallResult; seconds: number | null },
): Promise<boolean> {
  const rows = await tx.query(
    `update order_calls set settled_at = $2, result = $3, seconds = $4
     where id = $1 and settled_at is null returning id`,
    [id, at, result, seconds],
  )
  return rows.length > 0
}

/** The contacts of an order's calls, oldest first. */
export async function contactsOfCalls(tx: Tx, orderId: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select contact_id as id from order_calls where order_id = $1 order by started_at`,
    [orderId],
  )
  return rows.map((row) => row.id)
}
