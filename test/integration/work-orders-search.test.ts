import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askedOf, plainWords } from '../../src/work-orders/search-words.ts'
import { person, startOrderSite, type OrderSite, type Person } from '../support/order-site.ts'
import { draft } from '../support/work-orders.ts'

/** Lists and the search over them: filters, words, numbers, pages. */
let site: OrderSite
const lead = person('teamLead')
const numbers: Record<string, string> = {}
let serial = 80_000

async function order(key: string, more: object, day = '2026-03-02'): Promise<void> {
  site.time.now = new Date(`${day}T10:00+08:00`)
  const contactId = await site.wrappedUp(`+86138000${++serial}`)
  const { orders } = await site.register(contactId, draft(more))
  numbers[key] = orders[0]!.number
}
const keysOf = (found: string[]): string[] =>
  found.map((n) => Object.entries(numbers).find(([, number]) => number === n)?.[0] ?? n)

async function list(query: Record<string, string | number | boolean>, who: Person = lead): Promise<string[]> {
  const params = new URLSearchParams(Object.entries(query).map(([k, v]): [string, string] => [k, String(v)]))
  const { status, body } = await site.ask(who, 'GET', `/api/work-orders?limit=200&${params.toString()}`)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return keysOf((body['items'] as { number: string }[]).map((o) => o.number))
}

beforeAll(async () => {
  site = await startOrderSite()
  await order(
    'lamp',
    { title: '路灯一直不亮', facts: '示范路1号门口的路灯一直都不亮', place: '铁西区示范路1号' },
    '2023-01-10',
  )
  await order(
    'heat',
    {
      title: '暖气不热',
      facts: '室温只有14度，供热公司不给测温',
      kind: 'complaint',
      category: 3,
      place: '立山区样板街',
    },
    '2025-11-20',
  )
  await order(
    'fee',
    { title: '停车收费', facts: '小区物业乱收停车费', place: '嘉和苑二号楼', urgent: true },
    '2026-01-05',
  )
  await order(
    'wage',
    { title: '欠薪', facts: '包工头拖欠农民工工资', place: '铁东区工地', accept: true, leadUnit: 'lighting' },
    '2026-02-27',
  )
  await order(
    'leak',
    { title: '下水道', facts: 'ＷｉＦｉ井盖旁污水外溢', requester: {}, place: ' ' },
    '2026-03-02',
  )
  await order(
    'tip',
    {
      title: '举报工地',
      facts: '我是欧阳某甲，工地夜间施工噪音',
      kind: 'tipOff',
      accept: true,
      leadUnit: 'lighting',
      requester: { name: '欧阳某甲', home: '保密小区8号', contact: '13800008001' },
      place: '保密小区8号',
    },
    '2026-03-02',
  )
  site.time.now = new Date('2026-03-02T12:00+08:00')
})
afterAll(() => site.stop())

describe('words', () => {
  it.each([
    ['路灯不亮', ['lamp']],
    ['不亮 路灯', ['lamp']],
    ['停车费乱收', ['fee']],
    ['嘉和苑', ['fee']],
    ['拖欠农民工工资', ['wage']],
    ['工资 拖欠', ['wage']],
    ['wifi', ['leak']],
    ['ＷＩＦＩ 污水', ['leak']],
    ['14', ['heat']],
    ['测温', ['heat']],
    ['“示范路1号”', ['lamp']],
    ['“1号示范路”', []],
    ['工地噪音', ['tip']],
    ['不存在的词', []],
    ["'; drop table", []],
  ])('%s finds %o', async (q, found) => {
    expect((await list({ q })).sort()).toEqual([...found].sort())
  })

  it('are found in what the unit reported, as soon as it is', async () => {
    expect(await list({ q: '已经补发' })).toEqual([])
    const unit = person('unit', 'lighting')
    const done = await site.ask(unit, 'POST', `/api/work-orders/${numbers['wage']}/actions/feedBack`, {
      result: '工资已经补发',
      solved: true,
      told: { way: '电话', text: '已答复' },
    })
    expect(done.status).toBe(200)
    expect(await list({ q: '已经补发' })).toEqual(['wage'])
    expect(await list({ q: '已经补发' }, person('unit', 'lighting'))).toEqual(['wage'])
  })

  it('follow the facts when they grow', async () => {
    expect(await list({ q: '垃圾清运' })).toEqual([])
    await site.ask(person('dispatcher'), 'POST', `/api/work-orders/${numbers['leak']}/actions/append`, {
      facts: '垃圾无人清运',
    })
    expect(await list({ q: '垃圾清运' })).toEqual(['leak'])
  })

  it('find nobody a tip-off by its author, its place or its number of telephone', async () => {
    for (const q of ['欧阳某甲', '13800008001', '保密小区']) {
      for (const who of [
        lead,
        person('dispatcher'),
        person('unit', 'lighting'),
        person('analyst'),
        person('supervisor'),
      ])
        expect(await list({ q }, who), q).toEqual([])
    }
    expect(await list({ q: '欧阳某甲' }, person('confidentialDesk'))).toEqual(['tip'])
    expect(await list({ q: '工地噪音' }, person('analyst'))).toEqual([])
    expect(await list({ q: '工地噪音' }, person('unit', 'lighting'))).toEqual(['tip'])
    expect(await list({ q: '工地噪音' }, person('unit', 'district'))).toEqual([])
  })

  it.each(['费', '的', '，。'])('%s is too little to search for, in words', async (q) => {
    const { status, body } = await site.ask(lead, 'GET', `/api/work-orders?q=${encodeURIComponent(q)}`)
    expect({ status, code: body['code'] }).toEqual({ status: 422, code: 'searchTooShort' })
  })

  it('turn every page once, also through years in which nothing was raised', async () => {
    for (const day of ['2019-05-05', '2021-06-06', '2024-07-07', '2026-02-01', '2026-03-01'])
      await order(`pages-${day}`, { title: '翻页测试', facts: '翻页测试的内容' }, day)
    site.time.now = new Date('2026-03-02T12:00+08:00')
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const query = `limit=2&q=${encodeURIComponent('翻页测试')}${cursor ? `&cursor=${cursor}` : ''}`
      const { body } = await site.ask(lead, 'GET', `/api/work-orders?${query}`)
      seen.push(...keysOf((body['items'] as { number: string }[]).map((o) => o.number)))
      cursor = body['next'] as string | null
    } while (cursor)
    expect(seen).toEqual([
      'pages-2026-03-01',
      'pages-2026-02-01',
      'pages-2024-07-07',
      'pages-2021-06-06',
      'pages-2019-05-05',
    ])
  })
})

