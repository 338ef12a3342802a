import { describe, expect, it } from 'vitest'
import { judgeSource, judgeTexts, type Source } from '../../../src/disclosure/decide/guard.ts'
import { figureWords } from '../../../src/disclosure/decide/figures.ts'
import { dutyToDisclose, processOf } from '../../../src/disclosure/decide/process.ts'
import type { Figure } from '../../../src/disclosure/contract.ts'
import { statuteOf, statuteSlugs } from '../../../src/statutes/registry.ts'

const source: Source = {
  number: 'AS2603022718290',
  state: 'concluded',
  kind: 'help',
  confidential: 'normal',
  name: '化名某甲',
  home: '鞍山市铁西区示范小区2号楼3单元401',
  contact: '13800000001',
  people: ['化名主任', '化名·阿依古丽'],
}
const judge = (text: string, more: Partial<Source> = {}) =>
  judgeTexts(
    { title: '路灯修复', problem: text, handling: '已经处理。', outcome: '恢复照明。' },
    { ...source, ...more },
    ['8890000'],
  )
const faults = (text: string, more: Partial<Source> = {}): string =>
  judge(text, more)
    ?.fields.errors?.map((e) => `${e.field}:${e.message}`)
    .join() ?? ''

describe('鞍山 第十七条、第三十九条第（五）项: the guard of public cases', () => {
  it.each([
    ['诉求人化名某甲反映', '姓名'],
    ['诉求人 化 名·某 甲 反映', '姓名'],
    ['请联系１３８００００００００１', '电话'],
    ['住在示范小区', '住址'],
    ['住在示 范 小 区', '住址'],
    ['示范小区2号楼3单元', '楼栋'],
    ['化名主任到场', '工作人员'],
    ['阿依古丽到场', ''],
    ['化名阿依古丽到场', '工作人员'],
    ['编号AS2603022718290', '编号'],
    ['身份证号210302199001011234', '身份证'],
    ['车牌辽C12345', '车牌'],
  ])('“%s” tells %s', (text, what) => {
    if (what === '') expect(judge(text)).toBeNull()
    else expect(faults(text)).toContain(what)
  })

  it.each([
    '一名居民反映某小区路灯不亮。',
    '铁西区一处路灯不亮，3天内修复。',
    '鞍山市有关单位检修线路120米。',
    '居民可以拨打8890000或者12345。',
  ])('“%s” tells nothing', (text) => {
    expect(judge(text)).toBeNull()
  })

  it('finds a part of an address that is long enough, and an estate in another town’s words', () => {
    expect(faults('位于模范街示范小区', { home: '辽宁省鞍山市铁西区模范街示范小区' })).toContain('住址')
    expect(faults('位于新村屯', { home: '海城市新村屯12号' })).toContain('住址')
    expect(judge('铁西区路灯不亮', { home: '铁西区' })).toBeNull()
  })

  it('sees what is cut up over the fields', () => {
    const refused = judgeTexts(
      { title: '路灯', problem: '请联系1380000', handling: '0001', outcome: '恢复' },
      { ...source, contact: null },
      [],
    )
    expect(refused).toMatchObject({ status: 422, code: 'caseTells' })
  })

  it('says which field and of what sort, and never repeats the words', () => {
    const refused = judge('化名某甲 13800000001')!
    expect(refused.fields.errors).toEqual([
      { field: 'problem', message: expect.stringContaining('电话号码') },
    ])
    expect(JSON.stringify(refused)).not.toMatch(/某甲|1380/)
  })

  it('knows nothing of an order without identity', () => {
    expect(judge('一名居民反映', { name: null, home: null, contact: null, people: [] })).toBeNull()
  })

  it.each([
    [{ kind: 'complaint' }, 'caseProtected'],
    [{ kind: 'tipOff' }, 'caseProtected'],
    [{ confidential: 'confidential' }, 'caseProtected'],
    [{ confidential: 'tipOff' }, 'caseProtected'],
    [{ state: 'dispatched' }, 'caseNotConcluded'],
    [{}, null],
  ])('第二十六条: of an order with %o: %s', (more, code) => {
    const refused = judgeSource({ ...source, ...more }, statuteOf('anshan-2019'))
    expect(refused?.code ?? null).toBe(code)
    if (code === 'caseProtected') expect(refused?.fields.cite).toContain('第二十六条')
  })
})

describe('channels, scope and process', () => {
  it.each(statuteSlugs())(
    'of %s: every line is the statute’s own with its article, or says that it is local',
    (slug) => {
      const { sections, duty } = processOf(statuteOf(slug))
      expect(sections.map((s) => s.code)).toEqual(
        expect.arrayContaining(['channels', 'scope', 'elsewhere', 'process', 'rights']),
      )
      for (const line of [...sections.flatMap((s) => s.lines), duty])
        expect(line.cite !== null || line.localPolicy, line.text).toBe(true)
    },
  )

  it('鞍山 第十七条第（一）项: tells ten categories, seven days a week, and the days of each step', () => {
    const { sections, duty } = processOf(statuteOf('anshan-2019'))
    const words = JSON.stringify(sections)
    for (const said of [
      '食品、药品安全',
      '每周七天',
      '三个工作日',
      '二个工作日',
      '五个工作日',
      '第二十二条第一款',
    ])
      expect(words).toContain(said)
    expect(duty.cite).toContain('第十七条')
  })

  it('白银 第六条第二款、第八条: tells the nine stages of the closed loop', () => {
    const { sections, duty } = processOf(statuteOf('baiyin-2024'))
    expect(sections.find((s) => s.code === 'process')!.lines[0]).toMatchObject({
      text: expect.stringContaining('受理、解答、派单、办理、回复、督办、办结、回访、考核'),
      cite: expect.stringContaining('第八条'),
    })
    expect(duty.cite).toContain('第六条')
  })

  it('丹东 says nothing of publishing: the centre does it as its own practice', () => {
    expect(dutyToDisclose(statuteOf('dandong-first-asked'))).toMatchObject({ cite: null, localPolicy: true })
  })

  it('leaves out on what the text is silent', () => {
    for (const slug of statuteSlugs())
      for (const { lines } of processOf(statuteOf(slug)).sections)
        for (const { text } of lines) expect(text).not.toMatch(/没有规定.{0,8}(签收|审核|星级)/)
  })
})

describe('a figure in words', () => {
  const figure = (more: Partial<Figure>): Figure => ({
    code: 'c',
    label: 'l',
    formula: 'f',
    numerator: 0,
    denominator: 0,
    rate: null,
    unit: 'share',
    exclusions: [],
    cite: null,
    localPolicy: true,
    survey: null,
    ...more,
  })
  it.each([
    [{}, '期内没有'],
    [{ numerator: 12, denominator: 20 }, '12/20（不足 30，不计算）'],
    [{ numerator: 39, denominator: 40, rate: 0.975 }, '97.50%（39/40）'],
    [{ numerator: 171.5, denominator: 40, rate: 4.2875, unit: 'average' as const }, '4.29（171.5/40）'],
  ])('%o is %s', (more, words) => {
    expect(figureWords(figure(more))).toBe(words)
  })
})
