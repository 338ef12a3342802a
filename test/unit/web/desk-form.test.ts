import { describe, expect, it } from 'vitest'
import { Value } from 'typebox/value'
import { anshan2019 } from '../../../src/statutes/anshan-2019/index.ts'
import { anshanDraft } from '../../../src/statutes/anshan-draft/index.ts'
import { Outcome } from '../../../src/work-orders/registration-contract.ts'
import { catalogueOf, type StatuteDocument } from '../../../web/src/desk/catalogue.ts'
import { emptyForm, formOf, missingOf, type FormBody } from '../../../web/src/desk/form.ts'
import { fieldErrors, outcomesOf, receiptOf } from '../../../web/src/desk/outcomes.ts'
import { deskContact } from '../../support/desk-contact.ts'

// As it comes over HTTP, not as it lies in memory.
const catalogue = catalogueOf(JSON.parse(JSON.stringify(anshan2019)) as StatuteDocument)
const form = (over: Partial<FormBody>): FormBody => ({ ...emptyForm, ...over })
const full = form({
  kind: 'help',
  category: '2',
  title: '路灯不亮',
  facts: '幸福小区东门路灯坏了一周',
  place: '铁东区湖南街',
  requesterName: '王秀兰',
  requesterContact: '13800000000',
  requesterAddress: '铁东区湖南街 1 号',
})

describe('the statute as the form reads it', () => {
  it('has the eight kinds of article 2 and the ten categories of article 6', () => {
    expect(catalogue.kinds.map((k) => k.label)).toEqual([
      '查询',
      '咨询',
      '求助',
      '意见',
      '建议',
      '情况反映',
      '投诉',
      '举报',
    ])
    expect(catalogue.categories).toHaveLength(10)
  })

  it('cites the article for what an order must hold, and marks what is only local policy', () => {
    expect(catalogue.elements['requesterAddress']).toMatchObject({
      must: true,
      cite: '第十八条第（一）项',
      localPolicy: false,
    })
    expect(catalogue.elements['confidentialityWish']).toMatchObject({ must: false, localPolicy: true })
  })

  it('offers the emergency numbers of article 7 in their order', () => {
    expect(catalogue.emergencyNumbers.map((n) => n.number)).toEqual(['110', '119', '120', '122'])
  })
})

describe('what is missing', () => {
  it('is nothing in a full order', () => {
    expect(missingOf(full, catalogue, false)).toEqual([])
  })

  it('names each statutory element with its article, and blocks nothing that has a matter', () => {
    const gaps = missingOf(form({ facts: '路灯不亮' }), catalogue, false)
    expect(gaps.map((g) => g.field)).toEqual([
      'kind',
      'category',
      'place',
      'requesterName',
      'requesterContact',
      'requesterAddress',
    ])
    expect(gaps.every((g) => !g.blocking)).toBe(true)
    expect(gaps.at(-1)?.message).toBe('请补充现住所（第十八条第（一）项）')
  })

  it('is no way to reach a caller whose number is known', () => {
    expect(missingOf({ ...full, requesterContact: '' }, catalogue, true)).toEqual([])
  })

  it('blocks where there is nothing to register', () => {
    expect(
      missingOf(form({}), catalogue, false)
        .filter((g) => g.blocking)
        .map((g) => g.field),
    ).toEqual(['facts'])
    for (const outcome of ['answered', 'referred', 'refused', 'appended'] as const)
      expect(missingOf(form({ outcome }), catalogue, false).some((g) => g.blocking)).toBe(true)
  })

  it('does not ask for elements of an order where none is made', () => {
    const answered = form({
      outcome: 'answered',
      kind: 'consultation',
      answer: '周一至周五可以办理',
      lacking: '办事时间',
    })
    expect(missingOf(answered, catalogue, false)).toEqual([])
  })

  it('is the item that an answer rests on, or what the knowledge base lacks', () => {
    const answered = form({ outcome: 'answered', kind: 'consultation', answer: '周一至周五可以办理' })
    const fields = (more: Partial<FormBody>) =>
      missingOf({ ...answered, ...more }, catalogue, false).map((m) => [m.field, m.blocking])
    expect(fields({})).toEqual([['lacking', true]])
    expect(fields({ knowledge: [{ id: 'k', version: 1, title: '标题' }] })).toEqual([])
    expect(fields({ lacking: '办事时间' })).toEqual([])
  })

  it('草案 第十二条: is how the matter stands, unless the requester brought something new', () => {
    const draftCatalogue = catalogueOf(JSON.parse(JSON.stringify(anshanDraft)) as StatuteDocument)
    const again = form({ outcome: 'appended', appendTo: 'AD1', facts: '又来电' })
    const fields = (more: Partial<FormBody>, by = draftCatalogue) =>
      missingOf({ ...again, ...more }, by, false).map((m) => m.field)
    expect(fields({})).toEqual(['told'])
    expect(fields({ told: '正在办理' })).toEqual([])
    expect(fields({ somethingNew: true })).toEqual([])
    expect(fields({}, catalogue)).toEqual([])
  })
})

