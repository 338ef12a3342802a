import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asking, knowledgeDraft, person, startKnowledge, type KnowledgeWorld } from '../support/knowledge.ts'

const agent = person('agent')
const member = person('unit', 'heating')
const leader = person('unitLeader', 'heating')
const stranger = person('unit', 'housing')
const office = person('office')

let world: KnowledgeWorld
beforeAll(async () => {
  world = await startKnowledge()
})
afterAll(() => world.stop())
beforeEach(() => {
  // Wednesday
  world.at('2026-03-04T10:00+08:00')
  world.matters.length = 0
})

let n = 0
const title = () => `供热新政策第${++n}号`
const draft = (name: string) => knowledgeDraft(name, `${name}的要点`, { validFrom: '2026-01-01' })
/** Published on Monday the 9th: to be uploaded by the end of Friday the 6th. */
const announce = (name = title(), more: object = {}) =>
  world.duties.policies.announce(member, {
    unitCode: 'heating',
    title: name,
    publishedOn: '2026-03-09',
    ...more,
  })
const upload = (id: string, name: string) =>
  world.duties.policies.upload(member, id, { draft: draft(name), interpretation: '配套解读' })
const mattersOf = (id: string) => world.matters.filter((m) => m.subject.id === id)

const uploadBy = '《鞍山市政务服务便民热线条例（草案）》第二十一条第二款第（二）项'

describe('鞍山草案 第二十一条第二款第（二）项: uploaded one working day before publication', () => {
  it('counts back from the day of publication as soon as it is announced', async () => {
    expect(await announce()).toMatchObject({
      state: 'announced',
      supportMissing: true,
      noClock: null,
      clock: { term: 'ASD-D09', due: '2026-03-07T00:00:00+08:00', cite: uploadBy, overdue: false },
    })
  })

  it.each([
    ['2026-03-06T23:59:59+08:00', false, 'the end of the working day before'],
    ['2026-03-07T00:00+08:00', true, 'the Saturday'],
    ['2026-03-09T08:00+08:00', true, 'the day of publication itself'],
  ])('uploaded at %s: too late %s (%s)', async (at, late) => {
    const name = title()
    const { id } = await announce(name)
    world.at(at)
    expect(await upload(id, name)).toMatchObject({
      state: 'uploaded',
      supportMissing: false,
      clock: { overdue: late },
    })
    await world.duties.sweep()
    expect(mattersOf(id)).toHaveLength(late ? 1 : 0)
  })

  it('鞍山草案 第十九条第（四）项: a policy never uploaded becomes a matter of supervision, once under two sweepers', async () => {
    const { id } = await announce()
    world.at('2026-03-07T00:00+08:00')
    await Promise.all([world.duties.sweep(), world.otherGateway().sweep()])
    await world.duties.sweep()
    expect(mattersOf(id)).toMatchObject([
      {
        unit: 'heating',
        trigger: 'knowledge',
        cite: '《鞍山市政务服务便民热线条例（草案）》第十九条第（四）项',
        subject: { kind: 'uploadBeforePublication', term: 'ASD-D09', termCite: uploadBy },
      },
    ])
  })

  it('is late at once where a policy is found published', async () => {
    const found = await world.duties.policies.announce(person('teamLead'), {
      unitCode: 'heating',
      title: title(),
      publishedOn: '2026-03-03',
    })
    expect(found.clock).toMatchObject({ overdue: true })
    await world.duties.sweep()
    expect(mattersOf(found.id)).toHaveLength(1)
  })

  it('is late at once where it is announced and uploaded after its day', async () => {
    const name = title()
    const done = await announce(name, { publishedOn: '2026-03-04', draft: draft(name) })
    expect(done).toMatchObject({ state: 'uploaded', clock: { overdue: true } })
    expect(mattersOf(done.id)).toHaveLength(1)
  })

  it.each(['urgent', 'secret'] as const)('frees a policy that is %s, with the reason', async (kind) => {
    const exemption = { kind, reason: '防汛应急' }
    expect(await announce(title(), { exemption })).toMatchObject({ state: 'exempt', clock: null, exemption })
    const { id } = await announce()
    expect(await world.duties.policies.exempt(member, id, exemption)).toMatchObject({
      state: 'exempt',
      clock: { voidedAt: '2026-03-04T10:00:00+08:00', overdue: false },
    })
    world.at('2026-03-10T00:00+08:00')
    await world.duties.sweep()
    expect(mattersOf(id)).toEqual([])
  })

  it('frees none that is late already', async () => {
    const { id } = await announce()
    world.at('2026-03-07T00:00+08:00')
    await expect(
      world.duties.policies.exempt(member, id, { kind: 'urgent', reason: '补报' }),
    ).rejects.toMatchObject({ status: 409, code: 'uploadMissed', fields: { cite: uploadBy } })
    await world.duties.sweep()
    expect(mattersOf(id)).toHaveLength(1)
  })
})

