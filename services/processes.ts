import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** A process that can be told from a later one with the same pid. */
export interface ProcessMark {
  pid: number
  /** boot id and start time in clock ticks since that boot, from `proc(5)` */
  started: string
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

/** The mark of a running process; undefined when there is none (a zombie counts as none). */
export function markOf(pid: number): ProcessMark | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // the command name may hold spaces and brackets, so fields are counted from the last bracket
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return { pid, started: `${bootId()}:${fields[19]}` }
  } catch {
    return undefined
  }
}

/** Whether exactly this process still runs. */
export function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.started === mark.started
}

/** Sends a signal to exactly this process; false when it is gone (a recycled pid is never touched). */
export function signal(mark: ProcessMark, name: NodeJS.Signals): boolean {
  if (!isAlive(mark)) return false
  try {
    process.kill(mark.pid, name)
    return true
  } catch {
    return false
  }
}

/** Waits until the process is gone; false when it still runs after `ms`. */
export async function gone(mark: ProcessMark, ms: number): Promise<boolean> {
  const end = performance.now() + ms
  while (isAlive(mark)) {
    if (performance.now() > end) return false
    await delay(20)
  }
  return true
}

/** Asks the process to end and kills it when it has not after `graceMs`. */
export async function endProcess(mark: ProcessMark, ask: NodeJS.Signals, graceMs: number): Promise<void> {
  if (!signal(mark, ask)) return
  if (await gone(mark, graceMs)) return
  signal(mark, 'SIGKILL')
  await gone(mark, 5_000)
}
