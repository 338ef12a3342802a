import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Role } from '../../src/base/actor.ts'
import type { Sender } from '../../src/channels/outgoing/model.ts'
import type { Command } from '../../src/work-orders/rules/registry.ts'
import { commonGrams } from '../../src/work-orders/supervise-store.ts'
import { startOversight, type OversightWorld } from '../support/oversight.ts'
import type { Registered } from '../../src/work-orders/registration-contract.ts'
import { agent, agentId, draft } from '../support/work-orders.ts'

let world: OversightWorld
const worlds: OversightWorld[] = []
/** Most tests share the first; each has its own orders, telephones and places. */
const open = async (...args: Parameters<typeof startOversight>): Promise<void> => {
  world = await startOversight(...args)
  worlds.push(world)
}
beforeAll(async () => {
  await open()
  const contacts = [{ name: '值班员', position: '值班', phone: unitPhone }]
  await world.oversight.units.change('lighting', { contacts }, agent)
})
beforeEach(async () => {
  world = worlds[0]!
  at('2026-03-02T10:00+08:00')
  await world.db.query(`delete from outbox`)
})
afterAll(async () => {
  for (const one of worlds) await one.stop()
})

let serial = 40_000
const nextPhone = (): string => `+86138000${++serial}`
const at = (instant: string): void => void (world.time.now = new Date(instant))
const as = (role: Role, unitCode: string | null = null, id: string = randomUUID()) => ({
  actor: { kind: 'staff' as const, id, role },
  roles: [role],
  unitCode,
})
const unit = as('unit', 'lighting')
const act = (number: string, command: Command, who = as('dispatcher')) =>
  world.workOrders.act(number, command, who)
const detail = (number: string) => world.workOrders.detail(number, as('supervisor'))

/** An order at the lighting office; without a place it is nobody else's trouble. */
async function dispatched(more: Parameters<typeof draft>[0] = {}, phone = nextPhone()): Promise<string> {
  const contactId = await world.wrappedUp(phone)
  const { orders } = await world.register(
    contactId,
    draft({ accept: true, leadUnit: 'lighting', place: '', ...more }),
  )
  return orders[0]!.number
}
const again = async (number: string, phone: string): Promise<void> => {
  await world.register(await world.wrappedUp(phone), { type: 'appended', number, facts: '还是不亮。' })
}
type Opened = {
  type: string
  cite: string | null
  data: { kind: string; leg: number; said: Record<string, unknown> }
}
const supervisions = async (number: string) =>
  ((await detail(number)).events as Opened[])
    .filter((e) => e.type === 'opened' && e.data.kind === 'supervision')
    .map((e) => ({ cite: e.cite, leg: e.data.leg, ...e.data.said }))
/** Supervisions of these orders. */
const among = (numbers: readonly string[]) =>
  world.db.query<{ trigger: string; number: string }>(
    `select p.said->>'trigger' as trigger, o.number from work_order_procedures p join work_orders o on o.id = p.order_id
     where p.kind = 'supervision' and o.number = any($1) order by p.opened_at, o.number`,
    [numbers],
  )
const texts = async (to?: string) =>
  (await world.messages()).filter((m) => to === undefined || m.to === to).map((m) => m.content.text!)
const unitPhone = '+8613800009001'
/** What the lighting office was told of one order. */
const unitTexts = async (number: string) => (await texts(unitPhone)).filter((text) => text.includes(number))