describe('before its publication', () => {
  it('no citizen is told, and only the centre and its unit prepare', async () => {
    const name = '供热补贴发放办法'
    const { id } = await announce(name)
    const { itemId } = await upload(id, name)
    const upcoming = { validity: 'upcoming' } as const
    const titles = async (reader: typeof agent, more: object = {}) =>
      (await world.base.search(asking(name, more), reader)).items.filter((i) => i.title === name)
    expect(await titles(agent)).toEqual([])
    expect(await titles(agent, upcoming)).toMatchObject([
      { id: itemId, kind: 'policy', publicFrom: '2026-03-09' },
    ])
    expect(await titles(member, upcoming)).toHaveLength(1)
    expect(await titles(stranger, upcoming)).toEqual([])
    expect(await titles(agent, { ...upcoming, publicOnly: true })).toEqual([])
    const ref = { id: itemId!, version: 1 }
    await expect(world.base.cite(world.db, ref)).rejects.toMatchObject({ code: 'knowledgeNotPublished' })
    await expect(world.duties.reading.detail(stranger, itemId!)).rejects.toMatchObject({ status: 404 })
    // a correction before the day stays closed as well
    await world.duties.writing.change(member, itemId!, { ...draft(name), basedOn: 1 })
    expect(await titles(agent)).toEqual([])

    world.at('2026-03-09T00:00+08:00')
    expect(await titles(agent)).toMatchObject([{ id: itemId, version: 2, publicFrom: null }])
    expect(await world.base.cite(world.db, { ...ref, version: 2 })).toMatchObject({ title: name })
    expect(await world.duties.reading.detail(stranger, itemId!)).toMatchObject({ policyId: id })
  })

  it('the uploaded item stays where it is', async () => {
    const name = title()
    const { id } = await announce(name)
    const { itemId } = await upload(id, name)
    await expect(world.duties.writing.withdraw(member, itemId!, '暂缓')).rejects.toMatchObject({
      status: 409,
      code: 'policyAwaitsPublication',
    })
    await expect(upload(id, name)).rejects.toMatchObject({ status: 409, code: 'policyUploaded' })
  })

  it('of two uploads one wins', async () => {
    const name = title()
    const { id } = await announce(name)
    const both = await Promise.allSettled([upload(id, name), upload(id, name)])
    expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find((r) => r.status === 'rejected')?.reason).toMatchObject({ code: 'policyUploaded' })
  })

  it('a later day gives more time, and an earlier one makes an upload late', async () => {
    const { policies } = world.duties
    const name = title()
    const { id } = await announce(name)
    const later = await policies.move(member, id, { publishedOn: '2026-03-11', reason: '会议改期' })
    expect(later.clock).toMatchObject({ due: '2026-03-11T00:00:00+08:00' })
    await upload(id, name)
    const earlier = await policies.move(member, id, { publishedOn: '2026-03-05', reason: '提前公布' })
    expect(earlier.clock).toMatchObject({ due: '2026-03-05T00:00:00+08:00', overdue: false })
    world.at('2026-03-04T12:00+08:00')
    await policies.move(member, id, { publishedOn: '2026-03-04', reason: '今日公布' })
    expect(mattersOf(id)).toHaveLength(1)
    await expect(
      policies.move(member, id, { publishedOn: '2026-04-01', reason: '推迟' }),
    ).rejects.toMatchObject({ status: 409, code: 'policyPublished' })
    expect((await policies.detail(agent, id)).events.map((e) => e.type)).toEqual([
      'moved',
      'moved',
      'uploaded',
      'moved',
      'announced',
    ])
  })

  it('what was missed stays missed, whatever the day', async () => {
    const { id } = await announce()
    world.at('2026-03-07T08:00+08:00')
    await world.duties.sweep()
    const moved = await world.duties.policies.move(member, id, { publishedOn: '2026-03-20', reason: '改期' })
    expect(moved.clock).toMatchObject({ due: '2026-03-07T00:00:00+08:00', overdue: true })
  })

  it('is cancelled by the leader in charge, and its item goes with it', async () => {
    const { policies } = world.duties
    const name = title()
    const { id } = await announce(name)
    const { itemId } = await upload(id, name)
    await expect(policies.cancel(member, id, '不再公布')).rejects.toMatchObject({ status: 403 })
    expect(await policies.cancel(leader, id, '不再公布')).toMatchObject({ state: 'cancelled' })
    expect(await world.duties.reading.detail(agent, itemId!)).toMatchObject({
      withdrawn: { because: '不再公布' },
    })
    world.at('2026-03-10T00:00+08:00')
    const { items } = await world.base.search(asking(name), agent)
    expect(items.filter((i) => i.id === itemId)).toEqual([])
    await expect(upload(id, name)).rejects.toMatchObject({ status: 409, code: 'policyCancelled' })
  })

  it('is withdrawn from its clock in time', async () => {
    const { id } = await announce()
    await world.duties.policies.cancel(leader, id, '不再公布')
    world.at('2026-03-10T00:00+08:00')
    await world.duties.sweep()
    expect(mattersOf(id)).toEqual([])
  })
})

