import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dataHome } from './paths.ts'
import { endProcess, isAlive, markOf, type ProcessMark } from './processes.ts'
import type { Report } from './report.ts'

/** One process that a run started, as noted in `run/`. */
export interface Entry {
  /** word for messages, e.g. `postgres` */
  service: string
  process: ProcessMark
  /** the run that started it: when that is gone, the process is a left-over */
  owner: ProcessMark
  /** the signal that asks this service to end */
  ask: NodeJS.Signals
  /** how long it may take before it is killed, in milliseconds */
  graceMs: number
  /** a folder that goes with the process, e.g. that of a test run */
  removes?: string
}

const folder = (): string => join(dataHome(), 'run')

/** The mark of this very process, the owner of what it starts. */
export function ourselves(): ProcessMark {
  const mark = markOf(process.pid)
  if (mark === undefined)
    throw new Error('this process has no entry in /proc: the private services need Linux')
  return mark
}

/** Notes a started process, so that the next run can end it should this one be killed. The result takes the note away. */
export function note(entry: Omit<Entry, 'owner'>): () => void {
  mkdirSync(folder(), { recursive: true })
  const file = join(folder(), `${entry.service}-${entry.process.pid}.json`)
  writeFileSync(file, JSON.stringify({ ...entry, owner: ourselves() } satisfies Entry))
  return () => rmSync(file, { force: true })
}

/** What is noted now, with the files of the notes. */
export function noted(): { file: string; entry: Entry }[] {
  mkdirSync(folder(), { recursive: true })
  return readdirSync(folder())
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const file = join(folder(), name)
      try {
        return [{ file, entry: JSON.parse(readFileSync(file, 'utf8')) as Entry }]
      } catch {
        // half-written by a run that was killed at that moment, or taken away meanwhile
        return []
      }
    })
}

/**
 * Ends what killed runs left behind. Services of a run that still goes on are left alone, and a pid that by now belongs
 * to another process is never touched.
 */
export async function cleanUp(report: Report): Promise<void> {
  const leftOver = noted().filter(({ entry }) => !isAlive(entry.owner))
  await Promise.all(
    leftOver.map(async ({ file, entry }) => {
      if (isAlive(entry.process)) {
        report(`${entry.service}: ending process ${entry.process.pid}, left behind by a run that was killed`)
        await endProcess(entry.process, entry.ask, entry.graceMs)
      }
      if (entry.removes !== undefined) rmSync(entry.removes, { recursive: true, force: true })
      rmSync(file, { force: true })
    }),
  )
}

/** Ends everything that this very process has started, for an end in the middle of starting. */
export async function endOurs(): Promise<void> {
  const { pid, started } = ourselves()
  const ours = noted().filter(({ entry: { owner } }) => owner.pid === pid && owner.started === started)
  await Promise.all(ours.map(({ entry }) => endProcess(entry.process, entry.ask, entry.graceMs)))
}
