import type { Redis } from 'ioredis'
import { createBatcher } from '../base/batcher.ts'
import type { Log } from '../base/log.ts'
import { newId } from '../base/ids.ts'
import type { DeskEvent, Publish } from './events.ts'
import { isEventId, type EventId } from './model.ts'
import { repeat } from './timing.ts'

/**
 * Events on their way to the desks. Each agent has a bounded stream of what happened to him: its ids are the event ids
 * of the protocol, and from it a page that was away is brought up to date. Each gateway has a stream of its own, into
 * which the same script copies what concerns agents whose sockets it holds; so a gateway reads one stream, however many
 * agents it serves. Redis may be wiped at any time: the generation key is then missing, and everybody gets a snapshot.
 */
export type Streams = {
  publish: Publish
  /** The events after `since`, oldest first; null when they cannot all be given, and a snapshot is needed. */
  after(agentId: string, since: EventId): Promise<{ id: EventId; event: DeskEvent }[] | null>
  /** The newest event id of the agent; a snapshot taken after reading it contains all up to it. */
  head(agentId: string): Promise<EventId>
  /** This gateway holds a socket of the agent from now on. */
  follow(agentId: string): Promise<void>
  unfollow(agentId: string): Promise<void>
  /** How many agents are followed here. */
  followed(): number
  stop(): Promise<void>
}

export type StreamsParts = {
  redis: Redis
  /** A connection of its own: it blocks while it reads. */
  reader: Redis
  /** Start of every key, with the region's hash tag. */
  prefix: string
  node: string
  limits: { kept: number; followMs: number; followLifeMs: number; blockMs: number }
  /** An event for an agent with a socket here; events of one agent come in order. */
  onEvent: (agentId: string, id: EventId, event: DeskEvent) => void
  /** Something may have been missed (Redis was away or was wiped): bring these agents up to date. */
  onGap: (agentIds: string[]) => void
  log: Log
}

/** KEYS agent stream, where-set; ARGV event, kept, prefix of node streams, agent, dedupe key or ''. */
const publishScript = `
if ARGV[5] ~= '' and not redis.call('SET', ARGV[5], '1', 'NX', 'EX', 120) then return false end
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'e', ARGV[1])
redis.call('EXPIRE', KEYS[1], 86400)
local now = redis.call('TIME')
local nodes = redis.call('ZRANGEBYSCORE', KEYS[2], now[1] * 1000 + math.floor(now[2] / 1000), '+inf')
for _, node in ipairs(nodes) do
  local stream = ARGV[3] .. node
  redis.call('XADD', stream, 'MAXLEN', '~', 20000, '*', 'a', ARGV[4], 'i', id, 'e', ARGV[1])
  redis.call('EXPIRE', stream, 600)
end
return id`

/** KEYS where-set…; ARGV node, life ms. Returns 1 for each set that did not know this gateway. */
const followScript = `
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local added = {}
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', ms)
  added[i] = redis.call('ZADD', key, ms + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', key, ARGV[2] * 2)
end
return added`

type Entry = [id: string, fields: string[]]

const unpublishedKept = 5_000

