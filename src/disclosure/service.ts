import type { Process } from './contract.ts'
import { createCases } from './cases.ts'
import { processOf } from './decide/process.ts'
import type { DisclosureParts } from './ports.ts'
import { createPublications } from './publications.ts'

/** What the public may know: how the hotline works, issued figures, and cases without people. */
export type Disclosure = ReturnType<typeof createDisclosure>

export function createDisclosure(parts: DisclosureParts) {
  const process: Process = processOf(parts.statute)
  return {
    process: () => process,
    cases: createCases(parts),
    reports: createPublications(parts),
  }
}
