import { Type, type Static } from 'typebox'
import type { Element, Kind, Statute } from '../../statutes/statute.ts'
import { elements } from '../../statutes/statute.ts'
import { citesOf, valueOf } from '../../statutes/types.ts'
import { RequesterSaid } from '../registration-contract.ts'
import { categoryOf, isPetition, kindOf, missingElements, type Given } from '../elements.ts'
import { joinFacts, liveLegs, type OrderEvent, type WorkOrder } from '../model.ts'
import { openProcedures } from '../procedures.ts'
import { isAbove, levelOf } from './confidentiality.ts'
import { judgeUnits } from './intake.ts'
import {
  body,
  code,
  maybe,
  refuse,
  rolesNamed,
  rule,
  type Context,
  type Decided,
  type Refused,
} from './rule.ts'

/** PURE. What was missing on the 办理单 and is given later. The words of the identity go to the store, never into an event. */
const supplyBody = body({
  kind: Type.Optional(code),
  category: Type.Optional(Type.Integer()),
  place: maybe(500),
  facts: maybe(10_000),
  requester: Type.Optional(RequesterSaid),
  confidentialityWish: maybe(500),
})
type Supply = Static<typeof supplyBody>

const citeOf = (statute: Statute): string | null => citesOf(statute.topics.acceptance.withoutIdentity)

export const supply = rule({
  label: '补充要素',
  body: supplyBody,
  roles: (statute) => rolesNamed(valueOf<readonly string[]>(statute.topics.dispatch.whoDecides, [])),
  states: ['registered', 'awaitingMaterial', 'accepted', 'dispatched'],
  cite: citeOf,
  barred: (order) =>
    order.missing.length === 0 && openProcedures(order, 'material').length === 0
      ? refuse(409, 'nothingMissing', '办理单要素已经齐全', '如有新的情况，请使用“补充内容”。')
      : null,
  decide: decideSupply,
})

const said = (text: string | undefined): boolean => text !== undefined && text.trim() !== ''

const wasSaid: Record<Element, (s: Supply) => boolean> = {
  requesterName: (s) => said(s.requester?.name),
  requesterAddress: (s) => said(s.requester?.home),
  requesterContact: (s) => said(s.requester?.contact),
  kind: (s) => s.kind !== undefined,
  category: (s) => s.category !== undefined,
  place: (s) => said(s.place),
  facts: (s) => said(s.facts),
  confidentialityWish: (s) => said(s.confidentialityWish),
}

function decideSupply(order: WorkOrder, s: Supply, context: Context): Decided {
  const { statute, identity, now } = context
  const { kinds, categories } = statute.topics.acceptance
  const kind = s.kind === undefined ? order.kind : kindOf(statute, s.kind)
  const category = s.category === undefined ? order.category : categoryOf(statute, s.category)
  if (s.kind !== undefined && kind === null)
    return refuse(422, 'kindUnknown', '没有这一诉求类别', '请从列出的类别中选择。', citesOf(kinds))
  if (s.category !== undefined && category === null)
    return refuse(422, 'categoryUnknown', '没有这一事项类别', '请从列出的类别中选择。', citesOf(categories))
  const stranger = s.requester && judgeRequester(statute, s.requester)
  if (stranger) return stranger
  const supplied = elements.filter((element) => wasSaid[element](s))
  if (supplied.length === 0)
    return refuse(422, 'nothingSupplied', '没有填写任何要素', '请至少补充一项再提交。', citeOf(statute))
  const place = said(s.place) ? s.place!.trim() : undefined
  const facts = said(s.facts) ? s.facts!.trim() : undefined
  const given: Given = {
    kind,
    category,
    place: place ?? order.place,
    facts: facts === undefined ? order.facts : joinFacts(order.facts, facts),
    name: identity.name || wasSaid.requesterName(s) ? 'given' : null,
    home: identity.home || wasSaid.requesterAddress(s) ? 'given' : null,
    contact: identity.contact || wasSaid.requesterContact(s) ? 'given' : null,
    confidentialityAsked: identity.confidentialityAsked || wasSaid.confidentialityWish(s),
  }
  const event: OrderEvent = {
    type: 'supplied',
    elements: supplied,
    missing: missingElements(statute, given),
    ...(s.kind !== undefined && kind ? { kind } : {}),
    ...(s.category !== undefined && category !== null ? { category } : {}),
    ...(place === undefined ? {} : { place }),
    ...(facts === undefined ? {} : { facts }),
  }
  const [asked] = openProcedures(order, 'material')
  const closes: OrderEvent[] = asked
    ? [
        {
          type: 'closed',
          kind: 'material',
          n: asked.n,
          verdict: 'supplied',
          outcome: { late: asked.said.until !== null && now >= new Date(asked.said.until) },
        },
      ]
    : []
  return {
    events: [...raised(order, s, kind), event, ...petitionLeg(order, category, context), ...closes],
    cite: citeOf(statute),
  }
}

/** 涉及信访的事项……同时转信访部门督办 (鞍山 2019 第二十条第四项): also where that is only known while a unit has it. */
function petitionLeg(order: WorkOrder, category: number | null, context: Context): OrderEvent[] {
  const { statute, petitionOffice: office } = context
  const demanded = statute.topics.dispatch.petitionLegs.basis !== 'silent' && isPetition(statute, category)
  const there = liveLegs(order).some((leg) => leg.role === 'petition')
  if (order.state !== 'dispatched' || !demanded || there || office === null) return []
  if (judgeUnits(order, [office], office, context)) return []
  const legs = [{ n: order.legs.length + 1, unitId: office, role: 'petition' as const }]
  return [{ type: 'dispatched', legs, basis: '补充为信访事项', warnings: [] }]
}

/** 保密事项 may also be answered with: there is none. Anything else is a wish. */
const noSecrecy =
  /^(诉求人|本人)?(表示|称)?(无|否|没有|(不|无|不需要?|不用|不要求?|无需|无须|没有)(要求)?保密(要求|事项)?)[。.！!]?$/u

/**
 * What makes a matter secret protects it as soon as it is known, before anybody is told of what was supplied. It never
 * protects less: whoever set the level may have known more.
 */
function raised(order: WorkOrder, s: Supply, kind: Kind | null): OrderEvent[] {
  const wish = s.confidentialityWish?.trim() ?? ''
  const level = levelOf(s.kind === undefined ? null : kind, wish !== '' && !noSecrecy.test(wish))
  const reason = s.kind === undefined ? '补充了保密要求' : '补充了诉求类别或者保密要求'
  return isAbove(level, order.confidential) ? [{ type: 'levelSet', level, reason }] : []
}

/** What the requester said of himself must be codes of the statute: they are kept for the next contact, too. */
export function judgeRequester(statute: Statute, r: RequesterSaid): Refused | null {
  const { requesterKinds, careGroups } = statute.topics.acceptance
  const knownKinds: readonly string[] = valueOf(requesterKinds, []).map((k) => k.code)
  const knownGroups: readonly string[] = valueOf(careGroups, []).map((g) => g.code)
  const unknown = (field: string, label: string, cite: string | null): Refused =>
    refuse(422, `${field}Unknown`, `${label}不在可选范围内`, '请从列出的选项中选择。', cite)
  if (r.kind !== undefined && !knownKinds.includes(r.kind))
    return unknown('requesterKind', '诉求人类型', citesOf(requesterKinds))
  if (r.careGroups?.some((group) => !knownGroups.includes(group)))
    return unknown('careGroup', '重点群体', citesOf(careGroups))
  return null
}
