import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createPii } from '../../src/base/pii.ts'
import type { InboundText, Intake } from '../../src/channels/channel.ts'
import { createSmsInlet, type SmsInlet } from '../../src/channels/sms/inlet.ts'
import type { InboundSms } from '../../src/channels/sms/profile.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { createDurable, type Durable } from '../../src/db/spool-durable.ts'
import { openSpool } from '../../src/db/spool.ts'
import { startContacts } from '../support/contacts.ts'
import { freshDatabase, runFolder, type TestDatabase } from '../support/services.ts'
import { ucs2 } from '../support/sms-push.ts'

const pii = createPii('a synthetic secret of more than 32 characters')
const log = pino({ level: 'silent' })
let database: TestDatabase
let db: Db
beforeAll(async () => {
  database = await freshDatabase()
  db = createPool(database.url, log)
})
afterAll(async () => {
  await db.end()
  await database.drop()
})

const open: Durable[] = []
afterEach(async () => {
  for (const durable of open.splice(0)) await durable.stop()
})

/** One gateway; `ledger` plays the deduplicating intake that all of them share. */
async function gateway(
  ledger: Map<string, InboundText> | Intake,
  waitMs = 0,
  before?: () => Promise<void>,
): Promise<SmsInlet> {
  const spool = await openSpool({
    dir: mkdtempSync(join(runFolder(), 'parts-')),
    codec: pii,
    log,
    clock: () => new Date(),
  })
  const durable = createDurable({ spool, log, retryMs: 20 })
  durable.start()
  open.push(durable)
  const intake: Intake = {
    async accept(items) {
      if ('accept' in ledger) return ledger.accept(items)
      await before?.()
      return items.map((item) => {
        const duplicate = ledger.has(item.providerId)
        if (!duplicate) ledger.set(item.providerId, item)
        return { providerId: item.providerId, contactId: 'c', duplicate }
      })
    },
  }
  return createSmsInlet({
    db,
    pii,
    intake,
    durable,
    isEmergency: (text) => text.includes('着火'),
    clock: () => new Date(),
    log,
    waitMs,
    handOverMs: 0,
  })
}

let serial = 0
/** A message as parts of `size` UTF-16 units. */
function parts(
  text: string,
  ref: number,
  size = 3,
  from = `+86138${String(30_000_000 + ++serial)}`,
): InboundSms[] {
  const total = Math.ceil(text.length / size)
  const id = `m${++serial}`
  return Array.from({ length: total }, (_, i) => ({
    via: 'kannel',
    providerId: `${id}-${i + 1}`,
    from,
    account: '10690000',
    bytes: ucs2(text.slice(i * size, (i + 1) * size)),
    charset: 'ucs2',
    part: { ref, total, seq: i + 1 },
    smsc: 's',
  }))
}

const texts = (ledger: Map<string, InboundText>): string[] => [...ledger.values()].map((i) => i.text)

