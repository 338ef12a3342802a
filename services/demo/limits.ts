import { unsetHandlingLimits } from '../../src/statutes/configured.ts'
import type { Statute } from '../../src/statutes/statute.ts'
import type { Term } from '../../src/statutes/term.ts'

/** A limit that the statute leaves to the platform, as the demo's invented city sets it. */
export interface DemoLimit {
  term: Term
  workingDays: number
}

/** Handling limits that a real city has to set before it can start: three working days for 咨询, ten for the rest. */
export const demoLimits = (statute: Statute): DemoLimit[] =>
  unsetHandlingLimits(statute).map((term) => ({
    term,
    workingDays: term.when?.kind === 'consultation' ? 3 : 10,
  }))

/** For `HOTLINE_LIMITS`. */
export const limitsSetting = (limits: readonly DemoLimit[]): string =>
  limits.map(({ term, workingDays }) => `${term.id}=${workingDays}wd`).join(',')
