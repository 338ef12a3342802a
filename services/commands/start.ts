import type { Command } from '../command.ts'
import { setting } from '../settings.ts'
import { setupLink } from '../setup-link.ts'
import { type Ending, unlessSignalled, untilSignal } from '../signals.ts'
import { bringUp } from '../stack.ts'

export const start: Command = {
  usage: 'start',
  does: 'PostgreSQL, Redis, Asterisk and the gateway with your own settings, without seed and traffic',
  words: [0, 0],
  async run(_given, report) {
    const signalled = untilSignal()
    const stack = await unlessSignalled(bringUp({ report }), signalled)
    let signal: Ending = 'SIGINT'
    try {
      const setup = await setupLink(stack.env['DATABASE_URL'] ?? '')
      if (setup !== undefined) {
        process.stdout.write(
          `There is no administrator yet. This link makes one, once, within a day:\n  ${setting('HOTLINE_PUBLIC_URL') ?? stack.url}${setup}\n`,
        )
      }
      process.stdout.write(`ready ${stack.url}\n`)
      report('Ctrl-C ends the gateway and the private services it started')
      signal = await signalled
    } finally {
      report('stopping')
      await stack.stop(signal === 'SIGTERM' ? 'go on' : 'end')
    }
    return 0
  },
}
