import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPool, type Db } from '../../src/db/pool.ts'
import type { KnowledgeDraft } from '../../src/knowledge-base/contract.ts'
import { createKnowledgeBase, type KnowledgeBase } from '../../src/knowledge-base/service.ts'
import { silentLog } from '../support/contacts.ts'
import { freshDatabase, type TestDatabase } from '../support/services.ts'

let database: TestDatabase
let db: Db
let knowledge: KnowledgeBase
let now = new Date('2026-03-02T02:00:00Z')

beforeAll(async () => {
  database = await freshDatabase()
  db = createPool(database.url, silentLog)
  knowledge = createKnowledgeBase(db, () => now)
})
afterAll(async () => {
  await db.end()
  await database.drop()
})

const draft = (title: string, body: string, more: Partial<KnowledgeDraft> = {}): KnowledgeDraft => ({
  unitCode: 'heating',
  title,
  body,
  source: { name: '供热管理办法', article: '第十条' },
  validFrom: '2026-01-01',
  ...more,
})

it('finds what an item is about before what merely mentions it', async () => {
  const heating = await knowledge.publish(draft('居民供暖温度标准', '室内温度不得低于十八摄氏度。'), 'test')
  await knowledge.publish(draft('垃圾分类', '供暖季垃圾清运时间不变，温度低时顺延。'), 'test')
  const [first] = await knowledge.search('家里供暖温度不够', 5, true)
  expect(first).toMatchObject({ id: heating.id, version: 1, stale: false })
  expect(await knowledge.search('护照', 5, true)).toEqual([])
})

it('keeps the version that was cited and offers the newer one', async () => {
  const old = await knowledge.publish(draft('公交老年卡', '七十岁免费。'), 'test')
  const newer = await knowledge.publish(draft('公交老年卡', '六十五岁免费。'), 'test', old.id)
  expect(newer.version).toBe(2)
  expect((await knowledge.search('公交老年卡', 5, true))[0]!.body).toContain('六十五')
  expect((await knowledge.cite(db, old)).body).toContain('七十')
})

it('marks a stale item and refuses to cite it', async () => {
  const ref = await knowledge.publish(
    draft('临时停水通知', '三月一日停水。', { validTo: '2026-03-02' }),
    'test',
  )
  expect((await knowledge.cite(db, ref)).stale).toBe(false)
  now = new Date('2026-03-02T16:00:00Z') // 00:00 of the next day in Shanghai
  expect((await knowledge.search('停水', 5, true))[0]).toMatchObject({ id: ref.id, stale: true })
  await expect(knowledge.cite(db, ref)).rejects.toMatchObject({ code: 'knowledgeStale' })
})

it('shows confidential items to those who may see them only, and withdrawn ones to nobody', async () => {
  const secret = await knowledge.publish(draft('内部电话簿口径', '内部。', { confidential: true }), 'test')
  expect(await knowledge.search('内部电话簿', 5, false)).toEqual([])
  expect(await knowledge.search('内部电话簿', 5, true)).toHaveLength(1)
  await knowledge.withdraw(secret.id)
  expect(await knowledge.search('内部电话簿', 5, true)).toEqual([])
})
