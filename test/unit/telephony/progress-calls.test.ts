import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { readPrompts } from '../../../services/asterisk-prompts.ts'
import { createLog } from '../../../src/base/log.ts'
import type { AskProgress, ProgressTold } from '../../../src/channels/progress.ts'
import type { AmiMessage } from '../../../src/telephony/ami/frames.ts'
import { createProgressCalls, progressAsked } from '../../../src/telephony/progress-calls.ts'
import { progressSpeech, spokenStates } from '../../../src/telephony/progress-speech.ts'
import { orderStates } from '../../../src/work-orders/model.ts'
import { progressView } from '../../../src/work-orders/view.ts'

const prompts = readPrompts(
  readFileSync(new URL('../../../asterisk/prompts/prompts.txt', import.meta.url), 'utf8'),
  '9',
)
const now = new Date('2026-03-03T10:00+08:00')
const told: ProgressTold = {
  number: 'AS2603024816539',
  title: '路灯不亮',
  raisedAt: '2026-03-02T10:00:00+08:00',
  state: 'dispatched',
  acceptance: '已受理',
  unit: '路灯管理处',
  progress: '承办单位办理中',
  due: '2026-03-10T00:00:00+08:00',
  cite: '第十八条',
}

/** What the caller hears, written out. */
const heard = (names: string[]): string =>
  names.map((name) => prompts.get(name) ?? `no prompt ${name}`).join(' ')

describe('progress as prompts', () => {
  it('tells number, acceptance, progress and the last day in time', () => {
    expect(heard(progressSpeech(told, now))).toBe(
      '编号 二 六 零 三 零 二 四 八 一 六 五 三 九 已受理 承办单位办理中 目前环节的期限是 三月 九日',
    )
  })

  it('tells the time of day where the limit runs by the hour, and the year where it is another', () => {
    const by = (due: string): string => heard(progressSpeech({ ...told, due }, now)).split('期限是 ')[1] ?? ''
    expect(by('2026-03-10T17:05:00+08:00')).toBe('三月 十日 十七点 五分')
    expect(by('2026-03-10T17:00:00+08:00')).toBe('三月 十日 十七点')
    expect(by('2027-01-01T00:00:00+08:00')).toBe('十二月 三十一日')
    expect(by('2027-01-02T00:00:00+08:00')).toBe('二 零 二 七 年 一月 一日')
  })

  it('sends the caller elsewhere for what nobody recorded, and for the result', () => {
    expect(heard(progressSpeech({ ...told, state: 'somethingNew' }, now))).toContain('由坐席告诉您')
    expect(heard(progressSpeech({ ...told, result: '路灯已修复。' }, now))).toContain('由坐席告诉您')
  })

  it('has a prompt with the very words of every state of an order', () => {
    for (const state of orderStates) {
      const row = { state, number: 'AS1', confidential: 'normal', raisedAt: now, legs: [], title: '' }
      const { acceptance, progress } = progressView({ ...row, leadUnitName: null } as never, [])
      expect([state, ...(spokenStates.get(state) ?? []).map((name) => prompts.get(name))]).toEqual([
        state,
        acceptance,
        progress,
      ])
    }
  })

  it('fits into one line of AMI', () => {
    const longest = progressSpeech({ ...told, due: '2027-12-31T23:59:00+08:00', result: '…' }, now)
    expect(longest.join('&').length).toBeLessThan(900)
    for (const name of longest) expect(name).toMatch(/^[a-z0-9-]+$/)
  })
})

const asked = (fields: Record<string, string> = {}): AmiMessage => ({
  kind: 'event',
  name: 'UserEvent',
  repeated: null,
  fields: {
    UserEvent: 'ProgressAsked',
    Uniqueid: 'n1-1795277522.2',
    CallerIDNum: '13800000001',
    Ask: '1',
    Number: '2603024816539',
    LastFour: '1234',
    ...fields,
  },
})

describe('the question of a caller', () => {
  it('is read strictly', () => {
    expect(progressAsked(asked())).toEqual({
      channelId: 'n1-1795277522.2',
      ask: 1,
      number: '2603024816539',
      lastFour: '1234',
      caller: '13800000001',
    })
    expect(progressAsked(asked({ CallerIDNum: '<unknown>' }))?.caller).toBeNull()
    for (const wrong of [
      { Number: '26030248165' },
      { LastFour: '12a4' },
      { Ask: '1 ' },
      { Uniqueid: 'n1\r\nAction: Logoff' },
      { UserEvent: 'ContactNew' },
    ])
      expect(progressAsked(asked(wrong))).toBeNull()
  })

  async function answerTo(ask: AskProgress, fields: Record<string, string> = {}) {
    const request = vi.fn(async () => asked())
    createProgressCalls(ask, () => now, createLog('silent'))(asked(fields), { ami: { request } } as never)
    await vi.waitFor(() => expect(request).toHaveBeenCalled())
    return request.mock.calls[0] as unknown as [string, Record<string, string>]
  }

  it('is answered on the channel that asked, under the number of the question', async () => {
    const ask = vi.fn<AskProgress>(async () => ({ type: 'found', progress: told }))
    const [action, fields] = await answerTo(ask, { Ask: '2' })
    expect(ask.mock.calls[0]?.[0]).toMatchObject({
      number: '2603024816539',
      lastFour: '1234',
      asker: { kind: 'call', id: '13800000001' },
      tryId: 'n1-1795277522.2:2',
    })
    expect(action).toBe('Setvar')
    expect(fields).toEqual({
      Channel: 'n1-1795277522.2',
      Variable: 'PROGRESS_ANSWER_2',
      Value: progressSpeech(told, now).join('&'),
    })
  })

  it('of somebody who hides his number is counted by his call', async () => {
    const ask = vi.fn<AskProgress>(async () => ({ type: 'none' }))
    expect((await answerTo(ask, { CallerIDNum: '' }))[1]['Value']).toBe('none')
    expect(ask.mock.calls[0]?.[0].asker).toEqual({ kind: 'call', id: 'n1-1795277522.2' })
  })

  it('that cannot be answered leads to an apology', async () => {
    expect((await answerTo(async () => Promise.reject(new Error('no database'))))[1]['Value']).toBe('sorry')
    expect((await answerTo(async () => ({ type: 'locked', waitMs: 5 })))[1]['Value']).toBe('locked')
  })
})
