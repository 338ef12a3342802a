import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'

/** What a measured process says of itself. Bytes, and ms of CPU time since it started. */
export type Reading = {
  rss: number
  heapUsed: number
  heapTotal: number
  external: number
  arrayBuffers: number
  cpuMs: number
  /** How late its timers were since the reading before, 99 of 100, ms. */
  delayP99Ms: number
}

/** Environment that lets a Node process be read through this Unix socket. */
export const gauged = (socketPath: string): Record<string, string> => ({
  NODE_OPTIONS: '--import ./bench/parts/gauge.mjs',
  BENCH_GAUGE: socketPath,
})

function ask(socketPath: string, path: string): Promise<string> {
  return new Promise((done, fail) => {
    const asked = request({ socketPath, path }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => (text += part))
      answer.once('end', () => done(text))
    })
    asked.once('error', fail)
    asked.end()
  })
}

/** @param collected after all garbage was collected */
export const read = async (socketPath: string, collected = false): Promise<Reading> =>
  JSON.parse(await ask(socketPath, collected ? '/collected' : '/')) as Reading

const profiles = process.env['BENCH_PROFILES']

/** Runs something; with BENCH_PROFILES=FOLDER a CPU profile of the measured process is left there meanwhile. */
export async function profiled<T>(socketPath: string, name: string, work: () => Promise<T>): Promise<T> {
  if (!profiles) return work()
  await ask(socketPath, '/profile')
  try {
    return await work()
  } finally {
    await ask(socketPath, `/profiled?${encodeURIComponent(join(profiles, `${name}.cpuprofile`))}`)
  }
}

/** With BENCH_PROFILES=FOLDER a picture of the measured process' heap is left there. */
export async function picture(socketPath: string, name: string): Promise<void> {
  if (profiles) await ask(socketPath, `/heap?${encodeURIComponent(join(profiles, `${name}.heapsnapshot`))}`)
}

/** The smallest of some readings: what a process holds when nothing is under way in it. */
export async function settled(socketPath: string): Promise<Reading> {
  const readings: Reading[] = []
  for (let n = 0; n < 5; n += 1) {
    readings.push(await read(socketPath, true))
    await new Promise((next) => setTimeout(next, 400))
  }
  return readings.reduce((least, r) => (r.rss < least.rss ? r : least))
}

/** CPU time of a process since it started, seconds; unlike the clock it hardly depends on what else the machine does. */
export function cpuSeconds(pid: number): number {
  // After the name in brackets, which may hold blanks: fields 14 and 15 of proc(5), in ticks of 10 ms.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

export const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
