import { Type } from 'typebox'
import type { Role } from '../../base/actor.ts'
import { citesOf } from '../../statutes/types.ts'
import type { Kind } from '../../statutes/statute.ts'
import { confidentialLevels, type ConfidentialLevel } from '../model.ts'
import { body, refuse, rule, words } from './rule.ts'

/** PURE. 密级. Anybody in the centre may protect an order better; only the confidential desk may protect it less. */

/** 投诉、举报 are kept secret by law (鞍山 2019 第二十六条), a tip-off's source above all; a wish protects any other matter. */
export const levelOf = (kind: Kind | null, wish: boolean): ConfidentialLevel =>
  kind === 'tipOff' ? 'tipOff' : kind === 'complaint' || wish ? 'confidential' : 'normal'

export const isAbove = (level: ConfidentialLevel, other: ConfidentialLevel): boolean =>
  confidentialLevels.indexOf(level) > confidentialLevels.indexOf(other)

const setters: readonly Role[] = ['agent', 'teamLead', 'dispatcher', 'supervisor', 'confidentialDesk']

export const setConfidentiality = rule({
  label: '调整密级',
  body: body({ level: Type.Enum([...confidentialLevels]), reason: words(500) }),
  roles: () => setters,
  states: [
    'registered',
    'awaitingMaterial',
    'accepted',
    'dispatched',
    'fedBack',
    'concluded',
    'refused',
    'merged',
    'terminated',
    'transferred',
  ],
  cite: (statute) => citesOf(statute.topics.confidentiality.duty),
  decide(order, { level, reason }, { actor, statute }) {
    const { duty } = statute.topics.confidentiality
    if (level === order.confidential)
      return refuse(409, 'levelUnchanged', '密级没有变化', '请选择另一个密级。')
    if (isAbove(order.confidential, level) && actor.role !== 'confidentialDesk')
      return refuse(
        403,
        'levelMayOnlyRise',
        '只有保密席可以降低密级',
        '请写明理由，交保密席处理（本地规定）。',
        citesOf(duty),
      )
    return { events: [{ type: 'levelSet', level, reason }], cite: citesOf(duty) }
  },
})
