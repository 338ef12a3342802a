import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Contact } from '../../src/contacts/model.ts'
import { createIncidents, type Incidents } from '../../src/referral/incidents.ts'
import { createReferrals, type Referrals } from '../../src/referral/service.ts'
import { anshan2019 } from '../../src/statutes/anshan-2019/index.ts'
import { stateCouncilCalendar } from '../../src/statutes/state-council.ts'
import type { CallFact } from '../../src/telephony/call-event.ts'
import { arrived, heldNew, silentLog, sms, startContacts } from '../support/contacts.ts'
import { agent } from '../support/work-orders.ts'

type World = Awaited<ReturnType<typeof startContacts>>
let world: World
let referrals: Referrals
let incidents: Incidents
const asked: string[] = []
const said: { contactId: string; key: string; text: string }[] = []
const sent: { department: string; text: string; round: number }[] = []
let far: { sent: boolean; why?: string }
let leaves: { sent: boolean }
let line: 'none' | 'ringing' | 'joined' | null
let handedOver: string[]

beforeAll(async () => {
  world = await startContacts()
  referrals = createReferrals({
    db: world.db,
    statute: anshan2019,
    clock: () => new Date(),
    log: silentLog,
    calls: {
      startReferral: async (_callId, number) => (asked.push(`start ${number}`), far),
      cancelReferral: async () => (asked.push('cancel'), { sent: true }),
      agentLeaves: async () => (asked.push('agentLeaves'), leaves),
      lineState: async () => line,
    },
    contacts: {
      find: (id) => world.contacts.find(id),
      async sayOnce(_tx, contactId, key, text) {
        if (!said.some((s) => s.key === key)) said.push({ contactId, key, text })
        return null
      },
      async textOf(messageId) {
        const [row] = await world.db.query<{ body: string }>(`select body from messages where id = $1`, [
          messageId,
        ])
        return row?.body ?? null
      },
      agentDone: async (contactId) => void handedOver.push(contactId),
    },
    changed: async () => {},
  })
  incidents = createIncidents({
    db: world.db,
    statute: anshan2019,
    calendar: () => stateCouncilCalendar(),
    log: silentLog,
    send: async (_tx, notice) => void sent.push(notice),
  })
  await referrals.seed()
})
afterAll(() => world.stop())
beforeEach(() => {
  asked.length = said.length = sent.length = 0
  far = { sent: true }
  leaves = { sent: true }
  line = null
  handedOver = []
})

let serial = 0
async function inCall(): Promise<Contact> {
  const callId = `n1-${Date.now()}.${++serial}`
  await world.contacts.calls.handle(arrived(callId, `138000030${String(serial).padStart(2, '0')}`))
  await world.contacts.calls.handle(heldNew(callId))
  const [{ id } = { id: '' }] = await world.contacts.list({ callId, limit: 1 })
  await world.db.query(
    `update contacts set state = 'active', agent_id = $2, answered_at = clock_timestamp() where id = $1`,
    [id, randomUUID()],
  )
  return (await world.contacts.find(id))!
}
const room = (contact: Contact, type: 'confJoined' | 'confLeft' | 'confFailed', more = {}): CallFact =>
  ({
    type,
    key: randomUUID(),
    callId: contact.callId,
    node: 'n1',
    at: Date.now(),
    role: 'emergency',
    party: '119',
    legId: 'x',
    cause: 16,
    status: 'BUSY',
    ...more,
  }) as CallFact

