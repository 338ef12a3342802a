import type { Catalogue, ElementRule } from './catalogue.ts'

/**
 * PURE. The registration form: its fields, what of them a statute misses, and what is sent. Which elements an order
 * must hold, and by which article, comes with the catalogue; nothing here knows a city.
 */
export const outcomes = ['workOrder', 'appended', 'answered', 'referred', 'refused'] as const
export type Outcome = (typeof outcomes)[number]

export const outcomeWord: Record<Outcome, string> = {
  workOrder: '生成工单',
  appended: '并入在办工单',
  answered: '当场答复',
  referred: '引导告知',
  refused: '不予受理',
}

/** With the title, so that the form can name what it cites. */
export type KnowledgeCitation = { id: string; version: number; title: string }

export type FormBody = {
  outcome: Outcome
  kind: string
  category: string
  title: string
  facts: string
  place: string
  requesterKind: string
  requesterName: string
  requesterAddress: string
  requesterContact: string
  careGroups: string[]
  confidential: boolean
  confidentialityWish: string
  urgent: boolean
  incident: string
  /** Unit complained about; it never gets the order. */
  accusedUnit: string
  /** Dispatched at once to this unit; empty leaves it to the dispatchers. */
  leadUnit: string
  answer: string
  knowledge: KnowledgeCitation[]
  /** What the knowledge base should hold and does not, where nothing could be cited. */
  lacking: string
  referral: string
  referralTarget: string
  referralTell: string
  refusal: string
  refusalTell: string
  refusalOther: string
  /** Number of the open order that this matter belongs to. */
  appendTo: string
  /** How the matter stands, as the requester was told. */
  told: string
  /** He brought something new, so that there was nothing to tell. */
  somethingNew: boolean
}

export type Field = keyof FormBody

export const emptyForm: FormBody = {
  outcome: 'workOrder',
  kind: '',
  category: '',
  title: '',
  facts: '',
  place: '',
  requesterKind: '',
  requesterName: '',
  requesterAddress: '',
  requesterContact: '',
  careGroups: [],
  confidential: false,
  confidentialityWish: '',
  urgent: false,
  incident: '',
  accusedUnit: '',
  leadUnit: '',
  answer: '',
  knowledge: [],
  lacking: '',
  referral: '',
  referralTarget: '',
  referralTell: '',
  refusal: '',
  refusalTell: '',
  refusalOther: '',
  appendTo: '',
  told: '',
  somethingNew: false,
}

/** A draft from the server may be older than the form, or not one at all: unknown fields go, missing ones are empty. */
export function formOf(body: Record<string, unknown>): FormBody {
  const form: Record<string, unknown> = { ...emptyForm }
  for (const field of Object.keys(emptyForm) as Field[]) {
    const value = body[field]
    if (typeof value === typeof emptyForm[field] && Array.isArray(value) === Array.isArray(emptyForm[field]))
      form[field] = value
  }
  return form as FormBody
}

/** Kinds in which somebody is complained about. */
export const accuses = (kind: string): boolean => kind === 'complaint' || kind === 'tipOff'

export type Missing = {
  field: Field
  label: string
  message: string
  /** Without it there is nothing to register; otherwise the order is kept and marked incomplete. */
  blocking: boolean
}

const needed = (field: Field, label: string): Missing => ({
  field,
  label,
  message: `请填写${label}`,
  blocking: true,
})

/** The order of the screen, so that the first one missing is the first one seen. */
const elementFields = [
  'kind',
  'facts',
  'category',
  'place',
  'requesterName',
  'requesterContact',
  'requesterAddress',
  'confidentialityWish',
] as const satisfies readonly Field[]

const isEmpty = (value: FormBody[Field]): boolean =>
  typeof value === 'string' ? value.trim() === '' : Array.isArray(value) ? value.length === 0 : false

const elementMissing = (field: Field, rule: ElementRule): Missing => ({
  field,
  label: rule.label,
  message: `请补充${rule.label}${rule.cite ? `（${rule.cite}）` : ''}`,
  blocking: false,
})

/** @param hasNumber the channel itself brings a number to call back: it fills 联系方式 when nothing else was said */
export function missingOf(form: FormBody, catalogue: Catalogue, hasNumber: boolean): Missing[] {
  switch (form.outcome) {
    case 'workOrder': {
      const nothing = isEmpty(form.facts) && isEmpty(form.title)
      return elementFields.flatMap((field) => {
        const rule = catalogue.elements[field]
        if (field === 'facts' && nothing) return [needed('facts', rule?.label ?? '诉求内容')]
        if (field === 'requesterContact' && hasNumber) return []
        return rule?.must && isEmpty(form[field]) ? [elementMissing(field, rule)] : []
      })
    }
    case 'answered':
      return [
        ...(isEmpty(form.kind) ? [needed('kind', '诉求类别')] : []),
        ...(isEmpty(form.answer) ? [needed('answer', '答复内容')] : []),
        ...(catalogue.citation && isEmpty(form.knowledge) && isEmpty(form.lacking)
          ? [{ ...needed('lacking', '知识库缺少的内容'), message: '请引用知识条目，或者写明知识库缺少什么' }]
          : []),
      ]
    case 'referred':
      return [
        ...(isEmpty(form.referral) ? [needed('referral', '引导事项')] : []),
        ...(isEmpty(form.referralTarget) ? [needed('referralTarget', '引导去向')] : []),
        ...(isEmpty(form.referralTell) ? [needed('referralTell', '向诉求人说明的内容')] : []),
      ]
    case 'appended':
      return [
        ...(isEmpty(form.appendTo) ? [needed('appendTo', '要并入的工单')] : []),
        ...(isEmpty(form.facts) ? [needed('facts', '补充的内容')] : []),
        ...(catalogue.repeatedTold && !form.somethingNew && isEmpty(form.told)
          ? [needed('told', '告知诉求人的办理进展或者结果')]
          : []),
      ]
    case 'refused':
      return [
        ...(isEmpty(form.refusal) ? [needed('refusal', '不予受理的理由')] : []),
        ...(isEmpty(form.refusalTell) ? [needed('refusalTell', '向诉求人说明的内容')] : []),
      ]
  }
}
