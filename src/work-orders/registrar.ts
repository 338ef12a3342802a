import type { Actor } from '../base/actor.ts'
import type { Pii } from '../base/pii.ts'
import { problem } from '../base/problem.ts'
import type { Tx } from '../db/pool.ts'
import type { KnowledgeBase } from '../knowledge-base/service.ts'
import type { Calendar } from '../statutes/calendar.ts'
import { incidents, type Incident, type ReferralMatter, type Statute } from '../statutes/statute.ts'
import { citesOf } from '../statutes/types.ts'
import type { Directory } from './actions.ts'
import type { OrderDraft, Outcome, RequesterSaid } from './registration-contract.ts'
import { decide, keptOut } from './decide.ts'
import { draftedOrder } from './drafted-order.ts'
import { categoryOf, kindOf } from './elements.ts'
import { identityOf } from './identity.ts'
import type { RegistrationContext } from './matter.ts'
import { granted, refusalProblem, unlisted } from './refusals.ts'
import type { OrderRow } from './rows.ts'
import { decideRefusal } from './rules/intake.ts'
import { ruleOf, type Command } from './rules/registry.ts'
import { judgeRequester } from './rules/supply.ts'
import * as store from './store.ts'
import { writeEvents, type By } from './write-events.ts'

export type RegistrarParts = {
  pii: Pii
  statute: Statute
  calendar: () => Calendar
  knowledge: Pick<KnowledgeBase, 'cite'>
  directory?: Directory
  referrals: {
    /** Keeps who was told what, when and by which article; gives the id of the record. */
    told(
      tx: Tx,
      record: {
        contactId: string
        matter: string
        target: string
        number: string | null
        cite: string | null
        actor: Actor
        at: Date
      },
    ): Promise<string>
    /** Tells the responsible departments of an incident (鞍山 2019 第二十条第三项). */
    reportIncident(
      tx: Tx,
      incident: { contactId: string; incident: Incident; actor: Actor; at: Date },
    ): Promise<void>
  }
  /** The knowledge base lacks what was answered: its unit has to complete it. Without a unit it is the centre's own. */
  reportLacking?: (tx: Tx, lacking: { what: string; unit: string | null; actor: Actor }) => Promise<void>
  /** Remembers what the requester said of himself, for the next contact. */
  describe(
    tx: Tx,
    requesterId: string,
    said: { name?: string; home?: string; careGroups?: string[]; kind?: string },
  ): Promise<void>
}

type Done = { cite: string | null; data: Record<string, unknown>; orderId: string | null }

/**
 * Writes outcomes inside the transaction that ends the contact. A missing element never refuses; a malformed reference
 * (unknown matter, reason, kind, unit, stale knowledge) does, because it would put a falsehood on record.
 */
