import { problem, type Problem } from '../base/problem.ts'
import type { Decided, Refused } from './rules/rule.ts'

/** What the rules and the registration refuse, as people read it. */

/** A reference to something that is not on the list of the statute or of the city. */
export const unlisted = (field: string, label: string, next: string, cite: string | null = null): Problem =>
  problem(422, `${field}Unknown`, `${label}不在可选范围内`, next, {
    errors: [{ field, message: `没有这个${label}` }],
    ...(cite ? { cite } : {}),
  })

/** @throws Problem with the refusal's own status, code and article */
export function granted(decided: Decided): Exclude<Decided, Refused> {
  if ('refused' in decided) throw refusalProblem(decided)
  return decided
}

export const refusalProblem = (r: Refused): Problem =>
  problem(r.status, r.refused, r.title, r.detail, r.cite ? { cite: r.cite } : {})
