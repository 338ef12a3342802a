import { afterAll, beforeAll, expect, it } from 'vitest'
import { centreUnit } from '../../src/knowledge-base/model.ts'
import { createKnowledgeBase } from '../../src/knowledge-base/service.ts'
import { anshan2019 } from '../../src/statutes/anshan-2019/index.ts'
import {
  asking,
  knowledgeDraft as draft,
  person,
  startKnowledge,
  type KnowledgeWorld,
} from '../support/knowledge.ts'

let world: KnowledgeWorld
const agent = person('agent')
const member = person('unit', 'heating')
const stranger = person('unit', 'housing')
const office = person('office')

beforeAll(async () => {
  world = await startKnowledge()
})
afterAll(() => world.stop())

const find = async (q: string, reader = agent, more: object = {}) =>
  (await world.base.search(asking(q, more), reader)).items

it('finds what an item is about before what merely mentions it', async () => {
  const heating = await world.base.publish(draft('居民供暖温度标准', '室内温度不得低于十八摄氏度。'), 'test')
  await world.base.publish(draft('垃圾分类', '供暖季垃圾清运时间不变，温度低时顺延。'), 'test')
  const [first, second] = await find('家里供暖温度不够')
  expect(first).toMatchObject({ id: heating.id, version: 1, stale: false, words: ['供暖温度'] })
  expect(second).toMatchObject({ title: '垃圾分类', words: ['供暖', '温度'] })
  expect(await find('护照')).toEqual([])
})

it('keeps the version that was cited and offers the newer one', async () => {
  const old = await world.base.publish(draft('公交老年卡', '七十岁免费。'), 'test')
  const newer = await world.base.publish(draft('公交老年卡', '六十五岁免费。'), 'test', old.id)
  expect(newer.version).toBe(2)
  expect((await find('公交老年卡'))[0]!.body).toContain('六十五')
  expect((await world.base.cite(world.db, old)).body).toContain('七十')
})

it('marks a stale item, puts it last and refuses to cite it, by the article of the city', async () => {
  const ref = await world.base.publish(
    draft('临时停水通知', '三月一日停水。', { validTo: '2026-03-02' }),
    'test',
  )
  await world.base.publish(draft('管网维护', '停水时另行通知。'), 'test')
  expect((await world.base.cite(world.db, ref)).stale).toBe(false)
  expect((await find('停水通知')).map((i) => i.title)).toEqual(['临时停水通知', '管网维护'])
  world.at('2026-03-03T00:00+08:00')
  expect(await find('停水通知')).toMatchObject([{ title: '管网维护' }, { id: ref.id, stale: true }])
  expect(await find('停水通知', agent, { limit: 1 })).toMatchObject([{ title: '管网维护' }])
  expect(await find('停水通知', agent, { validity: 'current' })).toMatchObject([{ stale: false }])
  expect(await find('停水通知', agent, { validity: 'stale' })).toMatchObject([{ id: ref.id }])
  await expect(world.base.cite(world.db, ref)).rejects.toMatchObject({
    code: 'knowledgeStale',
    fields: { cite: '《鞍山市政务服务便民热线条例（草案）》第二十一条第一款' },
  })
  const inForce = createKnowledgeBase(world.db, () => world.time.now, anshan2019)
  await expect(inForce.cite(world.db, ref)).rejects.toMatchObject({
    fields: { cite: '《鞍山市群众诉求办理条例》第三十四条' },
  })
})

it('neither offers nor cites a version before it is in force', async () => {
  const now = await world.base.publish(draft('水费标准', '每吨三元。'), 'test')
  const next = await world.base.publish(
    draft('水费标准', '每吨四元。', { validFrom: '2026-05-01' }),
    'test',
    now.id,
  )
  expect((await find('水费标准'))[0]).toMatchObject({ version: 1, body: '每吨三元。' })
  expect(await find('水费标准', agent, { validity: 'upcoming' })).toMatchObject([{ version: 2 }])
  await expect(world.base.cite(world.db, next)).rejects.toMatchObject({ code: 'knowledgeNotInForce' })
})