describe('long messages', () => {
  it('are one message, in whatever order and at whichever gateway their parts arrive', async () => {
    const ledger = new Map<string, InboundText>()
    const gateways = [await gateway(ledger), await gateway(ledger), await gateway(ledger)]
    const messages = Array.from({ length: 12 }, (_, i) => `第${i}条：路灯不亮😀已经一个星期了，请尽快修理`)
    const all = messages
      .flatMap((text, i) => parts(text, i % 256))
      .map((p, i) => ({ p, key: (i * 7919) % 101 }))
    all.sort((a, b) => a.key - b.key)
    // Everything twice, as providers do.
    await Promise.all([...all, ...all].map(({ p }, i) => (gateways[i % 3] as SmsInlet).take([p])))
    // A part that found no free connection in time waits in a spool for a moment.
    await vi.waitFor(() => expect(texts(ledger).sort()).toEqual([...messages].sort()), { timeout: 10_000 })
    expect([...ledger.values()].every((i) => i.partial === undefined)).toBe(true)
    await vi.waitFor(() => expect(open.every((d) => d.spool.depth === 0)).toBe(true), { timeout: 10_000 })
    const kept = JSON.stringify(await db.query(`select * from sms_parts`))
    expect(await db.query(`select 1 from sms_parts where part_sealed is not null`)).toEqual([])
    expect(kept).not.toContain('+86138')
  })

  it('without all their parts are released after the wait, marked, and a late part follows by itself', async () => {
    const ledger = new Map<string, InboundText>()
    const patient = await gateway(ledger, 60_000)
    const impatient = await gateway(ledger, 0)
    const [one, two, three] = parts('甲乙丙丁戊己庚辛', 7) as [InboundSms, InboundSms, InboundSms]
    await patient.take([one])
    await patient.take([three])
    expect(await patient.sweep()).toBe(0)
    expect(ledger.size).toBe(0)
    expect(await impatient.sweep()).toBe(1)
    expect([...ledger.values()]).toMatchObject([
      { text: '甲乙丙[…]庚辛', partial: true, providerId: one.providerId },
    ])
    await patient.take([two])
    await patient.take([two])
    expect([...ledger.values()].slice(1)).toMatchObject([
      { text: '[…]丁戊己[…]', partial: true, providerId: two.providerId },
    ])
    expect(await impatient.sweep()).toBe(0)
  })

  it('of somebody in danger do not wait for the rest, which follows part by part', async () => {
    const ledger = new Map<string, InboundText>()
    const patient = await gateway(ledger, 60_000)
    const [one, two, three, four] = parts('救命啊楼上着火了快来！', 11) as [
      InboundSms,
      InboundSms,
      InboundSms,
      InboundSms,
    ]
    await patient.take([one])
    await patient.take([two])
    expect(ledger.size).toBe(0)
    // The word stands in two parts.
    for (let times = 0; times < 2; times++) await patient.take([three])
    expect([...ledger.values()]).toMatchObject([
      { text: '救命啊楼上着火了快[…]', partial: true, providerId: one.providerId },
    ])
    await patient.take([four])
    expect(texts(ledger).slice(1)).toEqual(['[…]来！'])
    expect(await patient.sweep()).toBe(0)
  })

  it('of somebody in danger are an emergency with their first part', async () => {
    const world = await startContacts()
    try {
      const inlet = await gateway(world.contacts.intake, 60_000)
      const from = '+8613800000078'
      const [one, two, three] = parts('着火了，救命。在建国路十二号三单元，快。', 10, 8, from) as [
        InboundSms,
        InboundSms,
        InboundSms,
      ]
      await inlet.take([one])
      const [contact] = await world.contacts.list({ channel: 'sms', limit: 5 })
      expect(contact).toMatchObject({ state: 'queued', emergency: true })
      await inlet.take([three])
      await inlet.take([two])
      expect((await world.contacts.messagesOf(contact!.id)).map((m) => m.body)).toEqual([
        '着火了，救命。在[…]',
        '[…]元，快。',
        '[…]建国路十二号三单[…]',
      ])
      expect(await world.contacts.list({ channel: 'sms', limit: 5 })).toHaveLength(1)
    } finally {
      await world.stop()
    }
  })

  it('with a reference that the phone used before are not mixed', async () => {
    const ledger = new Map<string, InboundText>()
    const inlet = await gateway(ledger, 60_000)
    const from = '+8613800000077'
    const first = parts('第一条消息啊啊啊啊', 9, 3, from)
    const second = parts('另外一条完全不同的', 9, 3, from)
    await inlet.take([first[0] as InboundSms])
    for (const part of second) await inlet.take([part])
    expect(texts(ledger)).toEqual(['第一条[…]', '另外一条完全不同的'])
  })

  it('released by a gateway that then died are handed over by another', async () => {
    const ledger = new Map<string, InboundText>()
    let dead = true
    const dying = await gateway(ledger, 0, async () => {
      if (dead) throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })
    })
    const [one, two] = parts('甲乙丙丁', 8) as [InboundSms, InboundSms]
    await dying.take([one])
    // The hand-over fails, so the part is spooled; the database already knows the released message.
    await dying.take([two])
    expect(ledger.size).toBe(0)
    await open.pop()?.stop()
    dead = false
    const heir = await gateway(ledger)
    expect(await heir.sweep()).toBe(1)
    expect(texts(ledger)).toEqual(['甲乙丙丁'])
    expect(await heir.sweep()).toBe(0)
  })
})
