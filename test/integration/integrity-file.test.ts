import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { roles, type Actor, type Role } from '../../src/base/actor.ts'
import { createIntake } from '../../src/contacts/intake.ts'
import { credits } from '../../src/contacts/model.ts'
import { problems } from '../../src/http/problems.ts'
import { integrityRoutes } from '../../src/integrity-file/routes.ts'
import { startOversight, type OversightWorld } from '../support/oversight.ts'
import { sms } from '../support/contacts.ts'
import { draft } from '../support/work-orders.ts'

let anshan: OversightWorld
let dandong: OversightWorld
beforeAll(async () => {
  anshan = await startOversight()
  dandong = await startOversight('dandong-first-asked')
})
afterAll(async () => {
  await anshan.stop()
  await dandong.stop()
})
beforeEach(() => {
  for (const world of [anshan, dandong]) world.time.now = new Date('2026-03-02T10:00+08:00')
})

const person = (role: Role, id: string = randomUUID()): Actor => ({ kind: 'staff', id, role })
const [agent, desk, leader] = [person('agent'), person('confidentialDesk'), person('centreLeader')]
let serial = 60_000
const nextPhone = (): string => `+86138000${++serial}`

/** A requester who has called and has an order. */
async function requester(world: OversightWorld, more: Parameters<typeof draft>[0] = {}) {
  const phone = nextPhone()
  const contactId = await world.wrappedUp(phone)
  const category = world === dandong ? { category: 2 } : {}
  const { orders } = await world.register(contactId, draft({ ...category, ...more }))
  const contact = await world.contacts.find(contactId)
  return { phone, contactId, orderNumber: orders[0]!.number, requesterId: contact!.requesterId }
}
type Someone = Awaited<ReturnType<typeof requester>>
const words = { ground: 'harassment', what: '多次来电辱骂坐席。' }
async function entry(world: OversightWorld, someone: Someone, by = agent): Promise<string> {
  const { requesterId, contactId, orderNumber } = someone
  const { integrity } = world.oversight
  return (await integrity.propose({ requesterId, contactId, orderNumber, ...words }, by)).id
}
async function inForce(world: OversightWorld, someone: Someone): Promise<string> {
  const id = await entry(world, someone)
  await world.oversight.integrity.decideEntry(id, { approved: true, reason: '属实' }, desk)
  return id
}
const flag = (world: OversightWorld, { requesterId }: Someone) => world.oversight.integrity.flag(requesterId)

