import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { servicesHome } from '../../services/paths.ts'
import { startPostgres, type Postgres } from '../../services/postgres.ts'
import { toTerminal } from '../../services/report.ts'
import { cleanUp } from '../../services/supervisor.ts'
import { migrate } from '../../src/db/migrate.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** connection string of the run's PostgreSQL */
    postgresUrl: string
    /** folder of this run for databases, logs and sockets; goes away with the run */
    runFolder: string
    /** a migrated database that nobody is connected to: a copy takes a fraction of what its migrations take */
    templateDatabase: string
  }
}

const template = 'migrated'

interface RunServices {
  postgres: Postgres
  folder: string
  users: number
}

// every vitest project loads this file anew, and all of them share one PostgreSQL
const shared = globalThis as { hotlineRunServices?: Promise<RunServices> | undefined }

async function makeTemplate(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await client.query(`create database ${template}`)
    const url = new URL(ownerUrl)
    url.pathname = `/${template}`
    await migrate(url.href)
    // a copy needs that nobody is connected, so nobody can be
    await client.query(`alter database ${template} with allow_connections false`)
  } finally {
    await client.end()
  }
}

async function start(): Promise<RunServices> {
  await cleanUp(toTerminal)
  const folder = join(servicesHome(), 'test', String(process.pid))
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const postgres = await startPostgres({
    dir: join(folder, 'postgres'),
    // small, and every commit still reaches the disk: a test of durability must be able to fail
    settings: { shared_buffers: '16MB', max_connections: '400' },
    removes: folder,
  })
  try {
    await makeTemplate(postgres.url)
  } catch (problem) {
    await postgres.stop()
    throw problem
  }
  return { postgres, folder, users: 0 }
}

/** Starts the services of a test run once for all projects, and stops them after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const services = await (shared.hotlineRunServices ??= start())
  services.users += 1
  project.provide('postgresUrl', services.postgres.url)
  project.provide('runFolder', services.folder)
  project.provide('templateDatabase', template)
  return async () => {
    services.users -= 1
    if (services.users > 0) return
    shared.hotlineRunServices = undefined
    await services.postgres.stop()
    rmSync(services.folder, { recursive: true, force: true })
  }
}
