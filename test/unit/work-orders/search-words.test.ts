import { describe, expect, it } from 'vitest'
import { askedOf } from '../../../src/work-orders/search-words.ts'

const asked = (typed: string) => askedOf(typed, ['AS', 'BY'])

describe('what was typed into the search field', () => {
  it.each([
    ['路灯不亮', ['路灯', '不亮']],
    ['举报工地噪音', ['举报', '工地', '噪音']],
    ['医保报销', ['医保', '报销']],
    ['超市 过期食品', ['超市', '过期', '食品']],
    ['12345热线', ['12345', '热线']],
    ['我的路灯', ['路灯']],
    ['ＷｉＦｉ密码', ['wifi', '密码']],
  ])('%s is cut into words', (typed, words) => {
    const found = asked(typed)
    expect(found).toMatchObject({ type: 'words' })
    expect(found.type === 'words' && [...found.words].sort()).toEqual([...words].sort())
  })
  it('looks for single characters in what the words found', () => {
    expect(asked('停车费乱收')).toMatchObject({
      words: ['停车'],
      pieces: expect.arrayContaining(['费', '乱', '收']),
    })
  })
  it('takes a phrase in quotation marks as it stands', () => {
    expect(asked('“示范路1号” 漏水')).toMatchObject({ pieces: expect.arrayContaining(['示范路1号', '漏水']) })
    expect(asked('"示范路1号"')).toMatchObject({ words: expect.arrayContaining(['示范路']) })
  })
  it.each<[string, string[], string]>([
    ['AS26', ['AS26'], '2027-01-01'],
    ['AS2603', ['AS2603'], '2026-04-01'],
    ['AS2612', ['AS2612'], '2027-01-01'],
    ['as 2603-02', ['AS260302'], '2026-03-03'],
    ['260331', ['AS260331', 'BY260331'], '2026-04-01'],
    ['ＢＹ2603028', ['BY2603028'], '2026-03-03'],
    ['AS260', ['AS260'], '2027-01-01'],
  ])('%s is how a number begins, given by the end of that time', (typed, prefixes, until) => {
    expect(asked(typed)).toEqual({ type: 'number', prefixes, until })
  })
  it.each(['费', '的', '', ' ', '，。', '“”', '我你他'])('%j is nothing to search for', (typed) => {
    expect(asked(typed)).toEqual({ type: 'nothing' })
  })
})
