import { describe, expect, it } from 'vitest'
import { anshan2019 } from '../../../src/statutes/anshan-2019/index.ts'
import { numbersOfStatute } from '../../../src/referral/numbers.ts'
import { recognise } from '../../../src/referral/recognise.ts'
import { everyday } from './examples/everyday.ts'
import { everyday2 } from './examples/everyday-2.ts'
import { heldOut } from './examples/held-out.ts'
import { lookAlikes } from './examples/look-alikes.ts'
import { morePlain } from './examples/more-plain.ts'
import { plain } from './examples/plain.ts'
import { unnamed } from './examples/unnamed.ts'
import { unnamed2 } from './examples/unnamed-2.ts'
import type { Written } from './examples/written.ts'

const numbers = numbersOfStatute(anshan2019)

type Measure = {
  of: number
  recall: number
  precision: number
  kinds: number
  missed: string[]
  wrong: string[]
}

function measure(examples: readonly Written[]): Measure {
  const missed: string[] = []
  const wrong: string[] = []
  let found = 0
  let rightKinds = 0
  for (const [text, ...kinds] of examples) {
    const { emergency, kinds: recognised } = recognise(text)
    const wanted = kinds[0] !== null
    if (wanted && !emergency) missed.push(text)
    if (!wanted && emergency) wrong.push(text)
    if (!wanted || !emergency) continue
    found++
    if (kinds.every((kind) => recognised.some((r) => r === kind))) rightKinds++
  }
  return {
    of: examples.length,
    recall: found / (found + missed.length),
    precision: found / (found + wrong.length),
    kinds: rightKinds / found,
    missed,
    wrong,
  }
}

const tuned = [...plain, ...morePlain, ...unnamed, ...unnamed2, ...lookAlikes, ...everyday, ...everyday2]

function print(name: string, m: Measure): void {
  const figures = `recall ${m.recall.toFixed(3)}, precision ${m.precision.toFixed(3)}, right service ${m.kinds.toFixed(3)}`
  process.stdout.write(`emergencies, ${name} (${m.of} texts): ${figures}\n`)
}

describe('recognising emergencies in written examples', () => {
  it('has at least 300 examples, none twice', () => {
    const texts = [...tuned, ...heldOut].map(([text]) => text)
    expect(texts.length).toBeGreaterThan(300)
    expect(new Set(texts).size).toBe(texts.length)
  })

  it('finds nearly all of the examples it was tuned on, and little else', () => {
    const m = measure(tuned)
    print('tuned', m)
    expect(m.recall, m.missed.join('\n')).toBeGreaterThanOrEqual(0.97)
    expect(m.precision, m.wrong.join('\n')).toBeGreaterThanOrEqual(0.9)
    expect(m.kinds).toBeGreaterThanOrEqual(0.95)
  })

  it('carries over to examples it has never seen', () => {
    const m = measure(heldOut)
    print('held out', m)
    expect(m.recall, m.missed.join('\n')).toBeGreaterThanOrEqual(0.95)
    expect(m.precision, m.wrong.join('\n')).toBeGreaterThanOrEqual(0.85)
  })

  it('reaches both goals over all of them', () => {
    const m = measure([...tuned, ...heldOut])
    print('all', m)
    expect(m.recall).toBeGreaterThanOrEqual(0.97)
    expect(m.precision).toBeGreaterThanOrEqual(0.9)
  })
})

describe('what the agent is told', () => {
  it.each([
    ['我家着火了', ['119']],
    ['有人晕倒了', ['120']],
    ['出车祸了，人躺在地上一动不动', ['120', '122']],
    ['有人持刀抢劫', ['110']],
    ['孩子掉水库里了', ['119']],
    ['路灯不亮', []],
  ])('第七条第二款: %s → %j', (text, expected) => {
    expect(recognise(text, numbers).numbers).toEqual(expected)
  })

  it('leaves out what the city has no number for, and falls back where another service covers it', () => {
    const without122 = numbers.filter((n) => n.number !== '122')
    expect(recognise('两车相撞，出车祸了', without122).numbers).toEqual(['110'])
    const withWater = [
      ...numbers,
      { number: '12395', name: '水上遇险求救', use: 'waterRescue', emergency: true, cite: null } as const,
    ]
    expect(recognise('孩子掉水库里了', withWater).numbers).toEqual(['119', '12395'])
  })

  it.each([
    ['山体滑坡，埋了两户人家', 'naturalDisaster'],
    ['化工厂爆炸了', 'accident'],
    ['学校几十个学生上吐下泻', 'publicHealth'],
    ['歹徒劫持了公交车', 'socialSecurity'],
    ['我妈晕倒了', undefined],
  ])('第二十条第（三）项: %s is of the class %s', (text, incident) => {
    expect(recognise(text).incident).toBe(incident)
  })

  it.each([
    ['下水道堵了，屋里返水', 1, false],
    ['家里暖气片漏水了', 2, false],
    ['电梯里困人了，门打不开', 3, true],
    ['整个小区都停电了', 4, false],
    ['井盖破了没有警示牌', 5, false],
    ['墙皮脱落，差点砸车', 6, false],
    ['路面塌了个大坑', 7, false],
    ['消防通道被占了', 8, false],
    ['路灯不亮', undefined, false],
  ])('urgent situation of %s is %s, emergency %s', (text, urgentCode, emergency) => {
    expect(recognise(text)).toMatchObject({ emergency, ...(urgentCode ? { urgentCode } : {}) })
    expect(recognise(text).urgentCode).toBe(urgentCode)
  })

  it('names the words that decided', () => {
    expect(recognise('你好，我想说一下，我家着火了').matched).toContain('着火')
    expect(recognise('路灯不亮').matched).toBe('')
  })
})

describe('writing variants', () => {
  it.each([
    '着 火 了',
    '著火了',
    '着huo了',
    'zhaohuo le',
    '着火了🔥🔥',
    '着​火了',
    '着火了!!!!!!',
    '找火了快来',
    '着火啦啦啦啦',
  ])('%j is the same as 着火了', (text) =>
    expect(recognise(text)).toMatchObject({ emergency: true, kinds: expect.arrayContaining(['fire']) }),
  )

  it('reads a flood of words in a moment and an empty text as nothing', () => {
    const floods = ['着火'.repeat(3000), '没有人被困，'.repeat(1500), '老人孩子我他'.repeat(2000)]
    // the best of three: what else the machine does just then is not its fault
    const took = [1, 2, 3].map(() => {
      const started = performance.now()
      for (const flood of floods) recognise(flood)
      return performance.now() - started
    })
    expect(Math.min(...took)).toBeLessThan(1_000)
    expect(recognise('').emergency).toBe(false)
    expect(recognise('\u0000\ud800').emergency).toBe(false)
  })
})
