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
  it.each([
    ['AS2603', ['AS2603']],
    ['as 2603-02', ['AS260302']],
    ['260302', ['AS260302', 'BY260302']],
    ['ＢＹ260302', ['BY260302']],
  ])('%s is how a number begins', (typed, prefixes) => {
    expect(asked(typed)).toEqual({ type: 'number', prefixes })
  })
  it.each(['费', '的', '', ' ', '，。', '“”', '我你他'])('%j is nothing to search for', (typed) => {
    expect(asked(typed)).toEqual({ type: 'nothing' })
  })
})
