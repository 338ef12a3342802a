import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** What kept the processor busy, from `proc(5)`: processes with all their children, as shares of one core. */

type Stat = { pid: number; parent: number; ticks: number }

/** Linux counts in hundredths of a second wherever Node runs. */
const ticksPerSecond = 100

function statOf(pid: string): Stat | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name may hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // utime, stime, and those of children that have ended.
    const ticks = [11, 12, 13, 14].reduce((sum, n) => sum + Number(fields[n]), 0)
    return { pid: Number(pid), parent: Number(fields[1]), ticks }
  } catch {
    return null
  }
}

/** Ticks of each named process and everything below it. */
function readTicks(roots: Record<string, number>): Record<string, number> {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(statOf)
    .filter((stat) => stat !== null)
  const parentOf = new Map(all.map((s) => [s.pid, s.parent]))
  const named = new Map(Object.entries(roots).map(([name, pid]) => [pid, name]))
  const sums = Object.fromEntries(Object.keys(roots).map((name) => [name, 0]))
  for (const { pid, ticks } of all)
    for (let at: number | undefined = pid; at; at = parentOf.get(at)) {
      const name = named.get(at)
      if (name === undefined) continue
      sums[name]! += ticks
      break
    }
  return sums
}

export type Usage = Record<string, number>

/** @returns cores per name (1 = one core busy all the time) since the call */
export function watchUsage(roots: Record<string, number>): () => Usage {
  const before = readTicks(roots)
  const began = performance.now()
  return () => {
    const after = readTicks(roots)
    const seconds = (performance.now() - began) / 1_000
    return Object.fromEntries(
      Object.keys(roots).map((name) => [name, (after[name]! - before[name]!) / ticksPerSecond / seconds]),
    )
  }
}

/** One line: who used how much, and what was full. A process of one thread is full at about one core. */
export function saturated(usage: Usage): string {
  const shown = Object.entries(usage).map(([name, cores]) => `${name} ${cores.toFixed(2)}`)
  const cores = availableParallelism()
  const sum = Object.values(usage).reduce((a, b) => a + b, 0)
  const full = Object.entries(usage)
    .filter(([, used]) => used > 0.85)
    .map(([name]) => `the core of ${name}`)
  const what =
    sum > 0.9 * cores ? `all ${cores} cores` : full.length > 0 ? full.join(' and ') : 'nothing; it waits'
  return `cores used: ${shown.join(', ')}; full: ${what}`
}

/** The process that listens on a port of this machine, by the pid that its data folder or its server names. */
export const postmasterOf = (dataDirectory: string): number =>
  Number(readFileSync(`${dataDirectory}/postmaster.pid`, 'utf8').split('\n')[0])
