import pg from 'pg'

/**
 * The PostgreSQL servers of a `DATABASE_URL`, as libpq writes several: `postgres://user:secret@a:5432,b:5432/hotline`.
 * One of them is the primary; the others stand by until one is promoted.
 */

/** The way to each server, in the order given; a URL of one server comes back as it is. */
export function serversOf(url: string): string[] {
  const parts = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/.exec(url)
  if (!parts?.[2]?.includes(',')) return [url]
  const [, before = '', hosts = '', after = ''] = parts
  // The one value that several servers can mean here; `pg` does not know the word.
  const rest = after.replace(/(?<=[?&])target_session_attrs=read-write(&|$)/, '').replace(/[?&]$/, '')
  return hosts.split(',').map((host) => before + host + rest)
}

/** True of a server that takes writes, and its timeline, which rises with every promotion. */
const standing = `
  select pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean as "readOnly",
    case when pg_is_in_recovery() then 0
      else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer end as timeline`

/** A server that refused is not tried again so soon, ms: so much longer a promotion may take to be seen. */
const againMs = 1_000

type Standing = { readOnly: boolean; timeline: number }

/**
 * Which server is the primary. Invariant: once a timeline was seen no older one is used, so a former primary that comes
 * back writing, unfenced, is left alone; one that says it stands by is not asked again at once.
 */
export type Servers = {
  readonly count: number
  /** Where the next connection goes. */
  url(): string
  /** `url` did not answer, or answered late: the next connection goes to the server after it. */
  doubt(url: string): void
  /** @throws when the server behind `client`, at `url`, is no primary */
  check(client: Pick<pg.ClientBase, 'query'>, url: string): Promise<void>
  /** False of a connection to a server that was primary before another was promoted. */
  isCurrent(client: object): boolean
}

export function createServers(url: string): Servers {
  const urls = serversOf(url)
  const timelines = new WeakMap<object, number>()
  /** When each server last said that it is no primary. */
  const refusedAt = urls.map(() => -Infinity)
  let at = 0
  let newest = 0
  return {
    count: urls.length,
    url: () => urls[at]!,
    doubt(tried) {
      // Of many failures at once the first moves on; the others were about the same server.
      if (urls[at] !== tried) return
      const now = performance.now()
      const refused = (n: number): boolean => now - refusedAt[n]! < againMs
      const others = urls.map((_, step) => (at + step) % urls.length).slice(1)
      // A busy primary answers late, and asking a standby again that has just said what it is would gain nothing.
      at = others.find((n) => !refused(n)) ?? (refused(at) ? others[0]! : at)
    },
    async check(client, from) {
      if (urls.length === 1) return
      const { rows } = await client.query<Standing>(standing)
      const { readOnly, timeline } = rows[0]!
      if (readOnly || timeline < newest) refusedAt[urls.indexOf(from)] = performance.now()
      if (readOnly) throw new Error('this PostgreSQL is a standby')
      if (timeline < newest) throw new Error('this PostgreSQL was primary before another was promoted')
      newest = timeline
      timelines.set(client, timeline)
    },
    isCurrent: (client) => (timelines.get(client) ?? newest) >= newest,
  }
}

/**
 * The way to the server that takes writes now, for what makes its own connection.
 * @throws the last server's refusal when none does
 */
export async function primaryOf(url: string): Promise<string> {
  const servers = createServers(url)
  for (let tries = 1; servers.count > 1; tries += 1) {
    const tried = servers.url()
    const client = new pg.Client({
      connectionString: tried,
      connectionTimeoutMillis: 1_000,
      query_timeout: 1_500,
    })
    client.on('error', () => {})
    try {
      await client.connect()
      await servers.check(client, tried)
      break
    } catch (error) {
      if (tries >= servers.count) throw error
      servers.doubt(tried)
    } finally {
      await client.end().catch(() => {})
    }
  }
  return servers.url()
}
