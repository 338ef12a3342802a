import type { Chance } from './chance.ts'
import { faultKinds, kinds, type FaultKind } from './kinds.ts'
import { boundaryName, type Boundary } from './transitions.ts'

/** One step of a run: one or two faults at once that last for a while, or a kill at a boundary. */
export type Step =
  | { faults: { kind: FaultKind; victim: number }[]; lastsMs: number; restMs: number }
  | { boundary: Boundary; restMs: number }

export const stepName = (step: Step): string =>
  'boundary' in step
    ? `killed at ${boundaryName(step.boundary)}`
    : `${step.faults.map(({ kind }) => kind).join(' + ')}${step.lastsMs > 0 ? ` for ${(step.lastsMs / 1000).toFixed(1)} s` : ''}`

/** Every step that the load of a fault run leads contacts through. */
export const boundaries: readonly Omit<Boundary, 'side'>[] = [
  { channel: 'text', from: null, to: 'received' },
  { channel: 'text', from: 'queued', to: 'offered' },
  { channel: 'text', from: 'offered', to: 'queued' },
  { channel: 'text', from: 'offered', to: 'active' },
  { channel: 'text', from: 'active', to: 'ended' },
  { channel: 'text', from: 'active', to: 'wrapUp' },
  { channel: 'text', from: 'wrapUp', to: 'ended' },
  { channel: 'voice', from: null, to: 'received' },
  { channel: 'voice', from: 'received', to: 'queued' },
  { channel: 'voice', from: 'queued', to: 'offered' },
  { channel: 'voice', from: 'offered', to: 'active' },
  { channel: 'voice', from: 'active', to: 'wrapUp' },
  { channel: 'voice', from: 'wrapUp', to: 'ended' },
  { channel: 'voice', from: 'queued', to: 'ended' },
]

const sides = ['before', 'after'] as const

/** Steps without end, drawn from a seed: every kind and every boundary comes by before any comes again. */
export function* drawSteps(chance: Chance): Generator<Step> {
  for (;;) {
    const singles: FaultKind[] = chance.shuffled(faultKinds)
    const edges = chance.shuffled(boundaries.flatMap((one) => sides.map((side) => ({ ...one, side }))))
    const round: Step[] = [
      ...singles.map((kind) => draw(chance, [kind])),
      ...singles.map((kind) => {
        const others = faultKinds.filter((other) => kinds[other].part !== kinds[kind].part)
        return draw(chance, [kind, chance.oneOf(others)])
      }),
      ...edges.map((boundary) => ({ boundary, restMs: chance.between(0, 1_500) })),
    ]
    yield* chance.shuffled(round)
  }
}

function draw(chance: Chance, together: FaultKind[]): Step {
  const [least, most] = [0, 1].map((n) =>
    Math.max(...together.map((kind) => kinds[kind].lastsMs[n as 0 | 1])),
  )
  return {
    faults: together.map((kind) => ({ kind, victim: chance.between(0, 5) })),
    lastsMs: chance.between(least!, most!),
    restMs: chance.between(0, 4_000),
  }
}
