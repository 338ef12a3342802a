import type { FastifyRequest } from 'fastify'
import { problem } from '../base/problem.ts'
import type { Viewer } from '../work-orders/service.ts'
import type { Person } from './model.ts'

/** Whoever asks, after `requireRole`. */
export function viewerOf(request: FastifyRequest): Viewer {
  const { actor, staff } = request
  if (actor?.kind !== 'staff' || !staff)
    throw problem(401, 'signInRequired', '请先登录', '登录已失效或尚未登录。')
  return { actor, roles: staff.roles, unitCode: staff.unitId }
}

/** @throws Problem 403 unitMissing where only staff of a unit may ask and the account names none */
export function unitPersonOf(request: FastifyRequest): Person & { unit: string } {
  const { actor, roles, unitCode } = viewerOf(request)
  if (unitCode === null)
    throw problem(403, 'unitMissing', '账号没有所属单位', '请联系系统管理员设置所属单位。')
  return { id: actor.id, role: actor.role as Person['role'], roles, unit: unitCode }
}
