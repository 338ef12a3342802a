import type { Role } from '../../base/actor.ts'
import { problem, type Problem } from '../../base/problem.ts'
import { centreUnit, type Person } from '../model.ts'

/**
 * PURE. Who may read and write what. A unit answers for its own items (鞍山 2019 第三十四条: 承办单位应当采编、更新本单位相关
 * 知识库的内容); the centre keeps its own and helps out for a unit.
 */

/** Staff of the centre. The office (委员会办公室) stands above it and reads what is public. */
export const centreRoles: readonly Role[] = [
  'agent',
  'teamLead',
  'dispatcher',
  'auditor',
  'followUp',
  'supervisor',
  'centreLeader',
  'confidentialDesk',
]
export const unitRoles: readonly Role[] = ['unit', 'unitLeader']
export const leadRoles: readonly Role[] = ['teamLead', 'centreLeader']
export const readers: readonly Role[] = [...centreRoles, ...unitRoles, 'office']
export const writers: readonly Role[] = [...leadRoles, 'unitLeader', 'unit']
/** Who watches over the units' duties. */
export const overseers: readonly Role[] = ['supervisor', 'office', 'centreLeader']

const has = (person: Person, roles: readonly Role[]): boolean => person.roles.some((r) => roles.includes(r))

export const isCentre = (person: Person): boolean => has(person, centreRoles)
export const isLead = (person: Person): boolean => has(person, leadRoles)
export const ofUnit = (person: Person, unitCode: string): boolean =>
  has(person, unitRoles) && person.unit === unitCode

/** Confidential items and policies not yet published. */
export const readsInternal = (person: Person, unitCode: string): boolean =>
  isCentre(person) || ofUnit(person, unitCode)

/**
 * What is confidential, or a policy not yet published, does not exist for others.
 * @param today `YYYY-MM-DD`
 */
export const mayRead = (
  item: { confidential: boolean; publishedOn: string | null; unitCode: string },
  person: Person,
  today: string,
): boolean =>
  readsInternal(person, item.unitCode) ||
  (!item.confidential && (item.publishedOn === null || item.publishedOn <= today))

export const unknownItem = (): Problem =>
  problem(404, 'knowledgeUnknown', '没有这个知识条目', '它可能已经被撤回，请重新检索。')

export const mayWrite = (person: Person, unitCode: string): boolean =>
  isLead(person) || ofUnit(person, unitCode)

/** Saying that a reported error is none is for the unit's leader in charge; for the centre's items, its own. */
export const mayRefuseError = (person: Person, unitCode: string): boolean =>
  unitCode === centreUnit ? isLead(person) : person.roles.includes('unitLeader') && person.unit === unitCode

/** Whether somebody sees all units' reports, policies and clocks, or those of his own unit only. */
export const seesAllUnits = (person: Person): boolean => isCentre(person) || person.roles.includes('office')

/** That a secret policy exists is known to its unit and to those who lead the centre. */
export const readsSecretPolicy = (person: Person, unitCode: string): boolean =>
  ofUnit(person, unitCode) || has(person, ['centreLeader', 'confidentialDesk'])
