import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { launch, type Running } from '../launch.ts'
import { tool } from '../tools.ts'
import type { Report } from '../report.ts'
import { oneOf } from './chance.ts'
import { someNumber } from './matters.ts'

/** The address from which the demo's citizens call; the private Asterisk knows it as its trunk. */
export const trunkHost = '127.0.0.2'

/** Citizens who call. */
export interface Calls {
  stop(): Promise<void>
}

/**
 * Lets invented citizens call the hotline through the trunk, played by SIPp.
 * @param folder for the scenario and the list of callers
 * @param sipPort of Asterisk on 127.0.0.1
 */
export async function startCalls(
  folder: string,
  sipPort: number,
  perMinute: number,
  report: Report,
): Promise<Calls> {
  mkdirSync(folder, { recursive: true })
  const sound = join(folder, 'sound.alaw')
  // one second of a soft tone, again and again
  writeFileSync(
    sound,
    Uint8Array.from({ length: 8_000 }, (_, n) => (n % 16 < 8 ? 0x85 : 0x05)),
  )
  const scenario = join(folder, 'caller.xml')
  const template = readFileSync(new URL('caller.xml', import.meta.url), 'utf8')
  writeFileSync(scenario, template.replace('@SOUND@', sound))
  const callers = join(folder, 'callers.csv')
  const lines = Array.from(
    { length: 2_000 },
    () => `${someNumber()};${oneOf(['12345', '12345', '8890', '8890000'])}`,
  )
  writeFileSync(callers, `RANDOM\n${lines.join('\n')}\n`)
  const sipp = await tool('sipp')

  const start = (): Promise<Running> =>
    launch({
      service: 'sipp',
      tool: sipp,
      args: [
        ...['-sf', scenario, '-inf', callers, '-i', trunkHost, '-mi', trunkHost],
        ...['-r', String(perMinute), '-rp', '60000', '-l', '500'],
        ...[
          '-nostdin',
          '-aa',
          '-trace_err',
          '-error_file',
          join(folder, 'errors.log'),
          `127.0.0.1:${sipPort}`,
        ],
      ],
      cwd: folder,
      env: { TERM: 'dumb' },
      // SIPp draws a screen all the time and nobody looks
      log: '/dev/null',
      // the first SIGUSR1 ends new calls; that is enough here
      ask: 'SIGUSR1',
      graceMs: 1_500,
    })
  let running = await start()
  let wanted = true
  const watch = async (): Promise<void> => {
    while (wanted) {
      await running.exited
      if (!wanted) return
      report('demo: SIPp ended, starting it again')
      await delay(2_000)
      if (wanted) running = await start()
    }
  }
  void watch()
  return {
    async stop() {
      wanted = false
      await running.stop()
    },
  }
}