export function createRegistrar(parts: RegistrarParts) {
  const { statute, knowledge, referrals } = parts
  const { acceptance, referral } = statute.topics

  async function answered(c: RegistrationContext, o: Outcome & { type: 'answered' }): Promise<Done> {
    demandKind(o.kind)
    demandCategory(o.category)
    const lacking = judgeCitation(o)
    const cited = []
    for (const ref of o.knowledge) cited.push(await knowledge.cite(c.tx, ref))
    const { kind, category, title, answer } = o
    const data = {
      kind,
      category,
      title,
      answer,
      knowledge: cited.map(({ id, version, title: t }) => ({ id, version, title: t })),
      ...(lacking ? { lacking } : {}),
    }
    if (lacking) await parts.reportLacking?.(c.tx, { ...lacking, unit: lacking.unit ?? null, actor: c.actor })
    return { cite: citesOf(acceptance.onTheSpot), data, orderId: null }
  }

  /** 依据知识库答复: an item is cited, or what it lacks is said, so that it is completed. */
  function judgeCitation(o: Outcome & { type: 'answered' }): { what: string; unit?: string } | null {
    const { citeOnAnswer } = statute.topics.knowledgeBase
    if (o.knowledge.length > 0 || citeOnAnswer.basis === 'silent') return null
    const what = o.lacking?.what.trim() ?? ''
    if (what !== '') return { ...o.lacking, what }
    const cite = citesOf(citeOnAnswer)
    throw problem(
      422,
      'knowledgeMissing',
      '没有引用知识库条目',
      `${citeOnAnswer.says}。请选择答复所依据的条目；知识库没有的，请写明缺少什么，交承办单位补充，或者改为生成办理单。`,
      {
        errors: [{ field: 'knowledge', message: '请引用条目，或者写明知识库缺少的内容' }],
        ...(cite ? { cite } : {}),
      },
    )
  }

  async function referred(c: RegistrationContext, o: Outcome & { type: 'referred' }): Promise<Done> {
    const found = referral.matters.find((m) => m.basis !== 'silent' && m.value.code === o.matter)
    if (!found || found.basis === 'silent')
      throw unlisted('matter', '引导事项', '请从本市规定列出的事项中选择。')
    const matter: ReferralMatter = found.value
    const cite = citesOf(found)
    const referralId = await referrals.told(c.tx, {
      contactId: c.matter.contactId,
      matter: o.matter,
      target: o.target,
      number: matter.targets.find((t) => t.name === o.target)?.number ?? null,
      cite,
      actor: c.actor,
      at: c.at,
    })
    // 第二十条第六项: of a named report nothing is kept but that, and whither, its author was referred.
    const words = matter.keepsSubstance ? { tell: o.tell, ...(o.summary ? { summary: o.summary } : {}) } : {}
    return { cite, data: { matter: o.matter, target: o.target, referralId, ...words }, orderId: null }
  }

  function refused(o: Outcome & { type: 'refused' }): Done {
    const { reason, tell, summary } = o
    const judged = decideRefusal({ reason, tell, otherChannel: o.otherChannel ?? null }, statute)
    const { events, cite } = granted(judged)
    const [event] = events
    const otherChannel = event?.type === 'refused' ? event.otherChannel : null
    return { cite, data: { reason, tell, otherChannel, ...(summary ? { summary } : {}) }, orderId: null }
  }

  async function appended(c: RegistrationContext, o: Outcome & { type: 'appended' }): Promise<Done> {
    const order = await store.lockOrder(c.tx, o.number)
    // An order against the agent himself is no order to him.
    if (!order || keptOut(order, { actor: c.actor, actorUnit: null, statute }))
      throw unlisted('number', '办理单', '请核对编号后重新选择。')
    const done = await run(c, order, {
      action: 'append',
      facts: o.facts,
      contactId: c.matter.contactId,
      ...(o.told ? { told: o.told } : {}),
      ...(o.somethingNew ? { somethingNew: true } : {}),
    })
    await store.joinContact(c.tx, order.id, c.matter.contactId, 'appended', c.at)
    return { cite: done.cite, data: { number: o.number }, orderId: null }
  }

  async function ordered(
    c: RegistrationContext,
    draft: OrderDraft,
    parent: OrderRow | null,
  ): Promise<Done & { order: OrderRow }> {
    if (draft.kind !== undefined) demandKind(draft.kind)
    demandCategory(draft.category)
    const stranger = judgeRequester(statute, draft.requester)
    if (stranger) throw refusalProblem(stranger)
    const incident = incidentOf(draft.incident)
    if (
      draft.accusedUnit !== undefined &&
      !(await store.unitsByCode(c.tx, [draft.accusedUnit])).has(draft.accusedUnit)
    )
      throw unlisted('accusedUnit', '被投诉单位', '请从单位名录中选择。')
    const { order, missing } = await draftedOrder(parts, c, draft, parent?.id ?? null)
    await store.insertOrder(c.tx, order)
    await store.joinContact(c.tx, order.id, c.matter.contactId, 'origin', c.at)
    await remember(c, draft.requester)

    const cite = citesOf(acceptance.decide)
    let row: OrderRow = {
      ...order,
      version: 0,
      leadUnit: null,
      parentNumber: parent?.number ?? null,
      contactIds: [c.matter.contactId],
    }
    row = await writeEvents(c.tx, row, [{ type: 'registered', missing }], byOf(c, cite))
    const accepted = draft.accept !== false
    if (accepted) row = (await run(c, row, { action: 'accept' })).order
    if (accepted && draft.leadUnit !== undefined)
      row = (
        await run(c, row, {
          action: 'dispatch',
          leadUnit: draft.leadUnit,
          ...(draft.coUnits ? { coUnits: draft.coUnits } : {}),
          ...(draft.class ? { class: draft.class } : {}),
          ...(draft.urgentSituation ? { urgentSituation: draft.urgentSituation } : {}),
        })
      ).order
    if (incident)
      await referrals.reportIncident(c.tx, {
        contactId: c.matter.contactId,
        incident,
        actor: c.actor,
        at: c.at,
      })
    return { cite, data: { number: order.number }, orderId: order.id, order: row }
  }

  async function remember(c: RegistrationContext, said: RequesterSaid): Promise<void> {
    const { name, home, careGroups, kind } = said
    const about = {
      ...(name?.trim() ? { name: name.trim() } : {}),
      ...(home?.trim() ? { home: home.trim() } : {}),
      ...(careGroups && careGroups.length > 0 ? { careGroups } : {}),
      ...(kind ? { kind } : {}),
    }
    if (Object.keys(about).length > 0) await parts.describe(c.tx, c.matter.requesterId, about)
  }

  const byOf = (c: RegistrationContext, cite: string | null): By => ({
    actor: c.actor,
    at: c.at,
    cite,
    statute,
    calendar: parts.calendar(),
  })

  async function run(
    c: RegistrationContext,
    order: OrderRow,
    command: Command,
  ): Promise<{ order: OrderRow; cite: string | null }> {
    const named = ruleOf(command.action).units?.(command, order) ?? []
    const directory = named.length > 0 ? await parts.directory?.(c.tx, order, named) : undefined
    const { events, cite } = granted(
      decide(order, command, {
        actor: c.actor,
        actorUnit: c.matter.firstAskedUnit ?? null,
        statute,
        now: c.at,
        calendar: parts.calendar(),
        units: await store.unitsByCode(c.tx, named),
        ...(directory ? { directory } : {}),
        orders: new Map(),
        clocks: [],
        petitionOffice: await store.petitionOffice(c.tx),
        identity: identityOf(order),
      }),
    )
    return { order: await writeEvents(c.tx, order, events, byOf(c, cite)), cite }
  }

  function demandKind(kind: string): void {
    if (kindOf(statute, kind) === null)
      throw unlisted('kind', '诉求类别', '请从列出的类别中选择。', citesOf(acceptance.kinds))
  }
  function demandCategory(category: number | undefined): void {
    if (category !== undefined && categoryOf(statute, category) === null)
      throw unlisted('category', '事项类别', '请从列出的类别中选择。', citesOf(acceptance.categories))
  }

  return {
    /** All outcomes of one contact, in their order; orders after the first are its siblings. */
    async writeAll(c: RegistrationContext, outcomes: readonly Outcome[]): Promise<OrderRow[]> {
      const orders: OrderRow[] = []
      for (const [position, outcome] of outcomes.entries()) {
        const done = await write(c, outcome, orders)
        await store.insertOutcome(c.tx, {
          registrationId: c.registrationId,
          position,
          type: outcome.type,
          ...done,
        })
      }
      return orders
    },
  }

  async function write(c: RegistrationContext, outcome: Outcome, orders: OrderRow[]): Promise<Done> {
    switch (outcome.type) {
      case 'answered':
        return answered(c, outcome)
      case 'referred':
        return referred(c, outcome)
      case 'refused':
        return refused(outcome)
      case 'appended':
        return appended(c, outcome)
      case 'workOrder': {
        const { order, ...done } = await ordered(c, outcome, orders[0] ?? null)
        orders.push(order)
        return done
      }
    }
  }
}

function incidentOf(code: string | undefined): Incident | null {
  if (code === undefined) return null
  const found = incidents.find((incident) => incident === code)
  if (!found) throw unlisted('incident', '突发事件类别', '请从列出的类别中选择。')
  return found
}
