import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkout, servicesHome } from '../../../services/paths.ts'
import { emptyDatabase, freshDatabase, runFolder, type TestDatabase } from '../../support/services.ts'

interface Ended {
  code: number
  said: string
}

/** Runs `./hotline` with private data of its own; programs that are already unpacked are shared. */
function hotline(home: string, databaseUrl: string, ...args: string[]): Promise<Ended> {
  const env = { ...process.env, HOTLINE_DATA: home, DATABASE_URL: databaseUrl }
  return new Promise((done) => {
    execFile(join(checkout, 'hotline'), args, { env }, (problem, stdout, stderr) => {
      done({ code: problem === null ? 0 : Number(problem.code), said: stdout + stderr })
    })
  })
}

function newHome(): string {
  const home = join(runFolder(), `home-${randomUUID()}`)
  mkdirSync(home)
  symlinkSync(join(servicesHome(), 'tools'), join(home, 'tools'))
  return home
}

async function query<R extends object>(url: string, text: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<R>(text)).rows
  } finally {
    await client.end()
  }
}

describe('backup and restore', () => {
  let from: TestDatabase
  let home: string
  let file: string

  beforeAll(async () => {
    from = await freshDatabase()
    await query(
      from.url,
      `insert into staff (id, username, display_name, roles, created_by)
       values ('00000000-0000-7000-8000-000000000001', 'kept', '留存', '{agent}', 'test')`,
    )
    home = newHome()
    mkdirSync(join(home, 'recordings/2026'), { recursive: true })
    writeFileSync(join(home, 'recordings/2026/call.enc'), 'sealed sound')
    mkdirSync(join(home, 'attachments'), { recursive: true })
    writeFileSync(join(home, 'attachments/picture'), 'sealed picture')
    file = join(runFolder(), 'backup.tgz')
    expect(await hotline(home, from.url, 'backup', file)).toMatchObject({ code: 0 })
  })

  it('puts database and recordings back as they were', async () => {
    const [to, other] = [await emptyDatabase(), newHome()]
    expect(await hotline(other, to.url, 'restore', file)).toMatchObject({ code: 0 })
    expect(await query(to.url, 'select username from staff')).toEqual([{ username: 'kept' }])
    expect(readFileSync(join(other, 'recordings/2026/call.enc'), 'utf8')).toBe('sealed sound')
    expect(readFileSync(join(other, 'attachments/picture'), 'utf8')).toBe('sealed picture')
  })

  it('gives up data that are there only when it is told to', async () => {
    const to = await freshDatabase()
    const refused = await hotline(newHome(), to.url, 'restore', file)
    expect(refused.code).toBe(1)
    expect(refused.said).toContain('--replace')
    expect(await query(to.url, 'select username from staff')).toEqual([])

    expect(await hotline(newHome(), to.url, 'restore', file, '--replace')).toMatchObject({ code: 0 })
    expect(await query(to.url, 'select username from staff')).toEqual([{ username: 'kept' }])
  })

  it('changes nothing when the file is damaged', async () => {
    const damaged = join(runFolder(), 'damaged.tgz')
    writeFileSync(damaged, readFileSync(file).subarray(0, 2_000))
    const to = await freshDatabase()
    const refused = await hotline(newHome(), to.url, 'restore', damaged, '--replace')
    expect(refused.code).toBe(1)
    expect(refused.said).toContain('damaged')
    expect(refused.said).not.toContain('    at ')
    expect(await query(to.url, "select count(*)::int as n from pg_tables where tablename = 'staff'")).toEqual(
      [{ n: 1 }],
    )
  })

  it('never overwrites a file and leaves none half-written', async () => {
    const before = readFileSync(file)
    expect(await hotline(home, from.url, 'backup', file)).toMatchObject({ code: 1 })
    expect(readFileSync(file).equals(before)).toBe(true)
    const nowhere = join(runFolder(), 'unreachable.tgz')
    const url = new URL(from.url)
    url.port = '1'
    expect(await hotline(home, url.href, 'backup', nowhere)).toMatchObject({ code: 1 })
    expect(existsSync(nowhere)).toBe(false)
    expect(existsSync(`${nowhere}.part`)).toBe(false)
  })
})
