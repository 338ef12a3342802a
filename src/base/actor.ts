/** Who does something. `role` is the hat worn for this one action; it is stored with every event. */
export type Actor =
  | { kind: 'staff'; id: string; role: Role; name?: string }
  | { kind: 'requester'; id: string; role: 'requester' }
  | { kind: 'system'; id: string; role: 'system' }

export const roles = [
  'agent',
  'teamLead',
  'dispatcher',
  'auditor',
  'followUp',
  'unit',
  'unitLeader',
  'supervisor',
  'centreLeader',
  'office',
  'confidentialDesk',
  'analyst',
  'systemAdministrator',
  'auditAdministrator',
  'securityAdministrator',
] as const

/**
 * Staff roles. 审核员, 回访员; `unit` and `unitLeader`: staff of an undertaking unit and its leader in charge (分管领导);
 * `office`: 委员会办公室, the hotline's competent department above the centre; `confidentialDesk`: 保密席. The three administrators are separate people (GB/T 22239-2019, 8.1.4: separation of duties). */
export type Role = (typeof roles)[number]

export const system = (id: string): Actor => ({ kind: 'system', id, role: 'system' })
