import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { createStatutes } from '../statutes/registry.ts'
import { valueOf } from '../statutes/types.ts'

type Departments = Readonly<Record<string, readonly string[]>>

const Notices = Type.Record(
  Type.String(),
  Type.Array(Type.String({ pattern: '^\\+?[0-9]{3,16}$' }), { minItems: 1 }),
)

/**
 * Telephones by department: `{"应急管理局":["13800000001"]}`. The departments of each class of incident are named by the
 * city's statute; a name that it does not know would be told of nothing, so it is a mistake.
 */
export function incidentNotices(given: unknown, city: string, problems: string[]): Record<string, string[]> {
  if (!Value.Check(Notices, given)) {
    problems.push('HOTLINE_INCIDENT_NOTICES is not of the form {"应急管理局":["13800000001"]}')
    return {}
  }
  const statute = createStatutes().find(city)
  const known = new Set(
    Object.values(statute ? valueOf<Departments>(statute.topics.referral.departments, {}) : {}).flat(),
  )
  for (const name of Object.keys(given).filter((each) => !known.has(each)))
    problems.push(
      `HOTLINE_INCIDENT_NOTICES: "${name}" is no department that is told of incidents here (${[...known].join(', ')})`,
    )
  return given
}
