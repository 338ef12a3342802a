import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../../src/base/actor.ts'
import type { SmsConfig } from '../../src/channels/config.ts'
import { createOutgoing } from '../../src/channels/outgoing/service.ts'
import { smsAccounts, smsSenders } from '../../src/channels/sms/senders.ts'
import { createSending, type Sending } from '../../src/composition/sending.ts'
import { silenceNotice } from '../../src/contacts/conversations.ts'
import type { Durable } from '../../src/db/spool-durable.ts'
import { createReferrals, type Referrals } from '../../src/referral/service.ts'
import { anshan2019 } from '../../src/statutes/anshan-2019/index.ts'
import { silentLog, sms, startContacts, testPii } from '../support/contacts.ts'
import { agent } from '../support/work-orders.ts'

/** Lines that the system says on a channel which does not take them, with the sending of the gateway. */
const freeText = '10690000'
const templatesOnly = '10690001'
const nowhere = 'http://127.0.0.1:1/'
const carriers: SmsConfig = {
  kannel: {
    token: 'secret',
    account: freeText,
    send: {
      url: nowhere,
      username: 'u',
      password: 'p',
      signName: '鞍山热线',
      templates: {},
      reportBase: nowhere,
    },
  },
  aliyun: {
    token: 'secret',
    account: templatesOnly,
    send: {
      url: nowhere,
      accessKeyId: 'testId',
      accessKeySecret: 'testSecret',
      signName: '鞍山热线',
      templates: {},
    },
  },
  tencent: null,
  allow: [],
  sendBy: 'kannel',
}

type World = Awaited<ReturnType<typeof startContacts>>
let world: World
let sending: Sending
let referrals: Referrals
/** Contacts to which nothing can be sent because of a defect. */
const broken = new Set<string>()

beforeAll(async () => {
  world = await startContacts(
    {},
    {
      async send(tx, message) {
        if (broken.has(message.contactId)) throw new Error('a defect')
        await sending.send(tx, message)
      },
    },
  )
  const outgoing = createOutgoing({
    db: world.db,
    pii: testPii,
    durable: { handle: () => {} } as unknown as Durable,
    senders: smsSenders(carriers, () => new Date()),
    defaultSms: 'kannel',
    smsAccounts: smsAccounts(carriers),
    log: silentLog,
  })
  sending = createSending({
    db: world.db,
    pii: testPii,
    contacts: () => world.contacts,
    outgoing: () => outgoing,
    requesters: world.requesters,
  })
  referrals = createReferrals({
    db: world.db,
    statute: anshan2019,
    clock: () => new Date(),
    log: silentLog,
    calls: {
      startReferral: async () => ({ sent: false }),
      cancelReferral: async () => ({ sent: false }),
      agentLeaves: async () => ({ sent: false }),
      lineState: async () => null,
    },
    contacts: {
      find: (id) => world.contacts.find(id),
      sayOnce: (tx, contactId, key, text) => world.contacts.conversations.sayOnce(tx, contactId, key, text),
      textOf: (messageId) => world.contacts.textOf(messageId),
      agentDone: async () => {},
    },
    changed: async () => {},
  })
  await referrals.seed()
})
afterAll(() => world.stop())

let serial = 0
async function write(text: string, account: string): Promise<{ contactId: string; messageId: string }> {
  const from = `+86138000040${String(++serial).padStart(2, '0')}`
  const [opened] = await world.contacts.intake.accept([sms(from, text, { account })])
  const contactId = opened!.contactId!
  const [message] = await world.contacts.messagesOf(contactId)
  return { contactId, messageId: message!.id }
}

/** A follower who left in the middle of the talk: his address is gone. */
const leave = (contactId: string): Promise<unknown> =>
  world.db.query(`update contacts set address_sealed = null where id = $1`, [contactId])

const lines = async (contactId: string) =>
  (await sending.messagesOf(contactId))
    .filter((m) => m.direction === 'out' && m.author === 'system')
    .map(({ body, delivery, deliveryProblem }) => ({ body, delivery, deliveryProblem }))

