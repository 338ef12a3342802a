import { expect, it } from 'vitest'
import { broken, linesOf } from '../support/faults/report.ts'
import { runFaults } from '../support/faults/run.ts'
import type { FaultKind } from '../support/faults/kinds.ts'
import type { Step } from '../support/faults/schedule.ts'
import type { Boundary } from '../support/faults/transitions.ts'

/**
 * The short form of the fault runs (`./hotline bench faults` is the long one): every kind of failure once, in the
 * order in which they do most harm, and a kill in the middle of the commits that matter most. What was acknowledged
 * outside must be in the ledger once; nobody holds two calls; every contact ends or is open.
 */
const failing = (lastsMs: number, ...kinds: FaultKind[]): Step => ({
  faults: kinds.map((kind) => ({ kind, victim: 0 })),
  lastsMs,
  restMs: 0,
})
const killed = (
  channel: Boundary['channel'],
  from: string | null,
  to: string,
  side: Boundary['side'],
): Step => ({
  boundary: { channel, from, to, side },
  restMs: 0,
})

const steps: Step[] = [
  failing(0, 'redisFlushed', 'gatewayKilled'),
  failing(3_000, 'redisKilled'),
  failing(1_000, 'asteriskKilled'),
  failing(0, 'postgresKilled', 'gatewayKilled'),
  killed('voice', 'offered', 'active', 'after'),
  failing(4_000, 'redisFull'),
  failing(4_000, 'postgresHung'),
  failing(4_000, 'postgresFull'),
  failing(8_000, 'amiSilent'),
  killed('text', null, 'received', 'after'),
  killed('text', 'queued', 'offered', 'before'),
  failing(11_000, 'gatewayHung'),
  killed('voice', 'wrapUp', 'ended', 'after'),
]

/** A slow machine has no time for the last ones, but always for these. */
const leastSteps = 4
const stepsMs = 110_000

// No second try: what is lost once is lost.
it(
  'lose nothing and double nothing, one after another under load',
  { timeout: 1_500_000, retry: 0 },
  async () => {
    const report = await runFaults({
      seed: 4,
      gateways: 2,
      steps,
      goesOn: (taken, ms) => taken < leastSteps || ms < stepsMs,
      boundaryLimitMs: 30_000,
      limitMs: 1_500_000,
      say: (line) => process.stdout.write(`  ${line}\n`),
    })
    const left = steps.length - report.steps.length
    process.stdout.write(
      `${linesOf(report).join('\n')}\n${left > 0 ? `no time left for ${left} steps\n` : ''}`,
    )
    expect(broken(report)).toEqual([])
    // Texts always come by; on a slow machine callers may all be with the native queue just then.
    expect(report.steps.filter(({ missed, name }) => missed && name.startsWith('killed at text'))).toEqual([])
  },
)
