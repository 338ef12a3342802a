import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Command } from '../../src/work-orders/rules/registry.ts'
import type { Role } from '../../src/base/actor.ts'
import { startListening, type ListeningWorld } from '../support/listening.ts'
import { draft } from '../support/work-orders.ts'

/** Whoever raised a matter that was joined to another's order hears how it goes and how it ends. */
let world: ListeningWorld
let calls = 0

beforeAll(async () => {
  world = await startListening('anshan-draft')
})
afterAll(() => world?.stop())

async function raised(more: Parameters<typeof draft>[0] = {}) {
  const phone = `+8613800044${String(++calls).padStart(3, '0')}`
  const requester = { name: `化名第${calls}人`, contact: phone.slice(3) }
  const { orders } = await world.register(
    await world.wrappedUp(phone),
    draft({ accept: true, requester, ...more }),
  )
  return { number: orders[0]!.number, lastFour: phone.slice(-4), name: requester.name }
}
const ids = new Map<Role, string>()
/** One person for each role: nobody answers his own application. */
const act = (number: string, role: Role, command: Command) => {
  const id = ids.get(role) ?? randomUUID()
  ids.set(role, id)
  const unitCode = role === 'unit' ? 'lighting' : null
  return world.workOrders.act(number, command, {
    actor: { kind: 'staff', id, role },
    roles: [role],
    unitCode,
  })
}
const points = { settled: true, truthful: true, bothTold: true, heard: true }

/** Two of the same matter: `first` went on with the unit, `third` lies in `second`, which lies in `first`. */
async function joined() {
  const [first, second, third] = [await raised(), await raised(), await raised()]
  await act(third.number, 'dispatcher', { action: 'merge', into: second.number })
  await act(second.number, 'dispatcher', { action: 'merge', into: first.number })
  await act(first.number, 'dispatcher', { action: 'dispatch', leadUnit: 'lighting' })
  world.sent.length = 0
  return { first, second, third }
}
const toldOf = (number: string): string[] =>
  world.sent.flatMap(({ to, text }) => (to === 'requester' && text.includes(number) ? [text] : []))
const application: Command = {
  action: 'applyExtension',
  reason: '缺少配件',
  progress: '已经订货',
  measures: '到货即换',
  by: { unit: 'workingDay', count: 5 },
  told: { way: '电话', text: '下周完成。' },
}

describe('鞍山 第十条第一款、第二十一条，草案第八条第三款、第十四条第（三）项，白银 第九条第二款，丹东 第十三条第（七）项: 并单的诉求人', () => {
  it('获知办理进度: sees how the order goes that his was joined to, under his own number', async () => {
    const { first, third } = await joined()
    const own = await world.workOrders.progress(first.number, first.lastFour)
    expect(await world.workOrders.progress(third.number, third.lastFour)).toEqual({
      ...own,
      number: third.number,
      acceptance: '已受理，与同一事项合并办理',
    })
    expect(own).toMatchObject({ progress: '承办单位办理中', unit: '路灯管理处', due: expect.any(String) })
    // The other's number and telephone are not his to ask with.
    expect(await world.workOrders.progress(first.number, third.lastFour)).toBeNull()
  })

  it('获知办理结果: is told of extension and end, and reads the result without the other requester', async () => {
    const { first, second, third } = await joined()
    await act(first.number, 'unit', application)
    await act(first.number, 'office', { action: 'decideExtension', approve: true, reason: '同意' })
    for (const { number } of [second, third])
      expect(toldOf(number)).toEqual([expect.stringMatching(/办理期限延长到2026年3月16日24时前/)])
    const result = { result: '已修复', solved: true, parts: {} }
    const told = { way: '电话', text: `${first.name}您好，路灯已修复。` }
    await act(first.number, 'unit', { action: 'feedBack', ...result, told })
    await act(first.number, 'auditor', { action: 'audit', points })
    for (const { number, lastFour } of [second, third]) {
      expect(toldOf(number).at(-1)).toContain('已办结')
      expect(toldOf(number).join('')).not.toContain(first.name)
      expect(await world.workOrders.progress(number, lastFour)).toMatchObject({
        state: 'concluded',
        progress: '已办结',
        result: '＊＊＊您好，路灯已修复。',
      })
    }
  })

  it('is told of an end without a result, in none of the words that were meant for the other', async () => {
    const { first, second } = await joined()
    await act(first.number, 'unit', {
      action: 'applyTermination',
      ground: 'outOfReach',
      reason: '联系不上',
      proof: ['通话记录'],
      attempts: [{ at: '2026-03-02T10:00:00+08:00', way: '电话', note: '无人接听' }],
    })
    await act(first.number, 'auditor', {
      action: 'decideTermination',
      approve: true,
      reason: '属实',
      tell: '您的电话一直无人接听。',
    })
    expect(toldOf(first.number).at(-1)).toContain('无人接听')
    expect(toldOf(second.number)).toEqual([expect.stringContaining('已终止办理')])
    expect(toldOf(second.number).join('')).not.toContain('无人接听')
    expect(await world.workOrders.progress(second.number, second.lastFour)).toMatchObject({
      state: 'terminated',
      progress: '已终止办理，请来电了解理由',
    })
  })

  it('第二十六条: reads no result of an order that became more secret than his own', async () => {
    const { first, second } = await joined()
    await act(first.number, 'unit', {
      action: 'feedBack',
      result: '已修复',
      solved: true,
      told: { way: '电话', text: '某厂已查处。' },
    })
    await act(first.number, 'auditor', { action: 'audit', points })
    await act(first.number, 'dispatcher', {
      action: 'setConfidentiality',
      level: 'confidential',
      reason: '补',
    })
    expect(await world.workOrders.progress(second.number, second.lastFour)).toMatchObject({
      state: 'concluded',
      result: null,
    })
  })
})
