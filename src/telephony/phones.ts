import { readFile } from 'node:fs/promises'
import { problem } from '../base/problem.ts'
import { uniqueViolation, sqlState, type Db } from '../db/pool.ts'
import { prepared } from '../db/prepared.ts'

/**
 * The pool of phones. Numbers and long secrets come from the file that the Asterisk they register with was rendered
 * from; who has which phone is a row in PostgreSQL. A secret leaves this module only with a binding, for the session of
 * the agent who has it.
 */
export type PhoneKind = 'web' | 'sip'
export type PoolPhone = { number: string; kind: PhoneKind; secret: string }
export type Binding = { number: string; kind: PhoneKind; secret: string }

export type Phones = {
  /**
   * Gives an agent a free phone, or the one he has already. A later login takes his phone over from an earlier one.
   * @param epoch number of the login; higher is later
   * @param wanted number of the telephone that stands on the agent's table; no other will do
   * @throws Problem 409 `loginSuperseded`, 503 `noPhoneFree`
   */
  bind(agentId: string, epoch: number, kind: PhoneKind, wanted?: string): Promise<Binding>
  /** Gives the phone back, if this login still has it. Returns its number. */
  release(agentId: string, epoch: number): Promise<string | null>
  /**
   * A telephone on the table of somebody without a desk; whoever names it last has it, and a desk that signs in with it
   * takes it over. @throws Problem 409 `phoneTaken`, `phoneOfDesk`
   */
  sitAt(staffId: string, number: string): Promise<void>
  /** Agent who has this phone, or null. */
  agentOf(number: string): Promise<string | null>
  phoneOf(agentId: string): Promise<string | null>
  /** Phones in use, for the mirror in the native queue and the desk's overview. */
  bound(): Promise<{ number: string; agentId: string; epoch: number }[]>
}

/** @throws Error when the file is missing or is not a list of phones: without phones no agent can take a call */
export async function readPool(path: string): Promise<PoolPhone[]> {
  const content: unknown = JSON.parse(await readFile(path, 'utf8'))
  if (!Array.isArray(content)) throw new Error('the file of phones is no list')
  return content.map((entry: unknown, index) => {
    const { number, kind, secret } = (entry ?? {}) as Record<string, unknown>
    const usable =
      typeof number === 'string' &&
      /^\d{4}$/.test(number) &&
      typeof secret === 'string' &&
      secret.length >= 16 &&
      (kind === 'web' || kind === 'sip')
    if (!usable) throw new Error(`entry ${index + 1} of the file of phones is not usable`)
    return { number, kind, secret }
  })
}