describe('whose policy it is', () => {
  it('is announced and seen by its unit, and seen by the centre and the office', async () => {
    const { id } = await announce()
    await expect(
      world.duties.policies.announce(stranger, {
        unitCode: 'heating',
        title: title(),
        publishedOn: '2026-03-09',
      }),
    ).rejects.toMatchObject({ status: 403, code: 'notOwner' })
    await expect(world.duties.policies.detail(stranger, id)).rejects.toMatchObject({ status: 404 })
    await expect(world.duties.policies.upload(stranger, id, { draft: draft('越权') })).rejects.toMatchObject({
      status: 404,
    })
    for (const reader of [member, agent, office])
      expect(await world.duties.policies.detail(reader, id)).toMatchObject({ id })
    const listed = async (reader: typeof agent) =>
      (await world.duties.policies.list(reader, { before: null, limit: 100 })).views.map((p) => p.id)
    expect(await listed(member)).toContain(id)
    expect(await listed(office)).toContain(id)
    expect(await listed(stranger)).not.toContain(id)
  })

  it('that a secret one exists is known to its unit and to the head of the centre', async () => {
    const { id } = await announce(title(), { exemption: { kind: 'secret', reason: '涉密' } })
    const listed = async (reader: typeof agent) =>
      (await world.duties.policies.list(reader, { before: null, limit: 100 })).views.map((p) => p.id)
    for (const reader of [agent, office, person('teamLead'), stranger]) {
      expect(await listed(reader)).not.toContain(id)
      await expect(world.duties.policies.detail(reader, id)).rejects.toMatchObject({ status: 404 })
    }
    for (const reader of [member, person('centreLeader'), person('confidentialDesk')])
      expect(await listed(reader)).toContain(id)
  })

  it('refuses a day that is none', async () => {
    await expect(announce(title(), { publishedOn: '2026-02-30' })).rejects.toMatchObject({
      code: 'dayUnknown',
    })
  })
})