describe('what is registered', () => {
  const forms: FormBody[] = [
    full,
    form({ facts: '只有一句话' }),
    form({ title: '只有标题' }),
    { ...full, confidential: true, confidentialityWish: '不告诉物业', urgent: true, incident: 'accident' },
    form({ outcome: 'appended', appendTo: 'AS20261121000001', facts: '又停水了' }),
    form({ outcome: 'appended', appendTo: 'AD1', facts: '又停水了', told: '正在修', somethingNew: true }),
    form({ outcome: 'answered', kind: 'consultation', answer: '可以', lacking: '办事时间' }),
    form({
      outcome: 'answered',
      kind: 'consultation',
      answer: '可以',
      knowledge: [{ id: 'k', version: 2, title: '标题' }],
    }),
    form({
      outcome: 'referred',
      referral: 'legalProcedure',
      referralTarget: '人民法院 12368',
      referralTell: '请',
    }),
    form({ outcome: 'refused', refusal: 'outsideCity', refusalTell: '请', refusalOther: '' }),
  ]

  it('is what the registration accepts, for every outcome', () => {
    for (const one of forms)
      for (const outcome of outcomesOf(one))
        expect([...Value.Errors(Outcome, JSON.parse(JSON.stringify(outcome)))], outcome.type).toEqual([])
  })

  it('says nothing about a requester who said nothing', () => {
    expect(outcomesOf(form({ facts: 'x' }))[0]).toEqual({
      type: 'workOrder',
      facts: 'x',
      requester: {},
      confidential: false,
    })
  })

  it('does not send a wish for secrecy that was taken back', () => {
    const [order] = outcomesOf({ ...full, confidential: false, confidentialityWish: '不告诉物业' })
    expect(order).not.toHaveProperty('confidentialityWish')
  })

  it('names the unit complained about only in a complaint', () => {
    const [complaint] = outcomesOf({ ...full, kind: 'complaint', accusedUnit: 'u1' })
    expect(complaint).toHaveProperty('accusedUnit', 'u1')
    expect(outcomesOf({ ...full, accusedUnit: 'u1' })[0]).not.toHaveProperty('accusedUnit')
  })

  it('puts the server’s complaint beside the field it is about', () => {
    expect(
      fieldErrors([
        { field: 'outcomes/0/matter', message: 'x' },
        { field: 'kind', message: 'y' },
      ]),
    ).toEqual({
      referral: 'x',
      kind: 'y',
    })
  })

  it('is read out with the number and what is still missing', () => {
    const receipt = receiptOf(
      {
        registrationId: 'r',
        contactId: 'c1',
        registeredAt: '2026-11-21T10:00:00Z',
        outcomes: [{ type: 'workOrder', cite: null }],
        orders: [
          {
            number: 'AS20261121000001',
            state: 'registered',
            missing: [{ element: 'requesterAddress', label: '现住所', cite: null }],
            deadlines: [],
          },
        ],
      },
      deskContact(),
    )
    expect(receipt).toMatchObject({
      text: '已登记（王秀兰）：生成工单',
      numbers: ['AS20261121000001'],
      missing: ['现住所'],
    })
  })
})

describe('a draft that comes back', () => {
  it('keeps what the form knows and drops what it does not', () => {
    const back = formOf({ title: 'a', careGroups: ['elderly'], confidential: 'yes', gone: 1 })
    expect(back.title).toBe('a')
    expect(back.careGroups).toEqual(['elderly'])
    expect(back.confidential).toBe(false)
    expect(back).not.toHaveProperty('gone')
  })
})