describe('numbers', () => {
  it('are found by how they begin, with and without letters', async () => {
    const number = numbers['heat']!
    for (const q of [
      number,
      number.toLowerCase(),
      number.slice(0, 10),
      number.slice(2, 10),
      ` ${number.slice(0, 8)} `,
    ])
      expect(await list({ q }), q).toContain('heat')
    expect(await list({ q: number })).toEqual(['heat'])
    expect(await list({ q: 'ZZ2603' })).toEqual([])
  })
})

describe('filters', () => {
  const within = ['lamp', 'heat', 'fee', 'wage', 'leak', 'tip']
  const only = (found: string[]): string[] => found.filter((key) => within.includes(key)).sort()
  it.each<[Record<string, string | boolean | number>, string[]]>([
    [{ kind: 'complaint' }, ['heat']],
    [{ category: 3 }, ['heat']],
    [{ urgent: true }, ['fee']],
    [{ incomplete: true }, ['leak']],
    [{ state: 'dispatched', kind: 'tipOff' }, ['tip']],
    [{ unit: 'lighting' }, ['tip', 'wage']],
    [{ leadUnit: 'district' }, []],
    [{ statute: 'baiyin-2024' }, []],
    [{ class: 'complex' }, []],
    [{ from: '2026-03-02', to: '2026-03-02' }, ['leak', 'tip']],
    [{ to: '2023-12-31' }, ['lamp']],
    [{ overdue: true }, ['fee', 'heat', 'lamp']],
    [{ overdue: false, urgent: true }, []],
    [{ owes: 'centre' }, ['fee', 'heat', 'lamp', 'leak']],
    [{ owes: 'unit', unit: 'lighting', kind: 'tipOff' }, ['tip']],
    [{ owes: 'unit', unit: 'district' }, []],
    [{ owes: 'requester' }, []],
    [{ supervised: true }, []],
    [{ open: true, kind: 'complaint' }, ['heat']],
    [{ open: false }, []],
    [{ q: '路灯', urgent: true }, []],
    [{ q: '停车', urgent: true }, ['fee']],
  ])('%o', async (query, found) => {
    expect(only(await list(query))).toEqual(found)
  })

  it('under supervision, until it is closed', async () => {
    await site.db.query(
      `insert into work_order_procedures (order_id, n, kind, opened_at, opened_by, opened_role, said)
       select id, 1, 'supervision', now(), 'x', 'supervisor', '{}' from work_orders where number = $1`,
      [numbers['heat']],
    )
    expect(await list({ supervised: true })).toEqual(['heat'])
    await site.db.query(`update work_order_procedures set closed_at = now(), verdict = 'answered'`)
    expect(await list({ supervised: true })).toEqual([])
  })

  it.each(['from=2026-3-2', 'owes=everybody', 'class=hard', 'category=x', 'q='])(
    'refuses %s',
    async (query) => {
      expect((await site.ask(lead, 'GET', `/api/work-orders?${query}`)).status).toBe(400)
    },
  )
})

describe('the index', () => {
  const grams = async (text: string): Promise<number[]> =>
    (await site.db.query<{ g: number[] }>(`select search_grams($1) as g`, [text]))[0]!.g

  it('knows pairs of characters and other words whole, whatever their width', async () => {
    expect(await grams('路灯，不亮')).toHaveLength(2)
    expect(await grams('ＡＢＣ１２ ，')).toEqual(await grams('abc12'))
    expect(await grams('路')).toEqual([])
    expect(await grams('')).toEqual([])
    expect(await grams('𠮷野家')).toHaveLength(2)
  })

  it('holds for every text the grams of each word cut out of it', async () => {
    const texts = [
      '小区门口路灯不亮三天了',
      '嘉和苑2号楼wifi坏了',
      '投诉12345热线坐席态度恶劣',
      '医保异地就医备案材料',
    ]
    for (const text of texts) {
      const all = new Set(await grams(text))
      const asked = askedOf(text, [])
      expect(asked.type).toBe('words')
      if (asked.type === 'words')
        for (const word of asked.words) {
          expect(plainWords(text)).toContain(word)
          for (const gram of await grams(word)) expect(all.has(gram), word).toBe(true)
        }
    }
  })
})