describe('第二十五条 supervision', () => {
  it('第（一）项: begins when the limit runs out, once, whoever rings or sweeps', async () => {
    const number = await dispatched()
    at('2026-03-10T00:00+08:00')
    const other = world.compose()
    await Promise.all([world.bells.sweep(), world.bells.sweep(), world.oversight.sweep(), other.sweep()])
    expect(await supervisions(number)).toEqual([
      {
        cite: expect.stringContaining('第二十五条第（一）项'),
        leg: 1,
        trigger: 'overdue',
        level: 'first',
        means: [],
        reason: expect.stringContaining('尚未开始办理'),
        due: null,
        automatic: true,
      },
    ])
    const said = (await unitTexts(number)).filter((text) => text.includes('督办'))
    expect(said).toEqual([expect.stringMatching(/已被督办（超时未办结，上级行政机关或者主管部门督办）/)])
  })

  it('is answered by the unit, left unsettled, and goes one level up', async () => {
    const number = await dispatched()
    await act(number, { action: 'supervise', trigger: 'evasion', reason: '推诿' }, as('supervisor'))
    await act(number, { action: 'answerSupervision', text: '正在整改' }, unit)
    const closed = await act(
      number,
      { action: 'closeSupervision', settled: false, reason: '没有整改' },
      as('supervisor'),
    )
    expect(closed.events.slice(-2)).toMatchObject([
      {
        type: 'closed',
        data: { verdict: 'unsettled', outcome: { answer: { text: '正在整改', late: false } } },
      },
      { type: 'opened', data: { said: { level: 'second' } } },
    ])
    await expect(
      act(number, { action: 'supervise', trigger: 'evasion', reason: '再次' }, as('supervisor')),
    ).rejects.toMatchObject({ code: 'supervisedBefore', status: 409 })
  })

  it('第（二）项 多次: the third contact opens it, once, also when it rings twice and is swept', async () => {
    const phone = nextPhone()
    const number = await dispatched({}, phone)
    await again(number, phone)
    await world.ring()
    expect(await supervisions(number)).toEqual([])
    await again(number, phone)
    const other = world.compose()
    await Promise.all([world.ring(3), world.oversight.sweep(), other.sweep()])
    expect(await supervisions(number)).toMatchObject([
      {
        cite: expect.stringContaining('第二十五条第（二）项'),
        trigger: 'repeated',
        reason: expect.stringContaining('30日内反映3次'),
        automatic: true,
      },
    ])
  })

  it('第（二）项 多次: counts the contacts of merged orders, and no longer what was settled or is old', async () => {
    const phone = nextPhone()
    const number = await dispatched({}, phone)
    await again(number, phone)
    const { orders } = await world.register(await world.wrappedUp(nextPhone()), draft())
    await act(orders[0]!.number, { action: 'merge', into: number })
    await world.ring()
    expect(await supervisions(number)).toHaveLength(1)
    at('2026-03-03T10:00+08:00')
    await act(number, { action: 'closeSupervision', settled: true, reason: '已处理' }, as('supervisor'))
    at('2026-03-03T11:00+08:00')
    await again(number, phone)
    await world.ring()
    expect(await supervisions(number)).toHaveLength(1)
    at('2026-03-03T12:00+08:00')
    for (let n = 0; n < 2; n++) await again(number, phone)
    await world.ring()
    expect(await supervisions(number)).toHaveLength(2)
  })

  it('第（二）项 多次: is found by the sweep where the bell was lost', async () => {
    const phone = nextPhone()
    const number = await dispatched({}, phone)
    for (let n = 0; n < 2; n++) await again(number, phone)
    await world.db.query(`delete from outbox`)
    await Promise.all([world.oversight.sweep(), world.compose().sweep()])
    expect(await supervisions(number)).toHaveLength(1)
  })

  it('第（二）项 集中: ten people with one trouble at one place, on the oldest order, once', async () => {
    const same = { title: '供热不足', place: '立山区样板街88号', category: 9 }
    const [one, two] = [nextPhone(), nextPhone()]
    const numbers: string[] = []
    for (const phone of [one, two, ...Array.from({ length: 7 }, nextPhone)])
      numbers.push(await dispatched(same, phone))
    // Somewhere else, another category, and the same person again: nobody new.
    numbers.push(await dispatched({ ...same, place: '千山区远处路1号' }))
    numbers.push(await dispatched({ ...same, category: 2 }))
    numbers.push(await dispatched(same, one))
    await world.ring()
    expect(await among(numbers)).toEqual([])
    numbers.push(await dispatched(same))
    await Promise.all([world.ring(2), world.oversight.sweep(), world.compose().sweep()])
    expect(await among(numbers)).toEqual([{ trigger: 'repeatedByMany', number: numbers[0] }])
    expect(await supervisions(numbers[0]!)).toMatchObject([
      {
        cite: expect.stringContaining('第二十五条第（二）项'),
        reason: expect.stringContaining('10名诉求人'),
      },
    ])
    numbers.push(await dispatched(same))
    await world.ring()
    expect(await among(numbers)).toHaveLength(1)
  })

  it('第（二）项 集中: the same words all over the city are no one place', async () => {
    const title = '供暖管道漏水，室内温度只有十四度，一直没有人来修'
    const streets = ['示范', '建设', '胜利', '人民', '解放', '园林', '对炉', '南华', '长甸', '双山', '永乐']
    const numbers: string[] = []
    for (const [n, street] of streets.entries())
      numbers.push(await dispatched({ title, place: `铁东区${street}街${30 + n}号`, category: 8 }))
    await world.ring()
    expect(await among(numbers)).toEqual([])
  })

  it('第（二）项 集中: what many orders have is known from PostgreSQL, and the count is the same with it', async () => {
    const same = { title: '井盖松动', place: '岫岩样本路66号', category: 7 }
    for (let n = 0; n < 9; n++) await dispatched(same)
    await world.db.query('analyze work_orders')
    const common = await commonGrams(world.db)
    expect(common.get('样本')).toBeGreaterThan(common.get('千山') ?? 0)
    // A process that begins now counts by the rarest pairs.
    const fresh = world.compose()
    const last = await dispatched(same)
    await fresh.sweep()
    expect(await among([last])).toEqual([])
    const [{ number } = { number: '' }] = await world.db.query<{ number: string }>(
      `select number from work_orders where place = $1 order by raised_at, id limit 1`,
      [same.place],
    )
    expect(await among([number])).toEqual([{ trigger: 'repeatedByMany', number }])
  })

  it('第（二）项 集中: an order that no unit has yet counts, and does not hold it up', async () => {
    const same = { title: '下水堵塞', place: '海城文明胡同7号', category: 5 }
    for (let n = 0; n < 9; n++)
      await world.register(await world.wrappedUp(nextPhone()), draft({ ...same, accept: true }))
    const led = await dispatched(same)
    await world.ring()
    expect(await among([led])).toEqual([{ trigger: 'repeatedByMany', number: led }])
  })

  it('第（四）项: three dissatisfied, or a tenth of more, by unit and month', async () => {
    const district = as('unit', 'district')
    const concluded: string[] = []
    const finish = async (satisfied: 'satisfied' | 'dissatisfied'): Promise<void> => {
      const number = await dispatched({ leadUnit: 'district' })
      const told = { way: '电话', text: '已修复' }
      await act(number, { action: 'feedBack', result: '已修复', solved: true, told }, district)
      const points = { settled: true, bothTold: true, truthful: true }
      await act(number, { action: 'audit', points }, as('auditor'))
      const said = { action: 'followUp', channel: 'voice', reached: true, solved: true, satisfied } as const
      await act(number, said, as('followUp'))
      concluded.push(number)
    }
    await finish('dissatisfied')
    await finish('dissatisfied')
    await finish('satisfied')
    await world.ring()
    expect(await among(concluded)).toEqual([])
    await finish('dissatisfied')
    await Promise.all([world.ring(2), world.oversight.sweep(), world.compose().sweep()])
    expect(await among(concluded)).toEqual([{ trigger: 'dissatisfied', number: concluded.at(-1) }])
    expect(await supervisions(concluded.at(-1)!)).toMatchObject([
      { cite: expect.stringContaining('第二十五条第（四）项'), reason: expect.stringContaining('不满意3件') },
    ])
    await finish('dissatisfied')
    await world.ring()
    expect(await among(concluded)).toHaveLength(1)
  })
})

