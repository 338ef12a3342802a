import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { keptFolders, postgresProgram, tar } from '../archive.ts'
import { type Command, ServiceProblem } from '../command.ts'
import { withDatabase } from '../database.ts'
import { dataHome } from '../paths.ts'
import { currentRun } from '../run-file.ts'

async function tablesIn(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ n: number }>(
      "select count(*)::int as n from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
    )
    return rows[0]?.n ?? 0
  } finally {
    await client.end()
  }
}

async function unpack(file: string, work: string): Promise<void> {
  const words = `${file} is no backup of this program, or is damaged`
  try {
    await tar(['-xzf', file, '-C', work, '--no-same-owner'])
  } catch (problem) {
    throw new ServiceProblem(`${words}: ${(problem as Error).message}`)
  }
  if (!existsSync(join(work, 'about.json')) || !existsSync(join(work, 'database.dump'))) {
    throw new ServiceProblem(`${words}: it has no database in it.`)
  }
  const { form } = JSON.parse(readFileSync(join(work, 'about.json'), 'utf8')) as { form: number }
  if (form !== 1) throw new ServiceProblem(`${file} was made by a newer version of this program.`)
}

export const restore: Command = {
  usage: 'restore FILE [--replace]',
  does: 'puts back what backup has written; --replace gives up the data that are there now',
  words: [1, 1],
  options: { replace: { help: 'give up the data that are there now' } },
  async run({ words: [name = ''], options }, report) {
    const file = resolve(name)
    if (!existsSync(file)) throw new ServiceProblem(`${file} does not exist.`)
    if (currentRun() !== undefined)
      throw new ServiceProblem('The gateway of this checkout is running; stop it first.')
    const work = join(dataHome(), `restore-${process.pid}`)
    mkdirSync(work, { recursive: true, mode: 0o700 })
    try {
      report('restore: unpacking')
      await unpack(file, work)
      await withDatabase(async (url) => {
        if ((await tablesIn(url)) > 0 && options['replace'] !== true) {
          throw new ServiceProblem(
            'There are data already. "./hotline restore FILE --replace" gives them up.',
          )
        }
        report('restore: writing the database')
        // one transaction: either everything is back or nothing has changed
        const how = [
          '--clean',
          '--if-exists',
          '--no-owner',
          '--single-transaction',
          '--exit-on-error',
          '--dbname',
        ]
        await postgresProgram('pg_restore', url, [
          ...how,
          new URL(url).pathname.slice(1),
          join(work, 'database.dump'),
        ])
      })
      for (const folder of keptFolders.filter((each) => existsSync(join(work, each)))) {
        cpSync(join(work, folder), join(dataHome(), folder), { recursive: true, preserveTimestamps: true })
      }
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
    report(
      'restore: done. Identities are readable only with the HOTLINE_PII_KEY that was in force at the backup.',
    )
    return 0
  },
}
