import type { Actor } from '../base/actor.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { Onward, Statute } from '../statutes/statute.ts'
import type { Attached, ContactInDossier, Dossier } from './dossier-contract.ts'
import type { Procedure } from './procedures.ts'
import { redactDeep, type Identity } from './redact.ts'
import type { OrderEventRow } from './reads-store.ts'
import type { DeadlineRow, OrderRow } from './rows.ts'
import { handedOn, onwardOf } from './rules/onward.ts'
import { deadlineView } from './view.ts'
import { guardOf } from './visibility.ts'

/**
 * 卷宗 of an order for the body that it was handed on to: the order, its events, clocks and supervision, and a list of what
 * is attached. The requester's identity is no part of it, unless somebody asks for it on a legal basis that he names.
 */
export type DossierParts = {
  row: OrderRow
  events: readonly OrderEventRow[]
  clocks: readonly DeadlineRow[]
  contacts: readonly ContactInDossier[]
  attachments: readonly Attached[]
  identity: Identity
  statute: Statute
  onward: { onward: Onward; cite: string | null }
  ask: { identity: boolean; basis: string | null }
  by: Actor
  at: Date
}

/** Bodies that judge the handling as such have no use for who asked (白银 第二十五条、第二十六条). */
const neverIdentity: readonly Onward['to'][] = ['deputies', 'government']

/** Why the identity is not in it, for people; null: it is. */
export function withheld({
  row,
  onward: { onward },
  ask,
  by,
}: Pick<DossierParts, 'row' | 'onward' | 'ask' | 'by'>): string | null {
  if (!ask.identity) return '没有要求提供诉求人身份；需要的，请写明法律依据另行调取。'
  if (neverIdentity.includes(onward.to)) return `${onward.label}只看办理活动，不提供诉求人身份。`
  if (ask.basis === null) return '提供诉求人身份应当写明法律依据。'
  return guardOf(row) === 'tipOff' && by.role !== 'confidentialDesk' ? '举报人身份只由保密席依法提供。' : null
}

export function dossierOf(parts: DossierParts): Dossier {
  const { row, events, clocks, contacts, attachments, identity, statute, onward, ask, by, at } = parts
  const why = withheld(parts)
  const open = why === null
  const words = <T>(value: T): T => (open ? value : redactDeep(value, identity))
  const all = row.procedures.map((p) => procedure(p, row, words))
  const person = (id: string, role: string) => ({ id: role === 'requester' ? 'requester' : id, role })
  return {
    to: { code: onward.onward.code, label: onward.onward.label },
    cite: onward.cite,
    basis: open ? ask.basis : null,
    exportedAt: formatInstant(at),
    exportedBy: { id: by.id, role: by.role },
    handedOn: handedOn(row)
      .filter((p) => p.said.to === onward.onward.code)
      .map((p) => ({
        n: p.n,
        at: formatInstant(p.openedAt),
        by: person(p.openedBy, p.openedRole),
        grounds: p.said.grounds.map((code) => ({ code, label: labelOf(statute, p.said.to, code) })),
        reason: words(p.said.reason),
        receipt: p.outcome?.receipt ?? null,
      })),
    order: {
      number: row.number,
      state: row.state,
      statute: { slug: statute.slug, title: statute.title, version: row.statute.version },
      sourceChannel: row.sourceChannel,
      raisedAt: formatInstant(row.raisedAt),
      registeredAt: formatInstant(row.registeredAt),
      acceptedAt: instant(row.acceptedAt),
      concludedAt: instant(row.concludedAt),
      kind: row.kind,
      handlingClass: row.handlingClass,
      category: row.category,
      title: words(row.title),
      facts: words(row.facts),
      place: row.place === null ? null : words(row.place),
      urgent: row.urgent,
      confidentialLevel: row.confidential,
      accusedUnit: row.accusedUnitId,
      mergedInto: row.mergedInto,
      legs: row.legs.map((leg) => ({
        n: leg.n,
        unit: leg.unitId,
        role: leg.role,
        deliveredAt: formatInstant(leg.deliveredAt),
        acknowledgedAt: instant(leg.acknowledgedAt),
        contactedAt: instant(leg.contactedAt),
        fedBackAt: instant(leg.fedBackAt),
        endedAt: instant(leg.endedAt),
        ended: leg.ended,
        result: words(leg.result),
        told: words(leg.told),
        stageReports: leg.stageReports.map((r) => ({ at: formatInstant(r.at), text: words(r.text) })),
      })),
      audits: words(row.audits),
      followUps: words(row.followUps),
      rating: words(row.rating),
    },
    requester: { kind: row.requesterKind, identity: open ? { ...identity } : null, withheld: why },
    supervision: all.filter((p) => p.kind === 'supervision'),
    procedures: all.filter((p) => p.kind !== 'supervision'),
    clocks: clocks.map((clock) => deadlineView(clock, row, statute, at)),
    events: events.map((e) => ({
      type: e.type,
      at: formatInstant(e.at),
      by: person(e.actorId, e.actorRole),
      cite: e.cite,
      data: words(e.data),
    })),
    contacts: [...contacts],
    attachments: [...attachments],
  }
}

function procedure(p: Procedure, row: OrderRow, words: <T>(value: T) => T): Dossier['procedures'][number] {
  const closer = p.closedBy === null ? null : { id: p.closedBy, role: p.closedRole ?? 'system' }
  return {
    n: p.n,
    kind: p.kind,
    unit: row.legs.find((leg) => leg.n === p.leg)?.unitId ?? null,
    openedAt: formatInstant(p.openedAt),
    openedBy: { id: p.openedRole === 'requester' ? 'requester' : p.openedBy, role: p.openedRole },
    said: words<unknown>(p.said),
    closedAt: instant(p.closedAt),
    closedBy: closer,
    verdict: p.verdict,
    outcome: words<unknown>(p.outcome),
  }
}

const labelOf = (statute: Statute, to: string, ground: string): string =>
  onwardOf(statute, to)?.onward.grounds.find((g) => g.code === ground)?.label ?? ground

const instant = (at: Date | null): string | null => (at === null ? null : formatInstant(at))