const records = (contactId: string) =>
  world.db.query<{ number: string; state: string; told: boolean }>(
    `select number, state, told_at is not null as told from referrals where contact_id = $1`,
    [contactId],
  )

describe('第七条: an emergency told by text', () => {
  it('is answered where the channel takes free text, and on record as told', async () => {
    const { contactId, messageId } = await write('家里着火了', freeText)
    await referrals.answerText(contactId, messageId)
    expect(await lines(contactId)).toEqual([
      { body: expect.stringContaining('119'), delivery: 'queued', deliveryProblem: null },
    ])
    expect(await records(contactId)).toEqual([{ number: '119', state: 'told', told: true }])
  })

  it.each([
    ['takes templates only', templatesOnly, async () => {}, '只能发送模板短信'],
    ['has lost its address', freeText, leave, '诉求人没有可以回复的地址'],
  ])('is on record, and as not told, where the channel %s', async (_what, account, before, why) => {
    const { contactId, messageId } = await write('家里着火了', account)
    await before(contactId)
    for (let times = 0; times < 2; times++) await referrals.answerText(contactId, messageId)
    expect(await lines(contactId)).toEqual([
      { body: expect.stringContaining('119'), delivery: 'failed', deliveryProblem: why },
    ])
    expect(await records(contactId)).toEqual([{ number: '119', state: 'failed', told: false }])
  })

  it('is refused to the agent who wants to write the number where it cannot be sent', async () => {
    const { contactId } = await write('有人打架', templatesOnly)
    await expect(referrals.refer(contactId, '110', 'text', agent)).rejects.toMatchObject({
      status: 422,
      code: 'templateOnly',
    })
    expect(await records(contactId)).toEqual([])
    expect(await lines(contactId)).toEqual([])
  })
})

describe('the round over silent conversations', () => {
  it('ends all of them, whatever cannot be said to one or goes wrong with another', async () => {
    const silent: string[] = []
    for (const account of [freeText, templatesOnly, freeText, freeText]) {
      const { contactId } = await write('路灯不亮', account)
      const agentId = randomUUID()
      for (const type of ['offered', 'accepted'] as const)
        await world.contacts.door.apply(contactId, { type, agentId }, { actor: system('test') })
      await world.db.query(
        `insert into messages (id, contact_id, channel, account, provider_id, direction, kind, body, author, received_at)
         values ($1, $2, 'sms', $3, $1::uuid::text, 'out', 'text', '请问在哪条路？', $4, clock_timestamp())`,
        [randomUUID(), contactId, account, agentId],
      )
      silent.push(contactId)
    }
    const [defect, templates, left, fine] = silent as [string, string, string, string]
    broken.add(defect)
    await leave(left)
    await world.db.query(
      `update contacts set last_inbound_at = last_inbound_at - interval '1 hour', changed_at = changed_at - interval '1 hour'`,
    )
    await world.db.query(`update messages set stored_at = stored_at - interval '1 hour'`)
    expect(await world.contacts.conversations.sweep()).toEqual({ wrapUps: 0, silent: 3 })
    const stateOf = async (id: string) => (await world.contacts.find(id))?.state
    expect(await Promise.all(silent.map(stateOf))).toEqual(['active', 'wrapUp', 'wrapUp', 'wrapUp'])
    const notice = (delivery: string, deliveryProblem: string | null) => [
      { body: silenceNotice, delivery, deliveryProblem },
    ]
    expect(await lines(templates)).toEqual(notice('failed', '只能发送模板短信'))
    expect(await lines(left)).toEqual(notice('failed', '诉求人没有可以回复的地址'))
    expect(await lines(fine)).toEqual(notice('queued', null))
    broken.clear()
    await world.contacts.conversations.sweep()
    expect(await stateOf(defect)).toBe('wrapUp')
  })
})
