import type { Role } from '../../base/actor.ts'

/** PURE. Who may see and do what. Figures are for those who answer for the whole; local policy. */
export const readers: readonly Role[] = ['analyst', 'supervisor', 'centreLeader', 'office']

/** 由分析员或者中心负责人出具. */
export const issuers: readonly Role[] = ['analyst', 'centreLeader']

export const unitRoles: readonly Role[] = ['unitLeader', 'unit']

/** Whoever handles a matter may see a danger coming: 平台或者承办单位 (白银 第二十条第一款). */
export const reporters: readonly Role[] = [
  ...readers,
  'teamLead',
  'dispatcher',
  'agent',
  'followUp',
  ...unitRoles,
]
