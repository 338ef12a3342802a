import { expect, it } from 'vitest'
import { createServers, serversOf } from '../../../src/db/servers.ts'

const both = 'postgres://hotline:s%40cret@db-a:5432,db-b:5433/hotline'

/** A server as the check sees it. */
const server = (readOnly: boolean, timeline: number) =>
  ({ query: async () => ({ rows: [{ readOnly, timeline }] }) }) as never

it('reads the servers as libpq writes them', () => {
  expect(serversOf(both)).toEqual([
    'postgres://hotline:s%40cret@db-a:5432/hotline',
    'postgres://hotline:s%40cret@db-b:5433/hotline',
  ])
})

it('knows that writing is wanted and leaves other words to the client', () => {
  expect(serversOf(`${both}?target_session_attrs=read-write&sslmode=verify-full`)[1]).toBe(
    'postgres://hotline:s%40cret@db-b:5433/hotline?sslmode=verify-full',
  )
  expect(serversOf(`${both}?target_session_attrs=read-write`)[0]).toBe(
    'postgres://hotline:s%40cret@db-a:5432/hotline',
  )
})

it('leaves the address of one server alone', () => {
  const one = 'postgres://hotline:secret@127.0.0.1:5432/hotline?sslmode=verify-full'
  expect(serversOf(one)).toEqual([one])
})

it('moves on once, however many connections fail together', () => {
  const servers = createServers('postgres://a,b,c/hotline')
  const tried = servers.url()
  for (let n = 0; n < 5; n += 1) servers.doubt(tried)
  expect(servers.url()).toBe('postgres://b/hotline')
  servers.doubt(servers.url())
  servers.doubt(servers.url())
  expect(servers.url()).toBe('postgres://a/hotline')
})

it('asks a standby that has just refused no more because the primary was late', async () => {
  const servers = createServers(both)
  const [primary, standby] = serversOf(both) as [string, string]
  servers.doubt(primary)
  expect(servers.url()).toBe(standby)
  await expect(servers.check(server(true, 0), standby)).rejects.toThrow('standby')
  servers.doubt(standby)
  expect(servers.url()).toBe(primary)
  servers.doubt(primary)
  expect(servers.url()).toBe(primary)
})

it('takes no standby, and no former primary once another was promoted', async () => {
  const servers = createServers(both)
  const [before, standby, promoted] = [server(false, 1), server(true, 0), server(false, 2)]
  await servers.check(before, servers.url())
  await expect(servers.check(standby, servers.url())).rejects.toThrow('standby')
  expect(servers.isCurrent(before)).toBe(true)
  await servers.check(promoted, servers.url())
  expect(servers.isCurrent(before)).toBe(false)
  expect(servers.isCurrent(promoted)).toBe(true)
  await expect(servers.check(server(false, 1), servers.url())).rejects.toThrow('promoted')
})