describe('under the other texts', () => {
  /** The regulation of Baiyin has no categories. */
  const plain = { category: undefined as never }

  it('鞍山草案 第十九条第（一）项: two limits of one unit are one supervision while it is open (C-18)', async () => {
    await open('anshan-draft')
    const number = await dispatched()
    at('2026-03-10T00:00+08:00')
    while ((await world.bells.sweep()) > 0);
    expect((await supervisions(number)).map((s) => (s as { trigger?: string }).trigger).sort()).toEqual([
      'dutyMissed',
      'overdue',
    ])
    at('2026-05-10T00:00+08:00')
    while ((await world.bells.sweep()) > 0);
    expect(await supervisions(number)).toHaveLength(2)
  })

  it('白银 第二十二条第（二）项: a notice sets its own day, whose passing is recorded', async () => {
    await open('baiyin-2024', {
      'BY24-D04': { unit: 'workingDay', count: 3 },
      'BY24-D05': { unit: 'workingDay', count: 5 },
    })
    const number = await dispatched(plain)
    const notice = { trigger: 'other', means: ['writtenReply'], until: '2026-03-05', reason: '久拖' }
    const opened = await act(number, { action: 'supervise', ...notice }, as('supervisor'))
    expect(opened.deadlines.find((d) => d.term === 'BY24-D08')).toMatchObject({
      due: '2026-03-06T00:00:00+08:00',
      localPolicy: true,
    })
    at('2026-03-06T00:00+08:00')
    while ((await world.bells.sweep()) > 0);
    const missed = (await detail(number)).events.filter((e) => e.type === 'deadlineMissed')
    expect(missed.map((e) => (e.data as { term: string }).term)).toContain('BY24-D08')
    const late = await act(number, { action: 'answerSupervision', procedure: 1, text: '已办' }, unit)
    expect(late.events.at(-1)).toMatchObject({ data: { answer: { late: true } } })
  })

  it('白银 第二十三条第（四）、（五）项: one who comes again, and many of one kind at one place', async () => {
    world = worlds.at(-1)!
    at('2026-03-02T10:00+08:00')
    const phone = nextPhone()
    const number = await dispatched(plain, phone)
    for (let n = 0; n < 2; n++) await again(number, phone)
    await world.ring()
    expect(await supervisions(number)).toMatchObject([
      { trigger: 'repeated', means: ['remind'], cite: expect.stringContaining('第二十三条第（四）项') },
    ])
    const same = { ...plain, title: '停水', place: '白银区文明路1号' }
    const numbers: string[] = []
    for (let n = 0; n < 10; n++) numbers.push(await dispatched(same))
    await world.ring()
    expect(await supervisions(numbers[0]!)).toMatchObject([
      { trigger: 'repeatedByMany', cite: expect.stringContaining('第二十三条第（五）项') },
    ])
  })

  it('丹东 第十六条: nothing is counted, the text knows no 多次 or 集中', async () => {
    await open('dandong-first-asked')
    const phone = nextPhone()
    const number = await dispatched({ class: 'general', category: 2 }, phone)
    for (let n = 0; n < 4; n++) await again(number, phone)
    await world.ring()
    await world.oversight.sweep()
    expect(await supervisions(number)).toEqual([])
  })
})

