import type { Command } from '../command.ts'
import { isAlive } from '../processes.ts'
import { cleanUp, noted } from '../supervisor.ts'

export const stop: Command = {
  usage: 'stop',
  does: 'stops private services that a killed run left behind',
  words: [0, 0],
  async run(_given, report) {
    await cleanUp(report)
    const owners = new Set(
      noted()
        .filter(({ entry }) => isAlive(entry.owner))
        .map(({ entry }) => entry.owner.pid),
    )
    for (const pid of owners)
      report(`a run is going on as process ${pid}: end it with Ctrl-C there, or: kill ${pid}`)
    report('stop: nothing is left behind')
    return 0
  },
}
