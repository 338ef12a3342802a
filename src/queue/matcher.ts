import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import type { Clock } from '../base/clock.ts'
import { channels, type Channel, type Requirement } from '../contacts/model.ts'
import { groupOf, ringsOf, signatureOf } from './choose-agent.ts'
import { createCatalogue, type Script } from './catalogue.ts'
import type { QueueConfig } from './config.ts'
import type { AgentFacts } from './ports.ts'

/**
 * The matcher: who waits and who has room, in Redis, matched by Lua scripts that run alone. It only reserves; what it
 * believes comes from PostgreSQL and is rebuilt from there whenever it is lost. See `matcher/common.lua` for its memory.
 */

/** Taken before PostgreSQL is read; orders what is read then, and ties it to one build of the memory. */
export type Moment = { seq: string; generation: string }

/** A contact as its row says it is. */
export type MatchContact = {
  id: string
  channel: Channel
  place: 'waiting' | 'held' | 'gone'
  version: number
  changedAtMs: number
  score: number
  queuedAtMs: number
  requirement: Requirement
  emergency: boolean
  stickyAgentId: string | null
  agentId: string | null
  /** What it is counted as with the agent who has it: his facts are read anew when that changes. */
  load: 'slot' | 'wrapUp' | 'none'
  /** Agents who lately declined or missed it, with the instant in ms. */
  refused?: readonly { agentId: string; sinceMs: number }[]
  /** Agents from whom it comes back without their fault. */
  pardoned?: readonly string[]
}

export type Synced = {
  id: string
  outcome: 'new' | 'moved' | 'same' | 'held' | 'gone' | 'over' | 'stale'
  /** Who had it before, according to this memory. */
  formerAgentId: string | null
  /** Some agent had room for a contact of its kind, so that looking for one may find him. */
  room: boolean
}

export type Reservation = { contactId: string; agentId: string; epoch: number; ring: number }

export type Matcher = {
  /** @returns null when the memory must be built first */
  moment(): Promise<Moment | null>
  /** Enters, moves, holds or removes contacts, as their rows say. Whatever is older than known is left out. */
  syncContacts(contacts: readonly MatchContact[], at: Moment): Promise<Synced[]>
  /**
   * Facts of signed-in agents.
   * @returns those for whom contacts may wait: looking for one for any other finds none
   */
  upsertAgents(facts: readonly AgentFacts[], at: Moment): Promise<string[]>
  removeAgents(agentIds: readonly string[], at: Moment): Promise<void>
  /** Reserves a stable pair around this contact; it may hold another contact, one that comes first. */
  reserveForContact(contactId: string): Promise<Reservation | null>
  /** Reserves a stable pair around this agent. */
  reserveForAgent(agentId: string): Promise<Reservation | null>
  /** Reserves any stable pair. */
  reserveAny(): Promise<Reservation | null>
  /**
   * The offer is in PostgreSQL.
   * @returns whether the agent's facts were read meanwhile, and so have to be again: they may count the offer twice
   */
  confirm(reservation: Reservation, version: number): Promise<boolean>
  /** There will be no offer; with `exclude` this agent is not asked again for a while. */
  release(reservation: Reservation, exclude: boolean): Promise<void>
  /** Widens the rings that are due. @returns the contacts that moved */
  relax(limit: number): Promise<string[]>
  position(contactId: string): Promise<number | null>
  depth(): Promise<Record<Channel, { waiting: number; oldestMs: number }>>
  /** Reservations that lapsed without an offer. */
  lapsed(limit: number): Promise<{ contactId: string; agentId: string }[]>
  /** Known contacts or agents that no reading since the moment has confirmed. */
  strangers(of: 'live' | 'agents', since: Moment, limit: number): Promise<string[]>
  /** Forgets everything; what is synced at the returned moment and later is kept. */
  beginRebuild(build: string): Promise<Moment>
  /** From now on contacts are matched again. */
  finishRebuild(build: string): Promise<void>
}

/** Redis did not do it. Nothing is lost by that: the reconciler brings the matcher in line with PostgreSQL. */
export class MatcherAway extends Error {}

/** The memory was lost or is being built by somebody else: whatever was to be said is said again by that build. */
export class MatcherUnbuilt extends MatcherAway {
  constructor() {
    super('the matcher has to be built from PostgreSQL first')
  }
}

/** Contacts per script call: each call blocks Redis for a few milliseconds at most. */
const batch = 50
/** Calls sent without waiting for each other's answers; others get their turn between them. */
const ahead = 4

