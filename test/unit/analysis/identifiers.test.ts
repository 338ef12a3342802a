import { describe, expect, it } from 'vitest'
import { identifiersIn } from '../../../src/analysis/decide/identifiers.ts'

describe('words that tell who somebody is', () => {
  it.each([
    ['请拨打13800000001', 'telephone'],
    ['１３８０００００００１', 'telephone'],
    ['138 0000 0001', 'telephone'],
    ['138-0000-0001', 'telephone'],
    ['138．0000．0001', 'telephone'],
    ['一三八零零零零零零零一', 'telephone'],
    ['幺三八〇〇〇〇〇〇〇幺', 'telephone'],
    ['0412-1234567', 'telephone'],
    ['+86 (138) 0000 0001', 'telephone'],
    ['①③⑧00000001', 'telephone'],
    ['办理单 AS2603024816539', 'telephone'],
    ['身份证210302199001011234', 'identityCard'],
    ['21030219900101123X', 'identityCard'],
    ['写信到 someone@example.org', 'mail'],
    ['辽C12345', 'plate'],
    ['辽C·D12345', 'plate'],
    ['2号楼漏水', 'door'],
    ['三单元', 'door'],
    ['示范路1号', 'door'],
  ])('%s: %s', (text, kind) => {
    expect(identifiersIn(text)).toContain(kind)
  })

  it.each([
    '小区路灯不亮，三天后修复。',
    '2026年3月2日反映，共12盏，花费3000元。',
    '自2026-03-02至2026-03-05办理。',
    '依据《鞍山市群众诉求办理条例》第二十二条',
    '拨打12345或者110',
    '一次办结，三天内二次回访',
    '',
  ])('%s: nothing', (text) => {
    expect(identifiersIn(text)).toEqual([])
  })

  it('lets the hotline’s own number stand', () => {
    expect(identifiersIn('请拨打8890000')).toEqual(['telephone'])
    expect(identifiersIn('请拨打8890000', ['8890000'])).toEqual([])
  })
})
