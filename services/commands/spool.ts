import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import { createLog } from '../../src/base/log.ts'
import { createPii } from '../../src/base/pii.ts'
import { Problem } from '../../src/base/problem.ts'
import { list } from '../../src/config/env.ts'
import { openQuarantine } from '../../src/db/spool-quarantine.ts'
import { openSpool, type Spool } from '../../src/db/spool.ts'
import { type Command, ServiceProblem, UsageProblem } from '../command.ts'
import { dataHome } from '../paths.ts'
import { currentRun } from '../run-file.ts'
import { secrets, setting } from '../settings.ts'

const folder = (): string => join(currentRun()?.dataDir ?? dataHome(), 'spool')

async function show(): Promise<number> {
  const entries = await (await openQuarantine(join(folder(), 'quarantine'), systemClock)).list()
  for (const { id, quarantinedAt, kind, reason } of entries)
    process.stdout.write(`${id}  ${quarantinedAt}  ${kind}  ${reason}\n`)
  if (entries.length === 0) process.stdout.write('Nothing was put aside.\n')
  return 0
}

/**
 * Puts records into a slot of this process; when it is over a gateway of this machine takes that over as it does with
 * what a dead process left.
 * @returns how many are back, and the ids of those that cannot be read
 */
async function putBack(spool: Spool, ids: string[]): Promise<{ back: number; unreadable: string[] }> {
  let back = 0
  const unreadable: string[] = []
  for (const id of ids) {
    const known = await spool.retry(id).catch((error: unknown) => {
      // the disk is full: nothing more can be put back
      if (error instanceof Problem) throw new ServiceProblem(`After ${back} records: ${error.message}`)
      return null
    })
    if (known === false) throw new ServiceProblem(`There is no record ${id}. "./hotline spool" lists them.`)
    if (known === null) unreadable.push(id)
    else back += 1
  }
  return { back, unreadable }
}

export const spool: Command = {
  usage: 'spool [retry ID|all]',
  does: 'lists the records that could not be replayed and were put aside; retry puts them back for the gateway',
  words: [0, 2],
  async run({ words: [verb, which] }, report) {
    if (verb === undefined) return show()
    if (verb !== 'retry' || which === undefined)
      throw new UsageProblem('spool: "retry" takes the id of a record, or "all".')
    const opened = await openSpool({
      dir: folder(),
      codec: createPii(secrets().HOTLINE_PII_KEY, list(setting('HOTLINE_PII_KEY_PREVIOUS') ?? '')),
      log: createLog('silent', 'spool'),
      clock: systemClock,
    })
    try {
      // What a provider sent in a form that no program understands stays for a person.
      const kept = (await opened.quarantined()).filter(({ kind }) => !kind.startsWith('malformed:'))
      const ids = which === 'all' ? kept.map(({ id }) => id) : [which]
      const { back, unreadable } = await putBack(opened, ids)
      report(
        `spool: ${back} put back; a gateway of this machine replays them within seconds, and what fails again is listed anew`,
      )
      for (const id of unreadable) report(`spool: ${id} cannot be read; is HOTLINE_PII_KEY the right one?`)
      return unreadable.length > 0 ? 1 : 0
    } finally {
      await opened.close()
    }
  },
}
