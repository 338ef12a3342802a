import type { Role } from '../../base/actor.ts'

/** PURE. Who drafts and who approves; local policy. That they are two people is judged by their ids. */
export const drafters: readonly Role[] = ['analyst', 'teamLead', 'supervisor', 'centreLeader', 'office']
export const approvers: readonly Role[] = ['centreLeader', 'office', 'supervisor']
export const publishers: readonly Role[] = ['centreLeader', 'office']
/** Whoever hears an objection takes the case out at once: everybody who speaks with requesters or handles orders. */
export const withdrawers: readonly Role[] = [
  ...drafters,
  'agent',
  'dispatcher',
  'auditor',
  'followUp',
  'confidentialDesk',
  'unit',
  'unitLeader',
]
