import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Folders of test/ that talk to real services. */
const real = ['integration', 'telephony', 'browser', 'faults'] as const

/** vitest leaves one core to itself, which on two cores leaves one worker; half the time of a file is waiting. */
const workers = Math.min(4, Math.max(2, availableParallelism() - 1))

/**
 * Files side by side. Calls mostly wait for speech and for rings, and each file has an Asterisk of its own on ports of
 * its own: two of them fit two cores. So do the two browsers, of which one only reads pages. The failure of everything
 * needs the machine for itself.
 */
const sideBySide: Partial<Record<(typeof real)[number], number>> = { telephony: 2, browser: 2, faults: 1 }

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          maxWorkers: workers,
          sequence: { groupOrder: 0 },
        },
      },
      ...real.map((name, index) => ({
        extends: true as const,
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          globalSetup: ['test/support/run-services.ts'],
          maxWorkers: sideBySide[name] ?? workers,
          // Real calls and browsers on two busy cores: a second try tells a slow machine from a broken program.
          retry: name in sideBySide ? 1 : 0,
          // the groups run one after another: a busy machine would make telephony and faults flake
          sequence: { groupOrder: index + 1 },
          testTimeout: name in sideBySide ? 90_000 : 30_000,
          hookTimeout: 120_000,
        },
      })),
    ],
  },
})
