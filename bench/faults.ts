import { drawSteps } from '../test/support/faults/schedule.ts'
import { createChance } from '../test/support/faults/chance.ts'
import { broken, linesOf } from '../test/support/faults/report.ts'
import { runFaults } from '../test/support/faults/run.ts'
import { onBenchServices } from './parts/run.ts'

onBenchServices()
const minutes = Number(process.env['BENCH_MINUTES'] ?? 10)
const seed = Number(process.env['BENCH_SEED'] ?? Math.floor(Math.random() * 1_000_000))
const gateways = Number(process.env['BENCH_GATEWAYS'] ?? 2 + (seed % 2))
const until = performance.now() + minutes * 60_000
console.log(`seed ${seed}, ${gateways} gateways, ${minutes} min`)
const report = await runFaults({
  seed,
  gateways,
  steps: drawSteps(createChance(seed)),
  goesOn: () => performance.now() < until,
  limitMs: minutes * 60_000 + 600_000,
  say: (line) => console.log(`  ${line}`),
})
for (const line of linesOf(report)) console.log(line)
const wrong = broken(report)
for (const line of wrong) console.log(`BROKEN ${line}`)
process.exit(wrong.length === 0 ? 0 : 1)
