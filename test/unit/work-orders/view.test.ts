import { describe, expect, it } from 'vitest'
import { createPii } from '../../../src/base/pii.ts'
import type { Role } from '../../../src/base/actor.ts'
import type { ConfidentialLevel } from '../../../src/work-orders/model.ts'
import { eventViews } from '../../../src/work-orders/history.ts'
import type { OrderEventRow } from '../../../src/work-orders/reads-store.ts'
import type { OrderRow } from '../../../src/work-orders/rows.ts'
import { redact } from '../../../src/work-orders/redact.ts'
import { openIdentity, orderView } from '../../../src/work-orders/view.ts'
import { insightOf } from '../../../src/work-orders/visibility.ts'
import { clock, leg, now, order, staff, statute } from './support.ts'

const pii = createPii('0123456789abcdef0123456789abcdef')
const phone = '+8613800000001'
const row = (confidential: ConfidentialLevel): OrderRow => ({
  ...order({
    confidential,
    facts: '我是化名某甲，住铁西区二道街，电话13800000001，邻居违建。',
    legs: [leg(1, 'lighting')],
  }),
  registrationId: 'r',
  requesterKind: 'naturalPerson',
  nameSealed: pii.seal('化名某甲'),
  homeSealed: pii.seal('铁西区二道街'),
  contactSealed: pii.seal(phone),
  careGroups: ['elderly'],
  confidentialityWish: null,
  confidentialityAsked: false,
  leadUnit: 'lighting',
  parentNumber: null,
  contactIds: [],
})
const lookOf = (role: Role, of: OrderRow) => {
  const viewer = { actor: staff(role), roles: [role], unitCode: role.startsWith('unit') ? 'lighting' : null }
  const insight = insightOf(of, viewer, statute)!
  return { ...insight, viewer, now, pii, statute, links: new Set<string>(), integrityFlag: null }
}
const seen = (role: Role, level: ConfidentialLevel) => orderView(row(level), [], lookOf(role, row(level)))

describe('第二十六条 who sees whose order it is', () => {
  it.each<[Role, ConfidentialLevel, string | null, string | null]>([
    ['unit', 'normal', '化名某甲', phone],
    ['unit', 'confidential', '化***', '138****0001'],
    ['unit', 'tipOff', null, null],
    ['agent', 'normal', '化***', '138****0001'],
    ['agent', 'tipOff', null, null],
    ['dispatcher', 'confidential', '化***', '138****0001'],
    ['supervisor', 'normal', '化***', '138****0001'],
    ['teamLead', 'tipOff', null, null],
  ])('%s of a %s order sees %s and %s', (role, level, name, contact) => {
    expect(seen(role, level).requester).toMatchObject({ name, contact })
  })

  it('shows no unit the home, and the care groups of a tip-off to nobody', () => {
    expect(JSON.stringify(seen('unit', 'normal').requester)).not.toContain('二道街')
    expect(seen('teamLead', 'tipOff').requester.careGroups).toEqual([])
  })

  it('blackens the requester in the words that a unit reads of a protected matter', () => {
    for (const level of ['confidential', 'tipOff'] as const) {
      const { facts } = seen('unit', level)
      expect(facts).toContain('邻居违建')
      for (const secret of ['化名某甲', '二道街', '13800000001']) expect(facts).not.toContain(secret)
    }
    expect(seen('unit', 'normal').facts).toContain('化名某甲')
    expect(seen('agent', 'confidential').facts).toContain('化名某甲')
  })

  it.each([
    ['电话 138 0000 0001', '电话 ＊＊＊'],
    ['电话１３８０００００００１', '电话＊＊＊'],
    ['电话幺三八零零零零零零零幺', '电话＊＊＊'],
    ['邮箱 someone@example.com', '邮箱 ＊＊＊'],
    ['座机0412-5550000', '座机＊＊＊'],
    ['身份证11010519491231002X', '身份证＊＊＊'],
    ['办理单 AS2603022718290', '办理单 AS2603022718290'],
    ['3号楼2单元501', '3号楼2单元501'],
  ])('redacts %j to %j', (text, expected) => {
    expect(redact(text, { name: null, home: null, contact: null })).toBe(expected)
  })

  it('redacts the name also with a form of address, and a part of the home', () => {
    const identity = { name: '欧某乙', contact: null, home: '示范小区2号楼 三单元401室' }
    expect(redact('欧先生和欧某乙都说示范小区2号楼漏水，三单元401室最重', identity)).toBe(
      '＊＊＊和＊＊＊都说＊＊＊漏水，＊＊＊最重',
    )
    expect(redact('一二三四号', identity)).toBe('一二三四号')
  })
})

describe('第二十六条、第二十七条: of an application for the recusal of its people a unit’s leader alone learns', () => {
  const asked: OrderRow = {
    ...row('confidential'),
    state: 'dispatched',
    procedures: [
      {
        n: 1,
        kind: 'recusal',
        leg: 1,
        openedAt: now,
        openedBy: 'agent-1',
        openedRole: 'agent',
        said: {
          ground: 'g',
          reason: 'r',
          person: 'unit-1',
          personUnit: 'lighting',
          unit: null,
          by: 'requester',
        },
        closedAt: null,
        closedBy: null,
        closedRole: null,
        verdict: null,
        outcome: null,
      },
    ],
  }
  const clocks = [clock('AS19-D06'), clock('AS19-D09', { leg: 0, procedure: 1 })]
  const event = (type: string, data: object): OrderEventRow => ({
    type,
    at: now,
    actorKind: 'system',
    actorId: 'deadlines',
    actorRole: 'system',
    cite: null,
    data,
  })
  const events = ['deadlineMissed', 'reminded'].flatMap((type) => [
    event(type, { term: 'AS19-D06', leg: 1, due: '' }),
    event(type, { term: 'AS19-D09', procedure: 1, due: '' }),
  ])

  it.each<[Role, string[]]>([
    ['unit', ['AS19-D06']],
    ['unitLeader', ['AS19-D06', 'AS19-D09']],
    ['agent', ['AS19-D06', 'AS19-D09']],
    ['supervisor', ['AS19-D06', 'AS19-D09']],
  ])('%s sees clocks of %j, in the order and in its history', (role, terms) => {
    const look = lookOf(role, asked)
    expect(orderView(asked, clocks, look).deadlines.map((d) => d.term)).toEqual(terms)
    const read = eventViews(asked, events, look, openIdentity(asked, pii))
    expect(read.map((e) => e.type)).toEqual(['deadlineMissed', 'reminded'].flatMap((t) => terms.map(() => t)))
    if (role === 'unit') expect(JSON.stringify(read)).not.toContain('AS19-D09')
  })

  it.each<[string, object]>([
    ['himself', { person: 'unitLeader-1' }],
    ['one of another unit', { personUnit: 'district' }],
    ['the whole unit', { person: null, personUnit: null, unit: 'lighting' }],
  ])('and not he where it is about %s', (_about, more) => {
    const [procedure] = asked.procedures
    const other = {
      ...asked,
      procedures: [{ ...procedure!, said: { ...procedure!.said, ...more } } as (typeof asked.procedures)[0]],
    }
    expect(orderView(other, clocks, lookOf('unitLeader', other)).procedures).toEqual([])
    expect(orderView(asked, clocks, lookOf('unitLeader', asked)).procedures).toHaveLength(1)
  })
})
