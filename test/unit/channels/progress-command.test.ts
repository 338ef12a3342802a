import { describe, expect, it } from 'vitest'
import { lastFourMissing, progressCommand, progressReply } from '../../../src/channels/progress-command.ts'
import { dueWords, instantWords, type ProgressTold } from '../../../src/channels/progress.ts'

const told: ProgressTold = {
  number: 'AS2603024816539',
  title: '路灯不亮',
  raisedAt: '2026-03-02T10:00:00+08:00',
  state: 'dispatched',
  acceptance: '已受理',
  unit: '路灯管理处',
  progress: '承办单位办理中',
  due: '2026-03-10T00:00:00+08:00',
  cite: '《鞍山市群众诉求办理条例》第十八条第一款',
}

describe('a text that asks for progress', () => {
  it.each([
    ['查询 AS2603024816539 1234', 'AS2603024816539', '1234'],
    ['查询AS26030248165391234', 'AS2603024816539', '1234'],
    ['进度 2603024816539 1234', '2603024816539', '1234'],
    ['进度 2603 0248 16539，1234', '2603024816539', '1234'],
    ['查询　ＡＳ２６０３０２４８１６５３９　１２３４', 'AS2603024816539', '1234'],
    ['cx as2603024816539 1234', 'AS2603024816539', '1234'],
    ['您好，请帮我查一下办理进度，编号：AS2603024816539，尾号1234，谢谢！', 'AS2603024816539', '1234'],
    ['查询\u200BAS2603024816539\u200B1234', 'AS2603024816539', '1234'],
    ['查询 AS2603024816539', 'AS2603024816539', null],
    ['进度：2603024816539', '2603024816539', null],
  ])('%s', (text, number, lastFour) => {
    expect(progressCommand(text)).toEqual({ number, lastFour })
  })

  it.each([
    '查询',
    '我想查询社保怎么办理',
    '查询 13800000001',
    '查询 260302481653 1234',
    '查询 AS2603024816539 1234 家里着火了',
    '着火了，查询 AS2603024816539 1234',
    'AS2603024816539 1234',
    '2603024816539 的事情还没有人管',
    '绑定 13800000001',
    `查询 AS2603024816539 1234${'！'.repeat(100)}`,
  ])('is not: %s', (text) => expect(progressCommand(text)).toBeNull())
})

describe('the answer to a text', () => {
  it('tells acceptance, unit, progress and due date with its article', () => {
    const { text, params } = progressReply('AS2603024816539', { type: 'found', progress: told })
    for (const part of [
      'AS2603024816539',
      '已受理',
      '路灯管理处',
      '承办单位办理中',
      '2026年3月9日',
      '第十八条',
    ])
      expect(text).toContain(part)
    expect(params).toEqual({
      number: 'AS2603024816539',
      result: '已受理，承办单位办理中',
      unit: '路灯管理处',
      due: '2026年3月9日（含当日）',
    })
  })

  it('tells the result once there is one, and nothing of what is not known', () => {
    const progress = { ...told, unit: null, due: null, cite: null, result: '路灯已修复。' }
    const { text, params } = progressReply('AS2603024816539', { type: 'found', progress })
    expect(text).toContain('办理结果：路灯已修复。')
    expect(text).not.toMatch(/null|undefined|承办单位：|期限/)
    expect(params).toMatchObject({ unit: '无', due: '无' })
  })

  it('leaves no value of an approved template empty, whatever the answer', () => {
    for (const reply of [
      progressReply('1', { type: 'none' }),
      progressReply('1', { type: 'locked', waitMs: 1 }),
      lastFourMissing('1', 'sms'),
    ])
      for (const value of Object.values(reply.params)) {
        expect(value).not.toBe('')
        expect([...value].length).toBeLessThanOrEqual(35)
      }
  })

  it('says how long a lock lasts', () => {
    expect(progressReply('1', { type: 'locked', waitMs: 61_000 }).text).toContain('2分钟')
  })
})

describe('a due instant in words', () => {
  it('at midnight is the last day that is in time', () => {
    expect(dueWords('2026-03-10T00:00:00+08:00')).toBe('2026年3月9日（含当日）')
    expect(dueWords('2026-01-01T00:00:00+08:00')).toBe('2025年12月31日（含当日）')
  })
  it('at any other time is that time', () => {
    expect(dueWords('2026-02-15T17:30:00+08:00')).toBe('2026年2月15日17:30之前')
    expect(instantWords('2026-03-02T02:05:00Z')).toBe('2026年3月2日 10:05')
  })
})