describe('notices', () => {
  it('第十条: the requester hears each step once, on his own channel, with limit and article', async () => {
    const phone = nextPhone()
    const { orders } = await world.register(await world.wrappedUp(phone), draft())
    const number = orders[0]!.number
    await act(number, { action: 'accept' })
    // Somebody else raises the same matter: it is not his to follow.
    const stranger = nextPhone()
    await again(number, stranger)
    await act(number, { action: 'dispatch', leadUnit: 'lighting' })
    const told = { way: '电话', text: '路灯已修复。' }
    await act(number, { action: 'feedBack', result: '已修复', solved: true, told }, unit)
    const points = { settled: true, bothTold: true, truthful: true }
    await act(number, { action: 'audit', points }, as('auditor'))
    const start = `您反映的事项（编号${number}）`
    expect(await texts(phone)).toEqual([
      `您反映的事项已登记，编号${number}。凭编号和联系电话后四位可以查询进度。`,
      `${start}已受理。`,
      `${start}已转路灯管理处办理，办理期限为2026年3月9日24时前（依据《鞍山市群众诉求办理条例》第二十二条第一款）。`,
      `${start}已办结。办理结果：路灯已修复。`,
    ])
    expect(await texts(stranger)).toEqual([])
  })

  it('第十条: whoever wrote a letter or came hears by SMS on the number that he left', async () => {
    const phone = nextPhone()
    const enter = (contact: string): Promise<Registered> =>
      world.db.tx(async (tx) => {
        const contactId = randomUUID()
        const entered = { contactId, account: 'letter', receivedAt: world.time.now, actor: agent, agentId }
        return world.contacts.matters.enter(tx, entered, ({ requesterId }) =>
          world.workOrders.register(tx, {
            matter: { contactId, requesterId, channel: 'letter', raisedAt: world.time.now, phone: null },
            idempotencyKey: contactId,
            outcomes: [draft({ requester: { name: '化名某乙', contact } })],
            actor: agent,
          }),
        )
      })
    const { orders } = await enter(phone)
    const number = orders[0]!.number
    await act(number, { action: 'accept' })
    expect(await texts(phone)).toEqual([
      `您反映的事项已登记，编号${number}。凭编号和联系电话后四位可以查询进度。`,
      `您反映的事项（编号${number}）已受理。`,
    ])
    // What is no mobile number takes no SMS, and undoes nothing.
    for (const contact of ['0412-1234567', '信箱：示范路1号'])
      expect((await enter(contact)).orders).toHaveLength(1)
  })

  it('is one notice where everything happened in one contact, and one SMS to the unit', async () => {
    const phone = nextPhone()
    const number = await dispatched({}, phone)
    expect(await texts(phone)).toEqual([
      expect.stringContaining(`编号${number}已受理并转路灯管理处办理，办理期限为2026年3月9日24时前`),
    ])
    expect(await unitTexts(number)).toEqual([expect.stringContaining(`办理单${number}已转本单位，请主办`)])
  })

  it('reminds the unit before the day, once', async () => {
    const number = await dispatched()
    at('2026-03-06T09:00+08:00')
    await Promise.all([world.bells.remind(), world.bells.remind()])
    await world.bells.remind()
    const said = (await unitTexts(number)).filter((text) => text.includes('抓紧办理'))
    expect(said).toEqual([
      `办理单${number}的“办结”期限为2026年3月9日24时前（依据《鞍山市群众诉求办理条例》第二十二条第一款），请抓紧办理。`,
    ])
  })

  it('第二十六条: neutral of a tip-off, to the requester and to the unit', async () => {
    const phone = nextPhone()
    const tipOff = { kind: 'tipOff', title: '某厂偷排', facts: '夜间偷排', place: '某路1号' }
    const number = await dispatched(tipOff, phone)
    const said = (await world.messages()).filter((m) => JSON.stringify(m.content).includes(number))
    const all = JSON.stringify(said)
    expect(all).not.toMatch(/某厂|偷排|某路|路灯管理处/)
    expect(await texts(phone)).toHaveLength(1)
    expect(await unitTexts(number)).toEqual([expect.stringContaining('有一件保密办理单')])
  })

  it('takes the general template where the carrier has no other, and nothing undoes the order', async () => {
    const templates = (names: string[]): Sender => ({
      id: 'kannel',
      channel: 'sms',
      dropsRepetition: () => false,
      check: ({ template }) =>
        template && names.includes(template.name)
          ? null
          : { code: 'templateUnknown', title: '没有这个模板', detail: '' },
      send: async () => ({ outcome: 'sent', providerMessageId: null }),
      options: () => ({ freeText: false, why: '', templates: [] }),
    })
    await open('anshan-2019', {}, [templates(['orderNews'])])
    const phone = nextPhone()
    const { orders } = await world.register(await world.wrappedUp(phone), draft())
    await act(orders[0]!.number, { action: 'accept' })
    expect((await world.messages()).map((m) => m.content.template)).toEqual([
      { name: 'orderNews', params: { number: orders[0]!.number } },
    ])
  })
})