describe('第二十三条第四款 an entry', () => {
  it('is in force only after a second person confirmed it, and shows as a flag', async () => {
    const someone = await requester(anshan)
    const id = await entry(anshan, someone)
    expect(await flag(anshan, someone)).toBe(false)
    const { integrity } = anshan.oversight
    const confirm = { approved: true, reason: '录音属实' }
    const maker = person('confidentialDesk', agent.id)
    await expect(integrity.decideEntry(id, confirm, maker)).rejects.toMatchObject({
      code: 'ownRecord',
      status: 403,
    })
    await integrity.decideEntry(id, confirm, desk)
    expect(await flag(anshan, someone)).toBe(true)
    await expect(integrity.decideEntry(id, confirm, leader)).rejects.toMatchObject({ code: 'decidedBefore' })
    expect(await integrity.file(someone.requesterId, desk)).toMatchObject({
      basis: { law: true, cite: expect.stringContaining('第二十三条第四款') },
      entries: [
        {
          id,
          state: 'inForce',
          ground: 'harassment',
          what: words.what,
          orderNumber: someone.orderNumber,
          expiresAt: '2027-03-02T10:00:00+08:00',
        },
      ],
    })
  })

  it('is sealed in the table, and each look is on the ledger', async () => {
    const someone = await requester(anshan)
    await entry(anshan, someone)
    const [row] = await anshan.db.query<{ sealed: string }>(
      `select what_sealed as sealed from integrity_entries where requester_id = $1`,
      [someone.requesterId],
    )
    expect(row!.sealed).not.toContain('辱骂')
    await anshan.oversight.integrity.file(someone.requesterId, desk)
    const looks = await anshan.db.query<{ actor: string }>(
      `select actor_id as actor from access_ledger where action = 'integrityViewed' and requester_id = $1`,
      [someone.requesterId],
    )
    expect(looks).toEqual([{ actor: desk.id }])
  })

  it('needs evidence of this very requester, and a ground of the text', async () => {
    const someone = await requester(anshan)
    const other = await requester(anshan)
    const { requesterId } = someone
    const propose = (more: object) =>
      anshan.oversight.integrity.propose({ requesterId, ...words, ...more }, agent)
    await expect(propose({})).rejects.toMatchObject({ code: 'evidenceMissing', status: 422 })
    await expect(propose({ orderNumber: other.orderNumber })).rejects.toMatchObject({
      code: 'evidenceUnknown',
    })
    await expect(propose({ contactId: other.contactId })).rejects.toMatchObject({ code: 'evidenceUnknown' })
    const recordingId = randomUUID()
    await expect(propose({ contactId: someone.contactId, recordingId })).rejects.toMatchObject({
      code: 'evidenceUnknown',
    })
    await expect(propose({ contactId: someone.contactId, ground: 'rudeness' })).rejects.toMatchObject({
      code: 'groundUnknown',
      fields: { cite: expect.stringContaining('第十三条') },
    })
    await expect(propose({ requesterId: randomUUID(), contactId: someone.contactId })).rejects.toMatchObject({
      code: 'unknownRequester',
      status: 404,
    })
  })

  it('tells an agent nothing of whose tip-off it is', async () => {
    const someone = await requester(anshan, { kind: 'tipOff' })
    const { requesterId, orderNumber } = someone
    const { integrity } = anshan.oversight
    await expect(integrity.propose({ requesterId, orderNumber, ...words }, agent)).rejects.toMatchObject({
      code: 'evidenceUnknown',
    })
    await integrity.propose({ requesterId, orderNumber, ...words }, desk)
  })

  it('ends after a year, an unconfirmed one after a month, once under two sweepers', async () => {
    const [someone, unconfirmed] = [await requester(anshan), await requester(anshan)]
    await inForce(anshan, someone)
    await entry(anshan, unconfirmed)
    const sweep = () => Promise.all([anshan.oversight.integrity.sweep(), anshan.compose().integrity.sweep()])
    const stateOf = async (one: Someone) =>
      (await anshan.oversight.integrity.file(one.requesterId, desk)).entries.map((e) => e.state)
    while ((await sweep()).some((n) => n > 0));
    expect([await stateOf(someone), await stateOf(unconfirmed)]).toEqual([['inForce'], ['proposed']])
    anshan.time.now = new Date('2026-04-02T10:00+08:00')
    while ((await sweep()).some((n) => n > 0));
    expect([await stateOf(someone), await stateOf(unconfirmed)]).toEqual([['inForce'], ['lapsed']])
    anshan.time.now = new Date('2027-03-02T09:59+08:00')
    while ((await sweep()).some((n) => n > 0));
    expect(await flag(anshan, someone)).toBe(true)
    anshan.time.now = new Date('2027-03-02T10:00+08:00')
    const open = await anshan.db.query(
      `select 1 from integrity_entries where state in ('proposed', 'inForce') and expires_at <= $1`,
      [anshan.time.now],
    )
    const [one, two] = await sweep()
    expect(one + two).toBe(open.length)
    expect(await flag(anshan, someone)).toBe(false)
    expect(await stateOf(someone)).toEqual(['expired'])
  })

  it('never changes where a message stands in the queue', async () => {
    const someone = await requester(anshan)
    await inForce(anshan, someone)
    expect(await creditOf(anshan, someone.phone)).toBe(0)
  })
})

/** Virtual waiting time that the next message of this number gets, ms. */
async function creditOf(world: OversightWorld, phone: string): Promise<number> {
  const [accepted] = await world.contacts.intake.accept([
    sms(phone, '你好', { receivedAt: world.time.now.toISOString() }),
  ])
  return (await world.contacts.find(accepted!.contactId!))!.creditMs
}

