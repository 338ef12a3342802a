import type { Actor, Role } from '../../../src/base/actor.ts'
import { createStatutes } from '../../../src/statutes/registry.ts'
import { workingDays } from '../../../src/statutes/term.ts'
import { apply } from '../../../src/work-orders/apply.ts'
import { decide } from '../../../src/work-orders/decide.ts'
import type { OrderEvent, WorkOrder } from '../../../src/work-orders/model.ts'
import type { FollowUp, Procedure } from '../../../src/work-orders/procedures.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import type { Context, Decided, Refused } from '../../../src/work-orders/rules/rule.ts'
import { context, leg, now, order } from './support.ts'

/** What the tests of the closing half share: the four statutes, and orders on the way to their end. */
const statutes = createStatutes({ 'BY24-D04': workingDays(3), 'BY24-D05': workingDays(5) })
const slugs = { AS19: 'anshan-2019', ASD: 'anshan-draft', BY24: 'baiyin-2024', DD: 'dandong-first-asked' }
export type Short = keyof typeof slugs
export const statuteOf = (short: Short) => statutes.of(slugs[short])
export const inContext = (short: Short, role: Role, more: Partial<Context> = {}): Context =>
  context(role, { statute: statuteOf(short), ...more })

export const person = (id: string, role: Role): Actor => ({ kind: 'staff', id, role })
export const hoursAgo = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000)

const law = (short: Short) => ({
  statute: { slug: statuteOf(short).slug, version: statuteOf(short).version },
})

export const dispatched = (short: Short, more: Partial<WorkOrder> = {}): WorkOrder =>
  order({ ...law(short), state: 'dispatched', legs: [leg(1, 'lighting')], ...more })

const result = { text: '已修复', parts: {}, policy: null, solved: true }
export const fedBack = (short: Short, more: Partial<WorkOrder> = {}): WorkOrder =>
  dispatched(short, {
    state: 'fedBack',
    legs: [leg(1, 'lighting', { fedBackAt: hoursAgo(5), result, told: { way: '电话', text: '已修复' } })],
    ...more,
  })

export const concluded = (short: Short, more: Partial<WorkOrder> = {}): WorkOrder =>
  fedBack(short, { state: 'concluded', concludedAt: hoursAgo(4), ...more })

export const followUp = (more: Partial<FollowUp> = {}): FollowUp => ({
  n: 1,
  at: hoursAgo(3),
  by: 'caller',
  channel: 'voice',
  reached: true,
  solved: true,
  satisfied: 'satisfied',
  says: null,
  verdict: null,
  ...more,
})

export const supervision = (n: number, verdict: string | null = null): Procedure<'supervision'> => ({
  n,
  kind: 'supervision',
  leg: 1,
  openedAt: hoursAgo(3),
  openedBy: 'supervisor-9',
  openedRole: 'supervisor',
  said: { trigger: 'overdue', level: 'first', means: [], reason: '超时', due: null, automatic: true },
  closedAt: verdict === null ? null : hoursAgo(2),
  closedBy: null,
  closedRole: null,
  verdict,
  outcome: null,
})

export const refusal = (decided: Decided): Refused => {
  if (!('refused' in decided)) throw new Error('was granted')
  return decided
}
export const granted = (decided: Decided): { events: OrderEvent[]; cite: string | null } => {
  if ('refused' in decided) throw new Error(`${decided.refused}: ${decided.detail}`)
  return decided
}

/** Decides and folds; the order as it is afterwards. */
export function after(before: WorkOrder, command: Command, seen: Context): WorkOrder {
  const { events } = granted(decide(before, command, seen))
  return events.reduce((o, event) => apply(o, event, { at: seen.now, by: seen.actor }), before)
}