/** Brings the table in line with the pool and returns the service. */
export async function createPhones(db: Db, pool: readonly PoolPhone[]): Promise<Phones> {
  const secrets = new Map(pool.map((phone) => [phone.number, phone.secret]))
  // A gateway without the file knows nothing: it must not take the phones from those who know.
  if (pool.length > 0) await bringInLine(db, pool)
  type Row = { number: string; kind: PhoneKind; bound_epoch: number }

  /** What this login has already; every look at the desk asks for it. */
  const ownOf = (agentId: string, epoch: number, kind: PhoneKind, wanted?: string): Promise<Row[]> =>
    db.query<Row>(
      prepared(`select number, kind, bound_epoch from phones
       where bound_agent = $1 and bound_epoch = $2 and kind = $3 and ($4::text is null or number = $4)`),
      [agentId, epoch, kind, wanted ?? null],
    )

  const takeOver = (agentId: string, epoch: number, kind: PhoneKind): Promise<Row[]> =>
    db.query<Row>(
      `update phones set bound_epoch = greatest(bound_epoch, $2), bound_at = clock_timestamp()
       where bound_agent = $1 and kind = $3
       returning number, kind, bound_epoch`,
      [agentId, epoch, kind],
    )

  const takeFree = (agentId: string, epoch: number, kind: PhoneKind, wanted?: string): Promise<Row[]> =>
    db.query<Row>(
      `update phones set bound_agent = $1, bound_epoch = $2, bound_at = clock_timestamp()
       where number = (
         select number from phones
         where (bound_agent is null or ($5 and bound_epoch = 0)) and not retired and kind = $3
           and number = any($4::text[])
         order by number limit 1 for update skip locked)
       returning number, kind, bound_epoch`,
      [agentId, epoch, kind, wanted === undefined ? [...secrets.keys()] : [wanted], wanted !== undefined],
    )

  return {
    async bind(agentId, epoch, kind, wanted) {
      const [own] = await ownOf(agentId, epoch, kind, wanted)
      const ownSecret = own && secrets.get(own.number)
      if (ownSecret) return { number: own.number, kind: own.kind, secret: ownSecret }
      // A phone of the other kind, or another than the wanted one, is given back first; one agent, one phone.
      await db.query(
        `update phones set bound_agent = null, bound_epoch = null, bound_at = null
         where bound_agent = $1 and bound_epoch <= $3
           and (kind <> $2 or ($4::text is not null and number <> $4))`,
        [agentId, kind, epoch, wanted ?? null],
      )
      for (let tries = 0; tries < 2; tries++) {
        try {
          const [mine] = await takeOver(agentId, epoch, kind)
          const [got] = mine ? [mine] : await takeFree(agentId, epoch, kind, wanted)
          if (!got) break
          if (got.bound_epoch > epoch) throw superseded()
          const secret = secrets.get(got.number)
          if (!secret) break
          return { number: got.number, kind: got.kind, secret }
        } catch (error) {
          // Two logins of one agent at once: the other has just bound a phone for him, which is found next time.
          if (sqlState(error) !== uniqueViolation) throw error
        }
      }
      throw problem(
        503,
        'noPhoneFree',
        '没有空闲的话机',
        '所有话机都已被使用，请稍后重试，或请管理员增加话机数量。',
      )
    },

    async release(agentId, epoch) {
      const [row] = await db.query<{ number: string }>(
        `update phones set bound_agent = null, bound_epoch = null, bound_at = null
         where bound_agent = $1 and bound_epoch = $2 returning number`,
        [agentId, epoch],
      )
      return row?.number ?? null
    },

    async sitAt(staffId, number) {
      try {
        await db.tx(async (tx) => {
          await tx.query(
            `update phones set bound_agent = null, bound_epoch = null, bound_at = null
             where bound_agent = $1 and bound_epoch = 0 and number <> $2`,
            [staffId, number],
          )
          const taken = await tx.query(
            `update phones set bound_agent = $1, bound_epoch = 0, bound_at = clock_timestamp()
             where number = $2 and kind = 'sip' and not retired and (bound_agent is null or bound_epoch = 0)
             returning number`,
            [staffId, number],
          )
          if (taken.length === 0)
            throw problem(
              409,
              'phoneTaken',
              '这部话机不可用',
              '它已被坐席使用或者未登记，请核对号码或换一部话机。',
            )
        })
      } catch (error) {
        // One person, one telephone: he has one of a desk.
        if (sqlState(error) !== uniqueViolation) throw error
        throw problem(409, 'phoneOfDesk', '您已在坐席台签入', '联系诉求人时使用坐席台的话机，无需另行登记。')
      }
    },

    async agentOf(number) {
      const [row] = await db.query<{ bound_agent: string | null }>(
        `select bound_agent from phones where number = $1`,
        [number],
      )
      return row?.bound_agent ?? null
    },

    async phoneOf(agentId) {
      const [row] = await db.query<{ number: string }>(`select number from phones where bound_agent = $1`, [
        agentId,
      ])
      return row?.number ?? null
    },

    async bound() {
      const rows = await db.query<{ number: string; bound_agent: string; bound_epoch: number }>(
        `select number, bound_agent, bound_epoch from phones where bound_agent is not null order by number`,
      )
      return rows.map((row) => ({ number: row.number, agentId: row.bound_agent, epoch: row.bound_epoch }))
    },
  }
}

async function bringInLine(db: Db, pool: readonly PoolPhone[]): Promise<void> {
  const numbers = pool.map((phone) => phone.number)
  await db.tx(async (tx) => {
    await tx.query(
      `insert into phones (number, kind)
       select * from unnest($1::text[], $2::text[])
       on conflict (number) do update set kind = excluded.kind, retired = false`,
      [numbers, pool.map((phone) => phone.kind)],
    )
    await tx.query(
      `update phones set retired = true, bound_agent = null, bound_epoch = null, bound_at = null
       where not number = any($1::text[]) and not retired`,
      [numbers],
    )
  })
}

const superseded = () => problem(409, 'loginSuperseded', '您已在别处登录', '请关闭本页面，或重新登录后继续。')
