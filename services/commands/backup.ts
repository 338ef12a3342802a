import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import pg from 'pg'
import { keptFolders, postgresProgram, tar } from '../archive.ts'
import { type Command, ServiceProblem } from '../command.ts'
import { withDatabase } from '../database.ts'
import { dataHome } from '../paths.ts'
import { currentRun } from '../run-file.ts'
import { secretsFile } from '../settings.ts'

/** For `hotline_backup_age_seconds`: an alarm tells when nobody makes backups any more. */
async function noteIn(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(
      `insert into installation (key, value) values ('backup', 'true')
       on conflict (key) do update set changed_at = clock_timestamp()`,
    )
  } finally {
    await client.end()
  }
}

export const backup: Command = {
  usage: 'backup FILE',
  does: 'writes the database, recordings, media and attachments into one file; also while the gateway runs',
  words: [1, 1],
  async run({ words: [name = ''] }, report) {
    const file = resolve(name)
    if (existsSync(file))
      throw new ServiceProblem(`${file} is there already; choose another name, or move it away.`)
    if (!existsSync(dirname(file))) throw new ServiceProblem(`The folder ${dirname(file)} does not exist.`)
    const work = join(dataHome(), `backup-${process.pid}`)
    mkdirSync(work, { recursive: true, mode: 0o700 })
    try {
      await withDatabase(async (url) => {
        report('backup: reading the database')
        // one transaction: the dump is the state of one instant, whatever goes on meanwhile
        await postgresProgram('pg_dump', url, [
          '--format=custom',
          '--no-owner',
          // What Redis holds was built from the database as it is; of one that is put back it must be built anew.
          '--exclude-table-data=matcher_generation',
          `--file=${join(work, 'database.dump')}`,
        ])
        const data = currentRun()?.dataDir ?? dataHome()
        const kept = keptFolders.filter((folder) => existsSync(join(data, folder)))
        const files = kept.length === 0 ? [] : ['-C', data, ...kept]
        report('backup: packing')
        writeFileSync(join(work, 'about.json'), JSON.stringify({ madeAt: new Date().toISOString(), form: 1 }))
        // half-written recordings, which no row of the dump names
        const pack = ['--exclude=*.part', '-czf', `${file}.part`]
        await tar([...pack, '-C', work, 'about.json', 'database.dump', ...files])
        renameSync(`${file}.part`, file)
        await noteIn(url)
      })
    } finally {
      rmSync(work, { recursive: true, force: true })
      rmSync(`${file}.part`, { force: true })
    }
    report(`backup: ${file}, ${Math.ceil(statSync(file).size / 2 ** 20)} MiB`)
    report(
      `backup: the keys are NOT in it. Keep a copy of ${secretsFile()} (or of your own HOTLINE_PII_KEY) elsewhere.`,
    )
    return 0
  },
}