describe('第七条: a live hand-over', () => {
  it('calls the line, and lets the agent go only after it joined and he confirmed', async () => {
    const contact = await inCall()
    const made = await referrals.refer(contact.id, '119', 'threeWay', agent)
    expect(made).toMatchObject({ state: 'dialling', agentMayLeave: false })
    await expect(referrals.takenOver(made.id, agent)).rejects.toMatchObject({
      status: 409,
      code: 'farSideNotThere',
    })
    expect(asked).toEqual(['start 119'])

    await referrals.onCallFact(contact, room(contact, 'confJoined'))
    expect(await referrals.ofContact(contact.id)).toMatchObject({ state: 'joined', agentMayLeave: false })
    expect(await referrals.takenOver(made.id, agent)).toMatchObject({
      state: 'takenOver',
      agentMayLeave: true,
    })
    expect(asked).toEqual(['start 119', 'agentLeaves'])
    expect(handedOver).toEqual([contact.id])

    const [row] = await world.db.query<Record<string, unknown>>(
      `select cite, by_id, by_role, recognised_at, dialled_at, far_side_joined_at, taken_over_at, agent_left_at
       from referrals where id = $1`,
      [made.id],
    )
    expect(row).toMatchObject({
      cite: '《鞍山市群众诉求办理条例》第七条第二款',
      by_id: agent.id,
      by_role: 'agent',
    })
    for (const step of [
      'recognised_at',
      'dialled_at',
      'far_side_joined_at',
      'taken_over_at',
      'agent_left_at',
    ])
      expect(row![step], step).toBeInstanceOf(Date)
  })

  it('keeps the caller with the agent when nobody came, and lets him try another number', async () => {
    const contact = await inCall()
    await referrals.refer(contact.id, '119', 'threeWay', agent)
    await referrals.onCallFact(contact, room(contact, 'confFailed'))
    expect(await referrals.ofContact(contact.id)).toMatchObject({
      state: 'failed',
      failure: '对方占线。',
      agentMayLeave: false,
    })
    expect(await referrals.refer(contact.id, '110', 'threeWay', agent)).toMatchObject({
      number: '110',
      state: 'dialling',
    })
    expect(handedOver).toEqual([])
  })

  it('says at once that Asterisk could not be asked', async () => {
    far = { sent: false, why: 'nodeDown' }
    const contact = await inCall()
    expect(await referrals.refer(contact.id, '120', 'threeWay', agent)).toMatchObject({
      state: 'failed',
      failure: '线路不通。',
    })
  })

  it('goes on while Asterisk is silent: the line may ring, and joins', async () => {
    far = { sent: false, why: 'unknown' }
    const contact = await inCall()
    expect(await referrals.refer(contact.id, '110', 'threeWay', agent)).toMatchObject({ state: 'dialling' })
    await referrals.onCallFact(contact, room(contact, 'confJoined'))
    expect(await referrals.ofContact(contact.id)).toMatchObject({ state: 'joined' })
  })

  it('takes a line that is in the call already for what it is', async () => {
    const contact = await inCall()
    line = 'joined'
    expect(await referrals.refer(contact.id, '110', 'threeWay', agent)).toMatchObject({ state: 'joined' })
  })

  it('lets go of a line that joins after it was called off', async () => {
    const contact = await inCall()
    const { id } = await referrals.refer(contact.id, '110', 'threeWay', agent)
    await referrals.cancel(id)
    await referrals.onCallFact(contact, room(contact, 'confJoined'))
    expect(asked).toEqual(['start 110', 'cancel', 'cancel'])
  })

  it('of which nothing is heard is looked for after a minute', async () => {
    const contact = await inCall()
    const { id } = await referrals.refer(contact.id, '110', 'threeWay', agent)
    const later = () =>
      world.db.query(`update referrals set created_at = created_at - interval '61 seconds' where id = $1`, [
        id,
      ])
    const state = async () => (await referrals.ofContact(contact.id))!.state
    line = 'none'
    await referrals.sweep()
    expect(await state()).toBe('dialling')
    await later()
    for (const seen of [null, 'ringing'] as const) {
      line = seen
      await referrals.sweep()
      expect(await state()).toBe('dialling')
    }
    line = 'none'
    await referrals.sweep()
    expect(await state()).toBe('failed')
  })

  it('is no hand-over while the agent is still in the call', async () => {
    const contact = await inCall()
    const { id } = await referrals.refer(contact.id, '110', 'threeWay', agent)
    await referrals.onCallFact(contact, room(contact, 'confJoined'))
    leaves = { sent: false }
    // He is asked for it again, and may not hang up, which would end the call for all.
    expect(await referrals.takenOver(id, agent)).toMatchObject({ state: 'joined' })
    expect(handedOver).toEqual([])
    leaves = { sent: true }
    expect(await referrals.takenOver(id, agent)).toMatchObject({ state: 'takenOver' })
    expect(handedOver).toEqual([contact.id])
  })

  it('is one when he is seen to leave, though nobody answered that he would', async () => {
    const contact = await inCall()
    const { id } = await referrals.refer(contact.id, '110', 'threeWay', agent)
    await referrals.onCallFact(contact, room(contact, 'confJoined'))
    const gone = room(contact, 'confLeft', { role: 'agent', party: '1001' })
    await referrals.onCallFact(contact, gone)
    expect(handedOver).toEqual([])
    leaves = { sent: false }
    await referrals.takenOver(id, agent)
    await referrals.onCallFact(contact, gone)
    expect(await referrals.ofContact(contact.id)).toMatchObject({ state: 'takenOver' })
    expect(handedOver).toEqual([contact.id])
  })

  it('dials once, however often the key is pressed', async () => {
    const contact = await inCall()
    const presses = await Promise.all(
      Array.from({ length: 5 }, () => referrals.refer(contact.id, '119', 'threeWay', agent)),
    )
    expect(new Set(presses.map((p) => p.id)).size).toBe(1)
    expect(asked).toEqual(['start 119'])
  })

  it('refuses a number that is not the city’s, and a contact without a call', async () => {
    const contact = await inCall()
    await expect(referrals.refer(contact.id, '10086', 'threeWay', agent)).rejects.toMatchObject({
      code: 'numberUnknown',
    })
    await expect(referrals.refer(contact.id, '12388', 'threeWay', agent)).rejects.toMatchObject({
      code: 'numberUnknown',
    })
    const [text] = await world.contacts.intake.accept([sms('+8613800003990', '你好')])
    await expect(referrals.refer(text!.contactId!, '119', 'threeWay', agent)).rejects.toMatchObject({
      code: 'noCall',
    })
  })
})