describe('a correction', () => {
  it('is the requester’s own to ask for and is decided by somebody who had no part in it', async () => {
    const someone = await requester(anshan)
    const id = await inForce(anshan, someone)
    const { integrity } = anshan.oversight
    const asking = { contactId: someone.contactId, request: '那天不是我打的电话。', entryId: id }
    const stranger = await requester(anshan)
    await expect(
      integrity.askCorrection(someone.requesterId, { ...asking, contactId: stranger.contactId }, agent),
    ).rejects.toMatchObject({ code: 'notHisContact', status: 422 })
    await expect(
      integrity.askCorrection(someone.requesterId, { ...asking, entryId: randomUUID() }, agent),
    ).rejects.toMatchObject({ code: 'recordUnknown' })
    const clerk = person('agent')
    const { id: correction } = await integrity.askCorrection(someone.requesterId, asking, clerk)
    const grant = { approved: true, reason: '号码被他人使用' }
    const involved = [agent.id, desk.id, clerk.id].map((who) => person('confidentialDesk', who))
    for (const who of involved)
      await expect(integrity.decideCorrection(correction, grant, who)).rejects.toMatchObject({
        code: 'notIndependent',
        status: 403,
      })
    await integrity.decideCorrection(correction, grant, leader)
    expect(await flag(anshan, someone)).toBe(false)
    const file = await integrity.file(someone.requesterId, desk)
    expect(file.entries).toMatchObject([{ state: 'withdrawn', endedBecause: 'correction' }])
    expect(file.corrections).toMatchObject([{ granted: true, reason: '号码被他人使用' }])
    await expect(integrity.decideCorrection(correction, grant, leader)).rejects.toMatchObject({
      code: 'decidedBefore',
    })
  })

  it('that is refused leaves the entry', async () => {
    const someone = await requester(anshan)
    await inForce(anshan, someone)
    const { integrity } = anshan.oversight
    const asking = { contactId: someone.contactId, request: '请删除。' }
    const { id } = await integrity.askCorrection(someone.requesterId, asking, person('agent'))
    await integrity.decideCorrection(id, { approved: false, reason: '录音属实' }, leader)
    expect(await flag(anshan, someone)).toBe(true)
  })

  it('he sees everything about himself and nothing about staff', async () => {
    const someone = await requester(anshan)
    await inForce(anshan, someone)
    const { integrity } = anshan.oversight
    const stranger = await requester(anshan)
    await expect(integrity.disclose(someone.requesterId, stranger.contactId, desk)).rejects.toMatchObject({
      code: 'notHisContact',
    })
    const own = await integrity.disclose(someone.requesterId, someone.contactId, desk)
    expect(own).toMatchObject({
      entries: [{ what: words.what, state: 'inForce' }],
      correction: expect.stringContaining('申请更正'),
    })
    const text = JSON.stringify(own)
    for (const { id } of [agent, desk]) expect(text).not.toContain(id)
  })
})