it('shows a confidential item to the centre and its unit only, and never in an answer to a citizen', async () => {
  const secret = await world.duties.writing.create(
    member,
    draft('内部电话簿', '内线。', { confidential: true }),
  )
  const title = (items: { title: string }[]) => items.map((i) => i.title)
  expect(title(await find('内部电话簿'))).toEqual(['内部电话簿'])
  expect(title(await find('内部电话簿', member))).toEqual(['内部电话簿'])
  expect(await find('内部电话簿', agent, { publicOnly: true })).toEqual([])
  for (const reader of [stranger, office]) {
    expect(await find('内部电话簿', reader)).toEqual([])
    await expect(world.duties.reading.detail(reader, secret.id)).rejects.toMatchObject({ status: 404 })
    await expect(
      world.duties.reading.versions(reader, secret.id, { below: null, limit: 5 }),
    ).rejects.toMatchObject({ status: 404 })
    await expect(
      world.duties.errors.report(reader, { itemId: secret.id, what: '有误' }),
    ).rejects.toMatchObject({ status: 404 })
  }
  await expect(world.base.cite(world.db, secret)).rejects.toMatchObject({ code: 'knowledgeConfidential' })
})

it('keeps an earlier, internal version from those who may read the public one', async () => {
  const ref = await world.duties.writing.create(member, draft('检修计划', '内部稿。', { confidential: true }))
  await world.duties.writing.change(member, ref.id, { ...draft('检修计划', '公开稿。'), basedOn: 1 })
  const page = { below: null, limit: 10 }
  expect((await world.duties.reading.versions(stranger, ref.id, page)).items).toMatchObject([{ version: 2 }])
  expect((await world.duties.reading.versions(agent, ref.id, page)).items).toHaveLength(2)
})

it('keeps a withdrawn item out of the search and readable in its history', async () => {
  const ref = await world.duties.writing.create(member, draft('充值网点', '旧网点。'))
  await world.duties.writing.withdraw(member, ref.id, '网点已撤销')
  expect(await find('充值网点')).toEqual([])
  await expect(world.base.cite(world.db, ref)).rejects.toMatchObject({ code: 'knowledgeUnknown' })
  expect(await world.duties.reading.detail(agent, ref.id)).toMatchObject({
    withdrawn: { because: '网点已撤销', by: member.id },
    newest: { title: '充值网点' },
    mayWrite: false,
    events: [{ type: 'withdrawn' }],
  })
  await expect(
    world.duties.writing.change(member, ref.id, { ...draft('充值网点', '新网点。'), basedOn: 1 }),
  ).rejects.toMatchObject({ status: 409, code: 'knowledgeWithdrawn' })
})

it('tells of every version who wrote it and why', async () => {
  const ref = await world.duties.writing.create(member, draft('收费窗口', '一楼。'))
  await world.duties.writing.change(member, ref.id, {
    ...draft('收费窗口', '二楼。'),
    basedOn: 1,
    note: '窗口搬迁',
  })
  const { items, next } = await world.duties.reading.versions(agent, ref.id, { below: null, limit: 1 })
  expect(items).toMatchObject([
    { version: 2, body: '二楼。', note: '窗口搬迁', madeBy: { id: member.id, role: 'unit' } },
  ])
  expect(next).toBe(2)
  expect(await world.duties.reading.versions(agent, ref.id, { below: next, limit: 1 })).toMatchObject({
    items: [{ version: 1, body: '一楼。' }],
    next: null,
  })
})

it('lets the first of two changes win that were written upon the same version', async () => {
  const ref = await world.duties.writing.create(member, draft('换热站', '三座。'))
  const both = await Promise.allSettled(
    ['四座。', '五座。'].map((body) =>
      world.duties.writing.change(member, ref.id, { ...draft('换热站', body), basedOn: 1 }),
    ),
  )
  expect(both.filter((r) => r.status === 'fulfilled')).toHaveLength(1)
  expect(both.find((r) => r.status === 'rejected')?.reason).toMatchObject({
    status: 409,
    code: 'changedMeanwhile',
    fields: { extra: { version: 2 } },
  })
})

it.each([
  ['a unit', stranger, 'heating'],
  ['a unit, for the centre', member, centreUnit],
] as const)('refuses %s that writes what is not its own', async (_who, writer, unitCode) => {
  await expect(
    world.duties.writing.create(writer, draft('越权', '条目', { unitCode })),
  ).rejects.toMatchObject({
    status: 403,
    code: 'notOwner',
  })
})

