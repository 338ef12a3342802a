import { LimitsRefused, unsetHandlingLimits, type Limits } from '../statutes/configured.ts'
import { createStatutes, type Statutes } from '../statutes/registry.ts'
import type { Limit } from '../statutes/term.ts'
import { list } from './env.ts'

const units = { wd: 'workingDay', h: 'hour', min: 'minute', month: 'month' } as const
const form = /^([A-Z0-9]+-D\d{2})\s*=\s*(\d{1,6})\s*(wd|h|min|month)$/

/**
 * `BY24-D04=3wd,BY24-D05=10wd` → limits by id of the term. What cannot be read, what the texts number themselves, and
 * what the city's statute leaves to the platform and nobody set is told in `problems`.
 */
export function statuteLimits(value: string | undefined, city: string, problems: string[]): Limits {
  const limits = new Map<string, Limit>()
  let readable = true
  for (const part of list(value ?? '')) {
    const [, id = '', count = '', unit = 'wd'] = form.exec(part) ?? []
    if (id === '' || limits.has(id)) {
      readable = false
      problems.push(
        id === ''
          ? `HOTLINE_LIMITS: "${part}" is not of the form BY24-D04=3wd (units: wd, h, min, month)`
          : `HOTLINE_LIMITS sets ${id} twice`,
      )
      continue
    }
    limits.set(id, { unit: units[unit as keyof typeof units], count: Number(count) })
  }
  const given: Limits = Object.fromEntries(limits)
  // a list that was not understood would only call its limits missing, too
  if (!readable) return given
  try {
    demandHandlingLimits(createStatutes(given), city, problems)
  } catch (error) {
    if (!(error instanceof LimitsRefused)) throw error
    problems.push(...error.refusals.map(({ says }) => `HOTLINE_LIMITS: ${says}`))
  }
  return given
}

function demandHandlingLimits(statutes: Statutes, city: string, problems: string[]): void {
  const statute = statutes.find(city)
  if (!statute) return
  const unset = unsetHandlingLimits(statute)
  if (unset.length === 0) return
  const names = unset.map(({ id, name }) => `${id} (${name})`).join(', ')
  const example = unset.map(({ id }) => `${id}=NUMBERwd`).join(',')
  problems.push(
    `HOTLINE_LIMITS must set ${names}: 《${statute.title}》 leaves them to the platform, and without them no order ` +
      `would ever be due. Give them as ${example} (wd: working days; also h, min, month)`,
  )
}