describe('第十条第二款 an explanation', () => {
  it('is demanded, given and told; unanswered it is supervised', async () => {
    const phone = nextPhone()
    const number = await dispatched({}, phone)
    const demand = { action: 'demandExplanation', ground: 'dispute', question: '为什么没人来？' } as const
    await act(number, demand, as('agent'))
    await act(number, { action: 'explain', text: '周五更换。' }, unit)
    expect((await texts(phone)).at(-1)).toBe(`您反映的事项（编号${number}）承办单位说明：周五更换。`)
    await act(number, demand, as('agent'))
    at('2026-03-06T00:00+08:00')
    await Promise.all([world.bells.sweep(), world.bells.sweep()])
    expect(await supervisions(number)).toMatchObject([{ trigger: 'dutyMissed', leg: 1 }])
  })
})

describe('第二十七条 recusal', () => {
  const clerk = randomUUID()
  const complaint = async () => {
    world.people.set(clerk, 'lighting')
    return dispatched({ kind: 'complaint' })
  }
  const decision = (approved: boolean): Command => ({
    action: 'decideRecusal',
    approved,
    document: '避〔2026〕1号',
    reason: '经核查',
  })

  it('stops the clock, is decided in writing above, and locks the person out', async () => {
    const number = await complaint()
    at('2026-03-04T15:00+08:00')
    await act(
      number,
      { action: 'applyRecusal', by: 'requester', ground: 'closeRelative', reason: '近亲属', person: clerk },
      as('agent'),
    )
    await expect(act(number, decision(true), as('unitLeader', 'lighting', clerk))).rejects.toMatchObject({
      code: 'ownRecusal',
      status: 403,
    })
    at('2026-03-06T10:00+08:00')
    const decided = await act(number, decision(true), as('unitLeader', 'lighting'))
    expect(decided.deadlines.find((d) => d.term === 'AS19-D06')).toMatchObject({
      due: '2026-03-12T00:00:00+08:00',
    })
    await expect(act(number, { action: 'acknowledge' }, as('unit', 'lighting', clerk))).rejects.toMatchObject(
      {
        status: expect.toSatisfy((status: number) => status === 403 || status === 404),
      },
    )
    await act(number, { action: 'acknowledge' }, unit)
  })

  it('of a unit is decided by the leader of the unit above, who sees the order while it lies below', async () => {
    await world.oversight.units.change('lighting', { parent: 'district' }, agent)
    const number = await complaint()
    const above = as('unitLeader', 'district')
    const see = (who: ReturnType<typeof as>) => world.workOrders.detail(number, who)
    expect((await see(above)).requester.name).toBe('化***')
    for (const stranger of [as('unit', 'district'), as('unitLeader', 'petition')])
      await expect(see(stranger)).rejects.toMatchObject({ status: 404 })
    const numbers = async (filter: { unit?: string }) =>
      (await world.workOrders.list({ limit: 50, ...filter }, above)).views.map((v) => v.number)
    expect(await numbers({ unit: 'lighting' })).toContain(number)
    expect(await numbers({})).not.toContain(number)
    const apply = { action: 'applyRecusal', by: 'requester', ground: 'interest', reason: '利害关系' } as const
    await act(number, { ...apply, unit: 'lighting' }, as('agent'))
    await act(number, decision(true), above)
    // It lies no more below: to the leader above it exists no more.
    await expect(see(above)).rejects.toMatchObject({ status: 404 })
    expect(await numbers({ unit: 'lighting' })).not.toContain(number)
    await world.oversight.units.change('lighting', { parent: null }, agent)
  })

  it('of a unit moves the order elsewhere; a decision that never comes is supervised', async () => {
    const number = await complaint()
    const apply = { action: 'applyRecusal', by: 'requester', ground: 'interest', reason: '利害关系' } as const
    await act(number, { ...apply, unit: 'lighting' }, as('agent'))
    at('2026-03-06T00:00+08:00')
    await world.bells.sweep()
    expect(await supervisions(number)).toMatchObject([{ trigger: 'dutyMissed', leg: null }])
    const decided = await act(number, decision(true), as('supervisor'))
    expect(decided).toMatchObject({ state: 'accepted', legs: [{ ended: 'recused' }] })
    // The bell has told of the delay: it is not supervised twice.
    expect(await supervisions(number)).toHaveLength(1)
    await expect(act(number, { action: 'dispatch', leadUnit: 'lighting' })).rejects.toMatchObject({
      code: 'unitRecused',
    })
    expect(await act(number, { action: 'dispatch', leadUnit: 'district' })).toMatchObject({
      state: 'dispatched',
    })
  })
})
