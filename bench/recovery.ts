import { chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeServiceFolder, serviceUser } from '../services/service-user.ts'
import { startHotline } from '../test/support/hotline.ts'
import { ask, baseBackup, newFolder, startServer } from '../test/support/postgres-pair.ts'
import { migrate } from '../src/db/migrate.ts'
import { endAllSipp } from '../test/support/sipp.ts'
import { wait } from '../test/support/wait.ts'
import { conclude, seconds } from './machines/accounts.ts'
import { startLoad } from './machines/load.ts'
import { startPeople } from './machines/people.ts'
import { onBenchServices } from './parts/run.ts'

/**
 * Recovery to a point in time, as docs/operations.md describes it: the log is archived, a base backup is made under load,
 * somebody deletes what he should not have, and PostgreSQL is brought back to just before it. Everything acknowledged by
 * then must be there once, and a gateway must work on it.
 */
onBenchServices()
const loadMs = Number(process.env['BENCH_LOAD_MS'] ?? 15_000)
const textsPerSecond = Number(process.env['BENCH_TEXTS'] ?? 20)

const archive = newFolder('archive')
makeServiceFolder(archive)
const archiving = {
  archive_mode: 'on',
  archive_command: `test ! -f ${archive}/%f && cp %p ${archive}/%f.part && mv ${archive}/%f.part ${archive}/%f`,
  archive_timeout: '60',
}
const server = await startServer('archived', archiving)
await migrate(server.url)
const wrong: string[] = []
const city = await startHotline({ gateways: 1, database: { url: server.url, drop: async () => {} } })
const copy = newFolder('base')
let recovered: Awaited<ReturnType<typeof startServer>> | null = null
try {
  const people = await startPeople(city, { texts: 6, voices: 0 })
  const load = startLoad(city, { textsPerSecond, callsPerSecond: 0 })
  await delay(loadMs / 3)
  const began = performance.now()
  await baseBackup(server, copy)
  console.log(`base backup under ${textsPerSecond} texts/s in ${seconds(performance.now() - began)}`)
  await delay((loadMs * 2) / 3)
  await load.stop()
  await people.stop()

  // What must come back, by everybody's account at that moment.
  const counts = `select (select count(*)::int from contacts) as contacts, (select count(*)::int from messages) as messages,
    (select count(*)::int from registrations) as registrations, (select count(*)::int from contact_events) as events`
  await city.gateways[0]!.stop()
  city.gateways[0] = null
  const [before] = await ask<Record<string, number>>(server.url, counts)
  await delay(1_100)
  const [{ at } = { at: '' }] = await ask<{ at: string }>(server.url, `select clock_timestamp()::text as at`)
  await delay(1_100)
  await ask(
    server.url,
    `set session_replication_role = replica; delete from messages; delete from contact_events`,
  )
  const [after] = await ask<Record<string, number>>(server.url, counts)
  console.log(`mistake made: ${JSON.stringify(before)} became ${JSON.stringify(after)}`)
  if (after?.['messages'] !== 0) wrong.push('the mistake did nothing, so nothing was shown')

  const down = performance.now()
  const [{ file } = { file: '' }] = await ask<{ file: string }>(
    server.url,
    `select pg_walfile_name(pg_switch_wal()) as file`,
  )
  await wait(() => existsSync(join(archive, file)), 30_000)
  await server.stop()
  const signal = join(copy, 'recovery.signal')
  writeFileSync(signal, '')
  const user = serviceUser()
  if (user) chownSync(signal, user.uid, user.gid)
  recovered = await startServer(
    'recovered',
    {
      restore_command: `cp ${archive}/%f %p`,
      recovery_target_time: at,
      recovery_target_action: 'promote',
    },
    copy,
    { port: server.port },
  )
  const { url } = recovered
  await wait(
    async () => (await ask<{ back: boolean }>(url, 'select not pg_is_in_recovery() as back'))[0]!.back,
    120_000,
  )
  const [now] = await ask<Record<string, number>>(url, counts)
  console.log(
    `recovered to ${at} in ${seconds(performance.now() - down)} from ${readdirSync(archive).length} archived files: ${JSON.stringify(now)}`,
  )
  if (JSON.stringify(now) !== JSON.stringify(before))
    wrong.push('the recovered database is not that of the chosen time')

  const stored = new Map(
    (
      await ask<{ key: string; n: number }>(
        url,
        `select channel || ':' || provider_id as key, count(*)::int as n from messages where direction = 'in' group by 1`,
      )
    ).map(({ key, n }) => [key, n]),
  )
  const keys = load.acknowledged.map(({ channel, providerId }) => `${channel}:${providerId}`)
  const lost = keys.filter((key) => !stored.has(key))
  const doubled = keys.filter((key) => (stored.get(key) ?? 0) > 1)
  console.log(`acknowledged ${keys.length}, lost ${lost.length}, doubled ${doubled.length}`)
  await ask(url, `delete from matcher_generation`)
  await city.startGateway(0)
  const later = startLoad(city, { textsPerSecond: 5, callsPerSecond: 0, from: 500_000 })
  await delay(3_000)
  await later.stop()
  const [{ n: taken } = { n: 0 }] = await ask<{ n: number }>(
    url,
    `select count(*)::int as n from messages where provider_id = any(array[${later.acknowledged.map(({ providerId }) => `'${providerId}'`).join(',')}])`,
  )
  console.log(
    `a gateway works on it: ${later.acknowledged.length} further texts acknowledged, ${taken} stored`,
  )
  if (taken !== later.acknowledged.length || taken === 0)
    wrong.push('the gateway does not work on what was recovered')
  if (lost.length > 0) wrong.push(`lost: ${lost.slice(0, 20).join(', ')}`)
  if (doubled.length > 0) wrong.push(`doubled: ${doubled.slice(0, 20).join(', ')}`)
} finally {
  await endAllSipp()
  await city.stop()
  await server.kill()
  await recovered?.kill()
}
conclude(wrong)
