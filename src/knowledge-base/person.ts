import type { FastifyRequest } from 'fastify'
import { problem } from '../base/problem.ts'
import { unitRoles } from './decide/rights.ts'
import type { Person } from './model.ts'

/**
 * Whoever asks, after `requireRole`.
 * @throws Problem 403 unitMissing for staff of a unit whose account names none
 */
export function personOf(request: FastifyRequest): Person {
  const { actor, staff } = request
  if (actor?.kind !== 'staff' || !staff)
    throw problem(401, 'signInRequired', '请先登录', '登录已失效或尚未登录。')
  const onlyUnit = staff.roles.every((r) => unitRoles.includes(r))
  if (onlyUnit && staff.unitId === null)
    throw problem(403, 'unitMissing', '账号没有所属单位', '请联系系统管理员设置所属单位。')
  return { id: staff.id, role: actor.role, roles: staff.roles, unit: staff.unitId }
}
