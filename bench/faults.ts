import { createChance } from '../test/support/faults/chance.ts'
import { keepSeed, keptSeeds } from '../test/support/faults/kept-seeds.ts'
import { broken, linesOf } from '../test/support/faults/report.ts'
import { runFaults, type RunOptions } from '../test/support/faults/run.ts'
import { drawSteps, type Step } from '../test/support/faults/schedule.ts'
import { shown, verdicts, watch, type Sample } from '../test/support/faults/soak.ts'
import { onBenchServices } from './parts/run.ts'

/**
 * The long form of the fault runs. Failures drawn from a seed for BENCH_MINUTES (`--minutes`), after the seeds that broke a
 * promise once (test/faults/seeds.json); or a soak of BENCH_HOURS (`--hours`) without any failure, which watches memory
 * and handles. BENCH_SEED repeats a run, BENCH_GATEWAYS sets how many there are; a soak can be tried for
 * BENCH_SOAK_MINUTES with a look every BENCH_SAMPLE_SECONDS. Fails when a promise was broken, never for speed.
 */
onBenchServices()
const given = (name: string): number | undefined =>
  process.env[name] === undefined || process.env[name] === '' ? undefined : Number(process.env[name])

const seed = given('BENCH_SEED') ?? Math.floor(Math.random() * 1_000_000)
const gateways = given('BENCH_GATEWAYS') ?? 2 + (seed % 2)
const hours = given('BENCH_HOURS')
const soakMinutes = given('BENCH_SOAK_MINUTES') ?? (hours === undefined ? undefined : hours * 60)
const say = (line: string): void => console.log(`  ${line}`)

let failed = false

async function run(options: Omit<RunOptions, 'say'>): Promise<string[]> {
  console.log(`seed ${options.seed}, ${options.gateways} gateways`)
  const report = await runFaults({ ...options, say })
  for (const line of linesOf(report)) console.log(line)
  const wrong = broken(report)
  for (const line of wrong) console.log(`BROKEN ${line}`)
  if (wrong.length > 0) failed = true
  return wrong
}

async function long(minutes: number): Promise<void> {
  // One that is asked for by its seed is wanted alone.
  for (const kept of given('BENCH_SEED') === undefined ? keptSeeds() : []) {
    let left = kept.steps
    console.log(`kept because of: ${kept.broke.join('; ').slice(0, 300)}`)
    await run({
      seed: kept.seed,
      gateways: kept.gateways,
      steps: drawSteps(createChance(kept.seed)),
      goesOn: () => left-- > 0,
      limitMs: kept.steps * 120_000 + 600_000,
    })
  }
  let taken = 0
  const until = performance.now() + minutes * 60_000
  const wrong = await run({
    seed,
    gateways,
    steps: counted(drawSteps(createChance(seed)), () => (taken += 1)),
    goesOn: () => performance.now() < until,
    limitMs: minutes * 60_000 + 600_000,
  })
  if (wrong.length > 0)
    keepSeed({ seed, gateways, steps: taken, broke: wrong.map((line) => line.slice(0, 200)) })
}

function* counted(steps: Iterable<Step>, count: () => void): Generator<Step> {
  for (const step of steps) {
    count()
    yield step
  }
}

async function soak(minutes: number): Promise<void> {
  let samples: Sample[] = []
  await run({
    seed,
    gateways,
    steps: [],
    goesOn: () => true,
    limitMs: minutes * 60_000 + 600_000,
    async first(site) {
      const everyMs = (given('BENCH_SAMPLE_SECONDS') ?? 60) * 1_000
      samples = await watch(site, { forMs: minutes * 60_000, everyMs, say })
    },
  })
  for (const { name, trend } of verdicts(samples)) {
    const growth = `${trend.growth < 0 ? '-' : '+'}${shown(name, Math.abs(trend.growth))}`
    console.log(
      `${name.padEnd(28)} ${shown(name, trend.first)} → ${shown(name, trend.last)} (${growth}): ${trend.verdict}`,
    )
    if (trend.verdict === 'growing') failed = true
  }
}

if (soakMinutes === undefined) await long(given('BENCH_MINUTES') ?? 10)
else await soak(soakMinutes)
process.exit(failed ? 1 : 0)