export function createStreams(parts: StreamsParts): Streams {
  const { redis, reader, prefix, node, limits, log } = parts
  const agentStream = (agentId: string): string => `${prefix}:desk:agent:${agentId}`
  const where = (agentId: string): string => `${prefix}:desk:where:${agentId}`
  const nodePrefix = `${prefix}:desk:node:`
  const generationKey = `${prefix}:desk:generation`
  const followed = new Set<string>()
  /** Followed, but not announced yet. */
  const coming = new Set<string>()
  /** What Redis did not take while it was away. */
  const unpublished: Parameters<Publish>[] = []
  let generation: string | null = null
  let position = '$'
  let stopped = false
  let away = false

  // By its hash: the text of the script is not sent along with every event.
  redis.defineCommand('desk_publish', { numberOfKeys: 2, lua: publishScript })
  const { desk_publish: published } = redis as unknown as {
    desk_publish(...args: (string | number)[]): Promise<unknown>
  }
  const write = (agentId: string, event: DeskEvent, once?: string): Promise<unknown> =>
    published.call(
      redis,
      agentStream(agentId),
      where(agentId),
      JSON.stringify(event),
      limits.kept,
      nodePrefix,
      agentId,
      once ? `${prefix}:desk:once:${once}` : '',
    )

  const publish: Publish = async (agentId, event, once) => {
    try {
      await write(agentId, event, once)
      return true
    } catch (error) {
      log.warn({ agentId, type: event.type, err: (error as Error).name }, 'desk event not published yet')
      // Events only point at what PostgreSQL holds, so a late one does no harm.
      const isKept = once !== undefined && unpublished.some(([, , known]) => known === once)
      if (!isKept) unpublished.push([agentId, event, once])
      if (unpublished.length > unpublishedKept) unpublished.shift()
      if (followed.has(agentId)) parts.onGap([agentId])
      return false
    }
  }

  async function publishRest(): Promise<void> {
    for (let next = unpublished[0]; next; next = unpublished[0]) {
      await write(...next)
      if (unpublished[0] === next) unpublished.shift()
    }
  }

  async function announce(agentIds: string[]): Promise<string[]> {
    if (agentIds.length === 0) return []
    const added = (await redis.eval(
      followScript,
      agentIds.length,
      ...agentIds.map(where),
      node,
      limits.followLifeMs,
    )) as number[]
    return agentIds.filter((_, i) => added[i] === 1)
  }

  /** Desks that open in the same moment are told in one go. */
  const announcing = createBatcher(
    async (agentIds: string[]) => {
      const added = new Set(await announce(agentIds))
      return agentIds.map((agentId) => added.has(agentId))
    },
    { max: 200, inFlight: 2 },
  )

  /** Many commands as one message. @throws the first error */
  async function pipelined<T>(commands: (string | number)[][]): Promise<T[]> {
    const answers = (await redis.pipeline(commands).exec()) ?? []
    for (const [error] of answers) if (error) throw error
    return answers.map(([, answer]) => answer as T)
  }

  const heads = createBatcher(
    async (agentIds: string[]) => {
      const newest = await pipelined<Entry[]>(
        agentIds.map((id) => ['xrevrange', agentStream(id), '+', '-', 'COUNT', 1]),
      )
      const without = agentIds.filter((_, n) => !newest[n]?.[0])
      // A mark to replay from: an id that is not in the stream would ask for a snapshot each time.
      const mark: DeskEvent = { type: 'agent' }
      const marks =
        without.length > 0
          ? await pipelined<string>(
              without.map((id) => ['xadd', agentStream(id), '*', 'e', JSON.stringify(mark)]),
            )
          : []
      let next = 0
      return newest.map((entries) => entries[0]?.[0] ?? marks[next++] ?? '0-0')
    },
    { max: 200, inFlight: 2 },
  )

  /** Renews where this gateway's agents are, and notices that Redis was wiped. */
  async function renew(): Promise<void> {
    try {
      const fresh = newId()
      const set = await redis.set(generationKey, fresh, 'NX')
      const now = set === 'OK' ? fresh : await redis.get(generationKey)
      const wiped = generation !== null && now !== generation
      if (wiped) {
        log.warn('desk streams were wiped; snapshots follow')
        position = '0-0'
      }
      generation = now
      const all = [...followed]
      // To announce those who are coming would look like a gap: their pages are brought up to date after it.
      const added = await announce(all.filter((agentId) => !coming.has(agentId)))
      await publishRest()
      if (wiped) parts.onGap(all)
      else if (added.length > 0) parts.onGap(added)
    } catch (error) {
      log.debug({ err: (error as Error).name }, 'place of agents not renewed')
    }
  }

  /** @returns whether there may be more at once */
  async function read(): Promise<boolean> {
    try {
      if (position === '$') position = await lastOf(nodePrefix + node)
      const from = position
      const got = await reader.xread(
        'COUNT',
        200,
        'BLOCK',
        limits.blockMs,
        'STREAMS',
        nodePrefix + node,
        from,
      )
      if (away) {
        away = false
        parts.onGap([...followed])
      }
      // A wipe meanwhile has set the position back; what was read belongs to the time before.
      if (position !== from) return true
      const entries = got?.[0]?.[1] ?? []
      for (const [id, fields] of entries) {
        position = id
        const { a, i, e } = toObject(fields)
        if (a && i && e && followed.has(a)) parts.onEvent(a, i, JSON.parse(e) as DeskEvent)
      }
      return entries.length > 0
    } catch (error) {
      if (stopped) return false
      if (!away) log.warn({ err: (error as Error).name }, 'desk stream not readable')
      away = true
      await new Promise((resolve) => setTimeout(resolve, 200).unref())
      return false
    }
  }

  /**
   * A timer between two readings would cost a burst of events a millisecond for each of them; but what was read goes on
   * its way to the pages before more is asked for.
   */
  async function readOn(): Promise<void> {
    while (!stopped && (await read())) await new Promise(setImmediate)
  }

  /** A stream that was never written begins before everything. */
  async function lastOf(stream: string): Promise<string> {
    const newest = (await redis.xrevrange(stream, '+', '-', 'COUNT', 1)) as Entry[]
    return newest[0]?.[0] ?? '0-0'
  }

  const loops: { stop(): void }[] = []
  const start = (): void => {
    if (!stopped) loops.push(repeat(limits.followMs, renew), repeat(0, readOn))
  }
  if (redis.status === 'ready') start()
  else redis.once('ready', start)

  return {
    publish,
    async after(agentId, since) {
      if (!isEventId(since)) return null
      // `since` itself must still be there: then nothing after it was cut off.
      const entries = (await redis.xrange(agentStream(agentId), since, '+')) as Entry[]
      if (entries[0]?.[0] !== since) return null
      return entries.slice(1).map(([id, fields]) => ({
        id,
        event: JSON.parse(toObject(fields)['e'] ?? '{}') as DeskEvent,
      }))
    },
    head: (agentId) => heads.add(agentId),
    async follow(agentId) {
      followed.add(agentId)
      coming.add(agentId)
      await announcing.add(agentId).finally(() => coming.delete(agentId))
    },
    async unfollow(agentId) {
      followed.delete(agentId)
      await redis.zrem(where(agentId), node).catch(() => {})
    },
    followed: () => followed.size,
    async stop() {
      stopped = true
      for (const loop of loops) loop.stop()
      const keys = [...followed].map(where)
      for (const key of keys) await redis.zrem(key, node).catch(() => {})
    },
  }
}

function toObject(fields: string[]): Record<string, string> {
  const object: Record<string, string> = {}
  for (let i = 0; i + 1 < fields.length; i += 2) object[fields[i]!] = fields[i + 1]!
  return object
}