describe('丹东 第二十条 a measure on a number', () => {
  const study = {
    study: '一个月内来电六十次，均为辱骂。',
    participants: ['值班主任', '保密席'],
    document: '丹营商研〔2026〕1号',
    scope: 'lowestPriority' as const,
    until: '2026-05-31',
  }
  const propose = (someone: Someone, entries: string[], more: object = {}) =>
    dandong.oversight.integrity.proposeMeasure(
      { requesterId: someone.requesterId, entries, ...study, ...more },
      desk,
    )

  it('is served last after study and second person, and ends by itself', async () => {
    const someone = await requester(dandong)
    const { id } = await propose(someone, [await inForce(dandong, someone)])
    const { integrity } = dandong.oversight
    expect(await creditOf(dandong, someone.phone)).toBe(0)
    await expect(integrity.decideMeasure(id, { approved: true, reason: '同意' }, desk)).rejects.toMatchObject(
      {
        code: 'ownRecord',
      },
    )
    await integrity.decideMeasure(id, { approved: true, reason: '同意' }, leader)
    expect((await dandong.messages()).filter((m) => m.to === someone.phone).at(-1)!.content.text).toMatch(
      /2026年5月31日24时前.*第二十条.*紧急求助不受影响.*申请更正/,
    )
    expect(await harassing(someone)).toBe(true)
    dandong.time.now = new Date('2026-06-01T00:00+08:00')
    await Promise.all([integrity.sweep(), dandong.compose().integrity.sweep()])
    expect(await harassing(someone)).toBe(false)
    expect((await integrity.file(someone.requesterId, desk)).measures).toMatchObject([
      { state: 'expired', document: study.document, participants: study.participants },
    ])
  })

  const harassing = async ({ requesterId }: Someone): Promise<boolean> =>
    (await dandong.requesters.harassers(dandong.db, [requesterId])).has(requesterId)

  it('puts the next message behind the others, which is all the queue ever learns', async () => {
    const someone = await requester(dandong)
    const { id } = await propose(someone, [await inForce(dandong, someone)])
    await dandong.oversight.integrity.decideMeasure(id, { approved: true, reason: '同意' }, leader)
    expect(await creditOf(dandong, someone.phone)).toBe(credits.harassing)
  })

  it('leaves an emergency first: whoever is in danger is in danger, whatever stands in his file', async () => {
    const someone = await requester(dandong)
    const { id } = await propose(someone, [await inForce(dandong, someone)])
    await dandong.oversight.integrity.decideMeasure(id, { approved: true, reason: '同意' }, leader)
    const intake = createIntake({
      db: dandong.db,
      requesters: dandong.requesters,
      screen: () => ({ emergency: true, urgent: false }),
      requirementFor: () => ({}),
      wake: () => {},
    })
    const [accepted] = await intake.accept([
      sms(someone.phone, '着火了', { receivedAt: dandong.time.now.toISOString() }),
    ])
    const contact = await dandong.contacts.find(accepted!.contactId!)
    expect(contact).toMatchObject({ creditMs: credits.lifeOrProperty, emergency: true })
  })

  it.each<[string, object, string]>([
    ['without a word of study', { study: ' ' }, 'studyMissing'],
    ['studied by one', { participants: ['值班主任', ' 值班主任 '] }, 'studyMissing'],
    ['without its document', { document: '' }, 'studyMissing'],
    ['for ever', { until: '2027-05-31' }, 'measureTooLong'],
    ['until yesterday', { until: '2026-03-01' }, 'measureTooLong'],
    ['until a day that is none', { until: '2026-02-30' }, 'measureTooLong'],
  ])('is refused %s', async (_what, more, code) => {
    const someone = await requester(dandong)
    const id = await inForce(dandong, someone)
    await expect(propose(someone, [id], more)).rejects.toMatchObject({
      code,
      status: 422,
      fields: { cite: expect.stringContaining('第二十条') },
    })
  })

  it('rests on entries in force, and is lifted when it was wrong', async () => {
    const someone = await requester(dandong)
    await expect(propose(someone, [await entry(dandong, someone)])).rejects.toMatchObject({
      code: 'entriesMissing',
    })
    const { id } = await propose(someone, [await inForce(dandong, someone)])
    const { integrity } = dandong.oversight
    await integrity.decideMeasure(id, { approved: true, reason: '同意' }, leader)
    await integrity.liftMeasure(id, '已经改正', desk)
    expect(await harassing(someone)).toBe(false)
    await expect(integrity.liftMeasure(id, '再次', desk)).rejects.toMatchObject({ code: 'notInForce' })
  })

  it('is not known in Anshan, whose entries rest on an article and whose numbers are left alone', async () => {
    const someone = await requester(anshan)
    const entries = [await inForce(anshan, someone)]
    await expect(
      anshan.oversight.integrity.proposeMeasure(
        { requesterId: someone.requesterId, entries, ...study },
        desk,
      ),
    ).rejects.toMatchObject({ code: 'notInThisStatute', status: 409 })
    const local = await dandong.oversight.integrity.file((await requester(dandong)).requesterId, desk)
    expect(local.basis).toMatchObject({ law: false, cite: expect.stringContaining('第二十条') })
  })
})

describe('who may see it', () => {
  const app = Fastify()
  beforeAll(async () => {
    app.decorateRequest('staff', null)
    app.decorateRequest('actor', null)
    app.decorateRequest('stage', null)
    app.addHook('onRequest', async (request) => {
      const role = request.headers['x-role'] as Role | undefined
      if (!role) return
      request.staff = {
        id: randomUUID(),
        username: role,
        displayName: role,
        roles: [role],
        attributes: {},
        capacity: { voice: 0, text: 0 },
        unitId: null,
        sessionHash: '',
      }
      request.stage = 'full'
    })
    await app.register(problems)
    await app.register(integrityRoutes, { integrity: anshan.oversight.integrity })
  })
  afterAll(() => app.close())
  const status = async (role: Role | null, url: string): Promise<number> =>
    (await app.inject({ method: 'GET', url, headers: role ? { 'x-role': role } : {} })).statusCode

  it('the content for the confidential desk and the leader, the flag for agents, nothing for others', async () => {
    const someone = await requester(anshan)
    const file = `/api/integrity/requesters/${someone.requesterId}`
    expect(await status(null, file)).toBe(401)
    for (const role of roles) {
      const keeper = role === 'confidentialDesk' || role === 'centreLeader'
      for (const url of [file, '/api/integrity/waiting'])
        expect(await status(role, url), `${role} ${url}`).toBe(keeper ? 200 : 403)
      const witness = ['agent', 'teamLead', 'dispatcher', 'followUp', 'confidentialDesk'].includes(role)
      expect(await status(role, `${file}/flag`), role).toBe(witness ? 200 : 403)
    }
  })
})
