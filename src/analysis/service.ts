import { createCounting } from './counting.ts'
import { createLooking } from './looking.ts'
import type { AnalysisParts } from './ports.ts'
import { createReports } from './reports.ts'
import { createWarnings } from './warnings.ts'
import { createWatch } from './watch.ts'

/** Figures, warnings and reports, all without identity. */
export type Analysis = ReturnType<typeof createAnalysis>

export function createAnalysis(parts: AnalysisParts) {
  const counting = createCounting(parts)
  const looking = createLooking(parts)
  const { indicators, twoTruths, stages } = counting
  const { topics, season, signals, selection } = looking
  return {
    figures: { indicators, twoTruths, stages, topics, season, signals, selection },
    warnings: createWarnings(parts),
    reports: createReports(parts, counting, looking),
    sweep: createWatch(parts, looking).sweep,
  }
}
