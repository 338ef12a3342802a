import { anythingProperty } from '../test/properties/anything.ts'
import type { Gate } from '../test/properties/interleave.ts'
import { memoryWorld } from '../test/properties/memory-world.ts'
import { openLab, postgresWorld } from '../test/properties/postgres-world.ts'
import { races } from '../test/properties/races.ts'
import { check, raceProperty, type Ground, type Held } from '../test/properties/run.ts'
import { freshDatabase } from '../test/support/services.ts'
import { onBenchServices } from './parts/run.ts'

/**
 * The long form of the properties about races: every race of the semantics, and anything at all, on the pure machines
 * with BENCH_SEEDS seeds each and on the product's own services over real PostgreSQL with one for every 200 of them.
 * BENCH_ONLY names one race. A counterexample is printed with its seed and path, for `test/properties/seeds.json`.
 */
onBenchServices()
const seeds = Number(process.env['BENCH_SEEDS'] ?? 10_000)
const only = process.env['BENCH_ONLY']

const database = await freshDatabase()
const lab = await openLab(database.url)
const layers: [string, Ground, number][] = [
  ['', { world: memoryWorld }, seeds],
  [
    ' (PostgreSQL)',
    { world: (gate: Gate) => postgresWorld(lab, gate), settled: () => lab.gated.settled() },
    Math.ceil(seeds / 200),
  ],
]

let failed = 0
let runs = 0
function show(name: string, held: Held): void {
  runs += held.runs
  console.log(`${name.padEnd(44)}${String(held.runs).padStart(8)}${held.seconds.toFixed(1).padStart(9)}`)
  if (held.failure === null) return
  failed += 1
  console.error(held.failure)
}

console.log(`${'race'.padEnd(44)}${'runs'.padStart(8)}${'seconds'.padStart(9)}`)
for (const [layer, ground, count] of layers) {
  for (const [name, race] of Object.entries(races))
    if (!only || only === name)
      show(name + layer, await check(name + layer, raceProperty(race, ground), { runs: count }))
  if (!only || only === 'anything')
    show(`anything${layer}`, await check(`anything${layer}`, anythingProperty(ground), { runs: count }))
}
await lab.end()
await database.drop()
console.log(`${runs} runs, ${failed === 0 ? 'no counterexample' : `${failed} properties broken`}`)
process.exitCode = failed === 0 ? 0 : 1
