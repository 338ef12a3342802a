import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPool, type Db } from '../../../src/db/pool.ts'
import { createPhones, readPool, type Phones, type PoolPhone } from '../../../src/telephony/phones.ts'
import { freshDatabase, runFolder, type TestDatabase } from '../../support/services.ts'

let database: TestDatabase
/** Two gateways: two pools, two services. */
let db: [Db, Db]
let phones: [Phones, Phones]

const pool: PoolPhone[] = [
  ...['1001', '1002', '1003'].map((number) => ({
    number,
    kind: 'web' as const,
    secret: `${number}-0123456789abcdef`,
  })),
  { number: '2001', kind: 'sip', secret: '2001-0123456789abcdef' },
]

beforeAll(async () => {
  database = await freshDatabase()
  const log = pino({ level: 'silent' })
  db = [createPool(database.url, log, 8), createPool(database.url, log, 8)]
})

beforeEach(async () => {
  await db[0].query('delete from phones')
  phones = [await createPhones(db[0], pool), await createPhones(db[1], pool)]
})

afterAll(async () => {
  await Promise.all(db.map((one) => one.end()))
  await database.drop()
})

describe('phones', () => {
  it('gives an agent a free phone with its secret, and the same one again', async () => {
    const agent = randomUUID()
    const first = await phones[0].bind(agent, 1, 'web')
    expect(first).toEqual({ number: '1001', kind: 'web', secret: '1001-0123456789abcdef' })
    expect(await phones[1].bind(agent, 2, 'web')).toEqual(first)
    expect(await phones[1].agentOf('1001')).toBe(agent)
    expect(await phones[1].phoneOf(agent)).toBe('1001')
  })

  it('gives the telephone on the table and no other, and takes back the one before', async () => {
    const [agent, rival] = [randomUUID(), randomUUID()]
    await phones[0].bind(agent, 1, 'web')
    expect(await phones[0].bind(agent, 2, 'web', '1003')).toMatchObject({ number: '1003' })
    expect(await phones[0].agentOf('1001')).toBeNull()
    await expect(phones[1].bind(rival, 1, 'web', '1003')).rejects.toMatchObject({ code: 'noPhoneFree' })
    await expect(phones[1].bind(rival, 1, 'sip', '1002')).rejects.toMatchObject({ code: 'noPhoneFree' })
    expect(await phones[1].bind(rival, 1, 'sip', '2001')).toMatchObject({ number: '2001' })
  })

  it('refuses a login that a later one has replaced, and does not let it release the phone', async () => {
    const agent = randomUUID()
    await phones[0].bind(agent, 2, 'web')
    await expect(phones[0].bind(agent, 1, 'web')).rejects.toMatchObject({
      status: 409,
      code: 'loginSuperseded',
    })
    expect(await phones[0].release(agent, 1)).toBeNull()
    expect(await phones[0].release(agent, 2)).toBe('1001')
    expect(await phones[0].agentOf('1001')).toBeNull()
  })

  it('never gives two agents one phone, however many sign in at once at two gateways', async () => {
    const agents = Array.from({ length: 12 }, () => randomUUID())
    const results = await Promise.allSettled(
      agents.map((agent, n) => phones[n % 2 ? 1 : 0].bind(agent, 1, 'web')),
    )
    const got = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.number] : []))
    expect(got.sort()).toEqual(['1001', '1002', '1003'])
    for (const result of results) {
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ status: 503, code: 'noPhoneFree' })
    }
  })

  it('gives one agent one phone though he signs in twice at the same moment', async () => {
    const agent = randomUUID()
    const both = await Promise.allSettled([phones[0].bind(agent, 1, 'web'), phones[1].bind(agent, 2, 'web')])
    const numbers = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value.number] : []))
    expect(new Set(numbers).size).toBe(1)
    expect(await phones[0].bound()).toHaveLength(1)
  })

  it('changes from a browser to a plain telephone and gives the first back', async () => {
    const agent = randomUUID()
    await phones[0].bind(agent, 1, 'web')
    expect((await phones[0].bind(agent, 2, 'sip')).number).toBe('2001')
    expect(await phones[0].bound()).toEqual([{ number: '2001', agentId: agent, epoch: 2 }])
  })

  it('takes a phone that left the pool from its agent, and gives it to nobody', async () => {
    const agent = randomUUID()
    await phones[0].bind(agent, 1, 'web')
    const smaller = await createPhones(db[0], pool.slice(1))
    expect(await smaller.phoneOf(agent)).toBeNull()
    expect((await smaller.bind(agent, 2, 'web')).number).toBe('1002')
  })

  it('does not let a gateway without the file take the phones from the others', async () => {
    const agent = randomUUID()
    await phones[0].bind(agent, 1, 'web')
    const without = await createPhones(db[1], [])
    expect(await without.phoneOf(agent)).toBe('1001')
    await expect(without.bind(randomUUID(), 1, 'web')).rejects.toMatchObject({ code: 'noPhoneFree' })
  })

  it('keeps no secret in the database', async () => {
    await phones[0].bind(randomUUID(), 1, 'web')
    const rows = await db[0].query('select * from phones')
    expect(JSON.stringify(rows)).not.toContain('0123456789abcdef')
  })

  it('reads the pool’s file, and refuses one that would leave phones open', async () => {
    const file = join(runFolder(), `phones-${randomUUID()}.json`)
    writeFileSync(file, JSON.stringify(pool))
    expect(await readPool(file)).toEqual(pool)
    writeFileSync(file, JSON.stringify([{ number: '1001', kind: 'web', secret: 'short' }]))
    await expect(readPool(file)).rejects.toThrow(/entry 1/)
    await expect(readPool(`${file}.none`)).rejects.toThrow()
  })
})
