import { defineConfig } from 'vitest/config'

/** Folders of test/ that talk to real services. */
const real = ['integration', 'telephony', 'browser', 'faults'] as const

/** These share Asterisk's ports, a browser or the whole machine, so their files run one after another. */
const oneAtATime = new Set<string>(['telephony', 'browser', 'faults'])

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], sequence: { groupOrder: 0 } },
      },
      ...real.map((name, index) => ({
        extends: true as const,
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          globalSetup: ['test/support/run-services.ts'],
          fileParallelism: !oneAtATime.has(name),
          // Real calls and browsers on two busy cores: a second try tells a slow machine from a broken program.
          retry: oneAtATime.has(name) ? 1 : 0,
          // the groups run one after another: a busy machine would make telephony and faults flake
          sequence: { groupOrder: index + 1 },
          testTimeout: oneAtATime.has(name) ? 90_000 : 20_000,
          hookTimeout: 120_000,
        },
      })),
    ],
  },
})