const scripts = {
  moment: 'moment',
  syncContacts: 'sync-contacts',
  syncAgents: 'sync-agents',
  reserve: 'reserve',
  endReservation: 'end-reservation',
  relax: 'relax',
  catalogue: 'catalogue',
  look: 'look',
  rebuild: 'rebuild',
} as const

/**
 * Every operation throws `MatcherAway` when Redis did not do it.
 * @param clock what PostgreSQL's instants are compared with: a step of the clock of Redis's machine must widen no ring
 */
export function createMatcher(
  redis: Redis,
  region: string,
  config: QueueConfig,
  clock: Clock = () => new Date(),
): Matcher {
  const run = defineScripts(redis, `{cc:${region}}:m:`, clock)
  const catalogue = createCatalogue(run)
  const { relaxation, slots, reservationMs, excludeMs, aloneMs, tombstoneMs } = config

  const ringsByRequirement = new Map<string, { sigs: string; steps: string; signatures: string[] }>()
  function ringsFor(requirement: Requirement) {
    const signature = signatureOf(requirement)
    const known = ringsByRequirement.get(signature)
    if (known) return known
    const rings = ringsOf(requirement, relaxation)
    const fresh = {
      sigs: rings.map((ring) => idOf(ring.signature)).join(' '),
      steps: rings.map((ring) => ring.afterMs).join(' '),
      signatures: rings.map((ring) => ring.signature),
    }
    if (ringsByRequirement.size >= 10_000) ringsByRequirement.clear()
    ringsByRequirement.set(signature, fresh)
    return fresh
  }

  const contactRow = (c: MatchContact) => {
    const { sigs, steps } = ringsFor(c.requirement)
    return {
      id: c.id,
      ver: c.version,
      changed: Math.round(c.changedAtMs),
      place: c.place,
      class: groupOf(c.channel) === 'voice' ? 'voice' : c.emergency ? 'urgent' : 'text',
      group: groupOf(c.channel),
      ch: c.channel,
      score: Math.round(c.score),
      queued: Math.round(c.queuedAtMs),
      sigs,
      steps,
      sticky: c.stickyAgentId ?? '',
      agent: c.place === 'waiting' ? '' : (c.agentId ?? ''),
      load: c.load,
      refused: (c.refused ?? []).map(({ agentId, sinceMs }) => [agentId, Math.round(sinceMs)]),
      pardon: c.pardoned ?? [],
    }
  }

  async function syncBatch(contacts: readonly MatchContact[], at: Moment, tries = 8): Promise<Synced[]> {
    const answers = (await run('syncContacts', [
      at.generation,
      at.seq,
      JSON.stringify(contacts.map(contactRow)),
      tombstoneMs,
      excludeMs,
    ])) as [Synced['outcome'] | 'unknown', string, 0 | 1][]
    const strange = contacts.filter((_, n) => answers[n]![0] === 'unknown')
    if (strange.length > 0 && tries === 0) throw new MatcherUnbuilt()
    for (const { requirement } of strange)
      for (const signature of ringsFor(requirement).signatures)
        await catalogue.addSignature(idOf(signature), signature, at.generation)
    // Only these: repeating the others would hide what happened to them the first time.
    const again = strange.length > 0 ? await syncBatch(strange, at, tries - 1) : []
    const late = new Map(again.map((s) => [s.id, s]))
    return contacts.map(({ id }, n) => {
      const [outcome, former, room] = answers[n]!
      return outcome === 'unknown'
        ? late.get(id)!
        : { id, outcome, formerAgentId: former || null, room: room === 1 }
    })
  }

  async function syncAgents(agents: readonly (AgentFacts | { agentId: string })[], at: Moment) {
    const wanted: string[] = []
    let left = agents
    for (let tries = 0; left.length > 0; tries += 1) {
      if (tries === 8) throw new MatcherUnbuilt()
      const answers = (await run('syncAgents', [
        at.generation,
        at.seq,
        JSON.stringify(left.map((a) => ('epoch' in a ? agentRow(a) : { id: a.agentId, here: false }))),
      ])) as string[]
      // Of newer facts somebody else has been told what follows from them; here nobody knows.
      wanted.push(
        ...left.filter((_, n) => answers[n] === 'wanted' || answers[n] === 'stale').map((a) => a.agentId),
      )
      left = left.filter((_, n) => answers[n] === 'unknown')
      for (const agent of left) {
        if (!('attributes' in agent)) continue
        const profile = signatureOf(agent.attributes)
        await catalogue.addProfile(idOf(profile), profile, at.generation)
      }
    }
    return wanted
  }

  const agentRow = (a: AgentFacts) => ({
    id: a.agentId,
    here: true,
    epoch: a.epoch,
    prof: idOf(signatureOf(a.attributes)),
    cv: a.capacity.voice,
    ct: a.capacity.text,
    lv: a.load.voice,
    lt: a.load.text,
    rv: a.routable.voice ? 1 : 0,
    rt: a.routable.text ? 1 : 0,
    idle: Math.round(a.idleSinceMs),
    extra: slots.emergencyExtraText,
    both: slots.textDuringVoice ? 1 : 0,
  })

  async function reserve(from: 'contact' | 'agent' | 'any', id: string): Promise<Reservation | null> {
    const found = (await run('reserve', [from, id, reservationMs, excludeMs, aloneMs])) as string[]
    if (found.length === 0) return null
    const [contactId, agentId, epoch, ring] = found as [string, string, string, string]
    return { contactId, agentId, epoch: Number(epoch), ring: Number(ring) }
  }

  const ask = (...question: (string | number)[]) => run('look', question)

  return {
    async moment() {
      const [seq, generation] = (await run('moment', [])) as string[]
      return seq === undefined || generation === undefined ? null : { seq, generation }
    },
    async syncContacts(contacts, at) {
      const all: Synced[] = []
      for (let n = 0; n < contacts.length; n += batch * ahead) {
        const parts = Array.from({ length: ahead }, (_, i) =>
          contacts.slice(n + i * batch, n + (i + 1) * batch),
        ).filter((part) => part.length > 0)
        all.push(...(await Promise.all(parts.map((part) => syncBatch(part, at)))).flat())
      }
      return all
    },
    async upsertAgents(facts, at) {
      const wanted: string[] = []
      for (let n = 0; n < facts.length; n += batch)
        wanted.push(...(await syncAgents(facts.slice(n, n + batch), at)))
      return wanted
    },
    async removeAgents(agentIds, at) {
      await syncAgents(
        agentIds.map((agentId) => ({ agentId })),
        at,
      )
    },
    reserveForContact: (contactId) => reserve('contact', contactId),
    reserveForAgent: (agentId) => reserve('agent', agentId),
    reserveAny: () => reserve('any', ''),
    async confirm({ contactId, agentId }, version) {
      return (await run('endReservation', ['confirm', contactId, agentId, version])) === 2
    },
    async release({ contactId, agentId }, exclude) {
      await run('endReservation', ['release', contactId, agentId, exclude ? 1 : 0, excludeMs])
    },
    relax: async (limit) => (await run('relax', [limit])) as string[],
    async position(contactId) {
      return ((await ask('position', contactId)) as number) || null
    },
    async depth() {
      const answers = (await ask('depth', ...channels)) as [number, number][]
      return Object.fromEntries(
        channels.map((channel, n) => [channel, { waiting: answers[n]![0], oldestMs: answers[n]![1] }]),
      ) as Record<Channel, { waiting: number; oldestMs: number }>
    },
    async lapsed(limit) {
      const answers = (await ask('lapsed', limit)) as [string, string][]
      return answers.map(([contactId, agentId]) => ({ contactId, agentId }))
    },
    strangers: async (of, since, limit) => (await ask('strangers', of, since.seq, limit)) as string[],
    async beginRebuild(build) {
      await run('rebuild', ['start', build, 0])
      while ((await run('rebuild', ['clear', build, batch])) === 0);
      await run('rebuild', ['fill', build, 0])
      const [seq] = (await run('moment', [])) as string[]
      if (seq === undefined) throw new MatcherUnbuilt()
      return { seq, generation: build }
    },
    async finishRebuild(build) {
      await run('rebuild', ['finish', build, 0])
    },
  }
}

/** A short name of a long text, for keys. */
const idOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

function defineScripts(redis: Redis, prefix: string, clock: Clock): Script {
  const read = (name: string): string =>
    readFileSync(new URL(`./matcher/${name}.lua`, import.meta.url), 'utf8')
  const common = read('common')
  for (const [name, file] of Object.entries(scripts))
    redis.defineCommand(commandName(name), { numberOfKeys: 1, lua: `${common}\n${read(file)}` })
  const commands = redis as unknown as Record<string, (...args: (string | number)[]) => Promise<unknown>>
  return async (name, args) => {
    try {
      return await commands[commandName(name)]!(prefix, clock().getTime(), ...args)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw reason.startsWith('REBUILD') ? new MatcherUnbuilt() : new MatcherAway(`${name}: ${reason}`)
    }
  }
}

const commandName = (name: string): string => `matcher_${name}`
