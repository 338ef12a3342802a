import { describe, expect, it } from 'vitest'
import { createPii } from '../../../src/base/pii.ts'
import type { Role } from '../../../src/base/actor.ts'
import type { ConfidentialLevel } from '../../../src/work-orders/model.ts'
import type { OrderRow } from '../../../src/work-orders/rows.ts'
import { orderView, redact } from '../../../src/work-orders/view.ts'
import { now, order, staff, statute } from './support.ts'

const pii = createPii('0123456789abcdef0123456789abcdef')
const phone = '+8613800000001'
const row = (confidential: ConfidentialLevel): OrderRow => ({
  ...order({ confidential, facts: '我是化名某甲，住铁西区二道街，电话13800000001，邻居违建。' }),
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
const seen = (role: Role, level: ConfidentialLevel) =>
  orderView(row(level), [], { actor: staff(role), now, pii, statute })

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

  it('never shows the home, and the care groups of a tip-off to nobody', () => {
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
    ['座机0412-5550000', '座机＊＊＊'],
    ['身份证11010519491231002X', '身份证＊＊＊'],
    ['办理单 AS2603022718290', '办理单 AS2603022718290'],
    ['3号楼2单元501', '3号楼2单元501'],
  ])('redacts %j to %j', (text, expected) => {
    expect(redact(text, { name: null, home: null, contact: null })).toBe(expected)
  })
})
