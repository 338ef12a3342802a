import { join } from 'node:path'
import { primaryOf } from '../src/db/servers.ts'
import { servicesHome } from './paths.ts'
import { startPostgres } from './postgres.ts'
import { currentRun } from './run-file.ts'
import { setting } from './settings.ts'

/** Folder of the private PostgreSQL of this checkout; `apart` is that of the demo. */
export const postgresFolder = (apart = ''): string => join(servicesHome(), apart, 'postgres')

/**
 * Gives the checkout's database to `work`: the operator's own, that of the run that goes on, or the private one,
 * which is started for as long as the work takes.
 */
export async function withDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const url = setting('DATABASE_URL') ?? currentRun()?.databaseUrl
  if (url !== undefined) return work(await primaryOf(url))
  const postgres = await startPostgres({ dir: postgresFolder() })
  try {
    return await work(postgres.url)
  } finally {
    await postgres.stop()
  }
}