it('refuses another unit every change of an item', async () => {
  const ref = await world.duties.writing.create(member, draft('供热缴费', '线上缴费。'))
  const change = { ...draft('供热缴费', '窗口缴费。'), basedOn: 1 }
  await expect(world.duties.writing.change(stranger, ref.id, change)).rejects.toMatchObject({
    code: 'notOwner',
  })
  await expect(world.duties.writing.withdraw(stranger, ref.id, '无用')).rejects.toMatchObject({
    code: 'notOwner',
  })
  // nor may its own unit give it away
  await expect(
    world.duties.writing.change(member, ref.id, { ...change, unitCode: 'housing' }),
  ).rejects.toMatchObject({ code: 'notOwner' })
  expect(await world.duties.reading.detail(agent, ref.id)).toMatchObject({ newest: { version: 1 } })
})

it('lets the centre write its own items and any unit’s for it', async () => {
  const lead = person('teamLead')
  const { create, change } = world.duties.writing
  await create(lead, draft('坐席用语', '您好。', { unitCode: centreUnit }))
  const ref = await create(
    person('centreLeader'),
    draft('房屋安全鉴定', '由住建局办理。', { unitCode: 'housing' }),
  )
  await change(stranger, ref.id, {
    ...draft('房屋安全鉴定', '三日内办理。', { unitCode: 'housing' }),
    basedOn: 1,
  })
  await change(lead, ref.id, { ...draft('房屋安全鉴定', '三日内办理。'), basedOn: 2 })
  expect(await world.duties.reading.detail(agent, ref.id)).toMatchObject({
    unitCode: 'heating',
    events: [{ type: 'handedOver', data: { from: 'housing', to: 'heating' } }],
  })
  await expect(create(lead, draft('错误单位', '无。', { unitCode: 'nobody' }))).rejects.toMatchObject({
    code: 'unitUnknown',
  })
})

const template = {
  acceptanceStandard: '室温低于十八摄氏度',
  process: '测温、检修、复测',
  finishStandard: '复测达标',
  basis: '供热管理办法第十条',
}

it.each([
  ['reversed validity', { validTo: '2025-12-31' }, 'validityReversed'],
  ['a day that is none', { validFrom: '2026-02-30' }, 'dayUnknown'],
  ['an answer line without an end', { kind: 'answerLine', topic: 'hotTopic' }, 'validityMissing'],
  ['an answer line about nothing', { kind: 'answerLine', validTo: '2026-04-01' }, 'topicMissing'],
  ['a template for no kind of matter', { kind: 'replyTemplate' }, 'matterMissing'],
  [
    'a matter that the statute does not know',
    { kind: 'replyTemplate', matter: { kind: 'x' } },
    'kindUnknown',
  ],
  [
    'half a template',
    { kind: 'acceptanceTemplate', matter: { kind: 'help' }, template: { ...template, basis: ' ' } },
    'templateIncomplete',
  ],
  ['a holding that is not on the list', { kind: 'holding', holding: 'budget' }, 'holdingUnknown'],
  ['a policy without its day of publication', { kind: 'policy' }, 'policyNotAnnounced'],
] as const)('refuses %s', async (_what, more, code) => {
  await expect(world.duties.writing.create(member, draft('草稿', '内容', more))).rejects.toMatchObject({
    status: 422,
    code,
  })
})

it('serves templates per kind of matter, with their four parts', async () => {
  const { body: _none, ...rest } = draft('不热受理模板', '')
  const ref = await world.duties.writing.create(member, {
    ...rest,
    kind: 'acceptanceTemplate',
    matter: { kind: 'help' },
    template,
  })
  await world.duties.writing.create(
    member,
    draft('不热答复模板', '您反映的供热问题已测温。', {
      kind: 'replyTemplate',
      matter: { kind: 'complaint' },
    }),
  )
  const help = await world.base.search({ limit: 10, offset: 0, matterKind: 'help' }, agent)
  expect(help).toMatchObject({
    total: 1,
    items: [
      { id: ref.id, matter: { kind: 'help' }, body: expect.stringContaining('办结标准：复测达标') as string },
    ],
  })
  expect((await world.duties.reading.detail(agent, ref.id)).newest.template).toEqual(template)
})