describe('a text', () => {
  it('is answered at once with the numbers it needs, once, however often the bell rings', async () => {
    const [accepted] = await world.contacts.intake.accept([sms('+8613800003991', '我家着火了，有人晕倒了')])
    const contactId = accepted!.contactId!
    const [message] = await world.contacts.messagesOf(contactId)
    await Promise.all([1, 2, 3].map(() => referrals.answerText(contactId, message!.id)))
    expect(said).toHaveLength(1)
    expect(said[0]!.text).toContain('119（火警和消防救援）')
    expect(said[0]!.text).toContain('120（医疗急救）')
    expect(await referrals.ofContact(contactId)).toMatchObject({ kind: 'text', state: 'told', number: '119' })
  })

  it('that is no emergency is not answered so', async () => {
    const [accepted] = await world.contacts.intake.accept([
      sms('+8613800003992', '昨天着火已经扑灭了，想问损失怎么赔'),
    ])
    const [message] = await world.contacts.messagesOf(accepted!.contactId!)
    await referrals.answerText(accepted!.contactId!, message!.id)
    expect(said).toEqual([])
  })
})

describe('the city’s numbers', () => {
  it('start from the statute and are edited, but a number of the law stays', async () => {
    expect((await referrals.numbers()).map((n) => n.number).sort()).toEqual([
      '110',
      '119',
      '120',
      '122',
      '12388',
    ])
    await referrals.putNumber(
      { number: '12395', name: '水上遇险求救', use: 'waterRescue', emergency: true },
      'admin',
    )
    expect((await referrals.numbers()).map((n) => n.number)).toContain('12395')
    await expect(referrals.removeNumber('110')).rejects.toMatchObject({
      status: 409,
      fields: { cite: expect.stringContaining('第七条') },
    })
    await referrals.removeNumber('12395')
    await referrals.putNumber({ number: '122', name: '交警', use: 'traffic', emergency: true }, 'admin')
    await referrals.seed()
    expect((await referrals.numbers()).find((n) => n.number === '122')).toMatchObject({ name: '交警' })
  })
})

describe('第二十条第（三）项: notices of incidents', () => {
  it('go to every department of the class, once per contact, and wait for an answer', async () => {
    const contact = await inCall()
    await incidents.raise(contact.id, 'accident', agent)
    await incidents.raise(contact.id, 'accident', agent)
    expect(sent.map((n) => n.department)).toEqual(['应急管理局', '消防救援支队', '公安局'])
    expect(sent[0]!.text).toContain('事故灾难')
    const notices = await incidents.ofContact(contact.id)
    expect(notices).toHaveLength(3)
    for (const n of notices) {
      expect(n).toMatchObject({
        localPolicy: true,
        acknowledgedAt: null,
        cite: expect.stringContaining('第二十条第（三）项'),
      })
      expect(n.due.getTime() - n.madeAt.getTime()).toBe(5 * 60_000)
    }
  })

  it('are repeated until somebody answers', async () => {
    const contact = await inCall()
    await incidents.raise(contact.id, 'publicHealth', agent)
    const [first, second] = await incidents.ofContact(contact.id)
    await world.db.query(
      `update incident_notices set made_at = made_at - interval '6 minutes', due = due - interval '6 minutes'
       where contact_id = $1`,
      [contact.id],
    )
    await incidents.acknowledge(first!.id, agent)
    sent.length = 0
    await Promise.all([incidents.sweep(), incidents.sweep()])
    expect(sent.map((n) => [n.department, n.round])).toEqual([[second!.department, 1]])
    expect(sent[0]!.text).toContain('再次通报')
    await incidents.acknowledge(second!.id, agent)
    expect((await incidents.open()).filter((n) => n.contactId === contact.id)).toEqual([])
  })

  it('are refused for a contact that is not there', async () => {
    await expect(incidents.raise(randomUUID(), 'accident', agent)).rejects.toMatchObject({ status: 404 })
    await expect(incidents.acknowledge(randomUUID(), agent)).rejects.toMatchObject({ status: 404 })
  })
})
