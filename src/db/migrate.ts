import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import { primaryOf } from './servers.ts'

/**
 * Brings the schema up to date. Safe to run from several gateways at once: the library takes an advisory lock.
 * Files are plain SQL, `NNNN_slice.sql`; a slice owns its files and its tables.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const done = await runner({
    databaseUrl: await primaryOf(databaseUrl),
    dir: fileURLToPath(new URL('./migrations', import.meta.url)),
    direction: 'up',
    migrationsTable: 'migrations',
    checkOrder: false,
    singleTransaction: true,
    log: () => {},
  })
  return done.map((m) => m.name)
}
