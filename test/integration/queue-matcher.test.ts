import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { defaultQueueConfig, type QueueConfig } from '../../src/queue/config.ts'
import { createMatcher, MatcherUnbuilt, type MatchContact } from '../../src/queue/matcher.ts'
import type { AgentFacts } from '../../src/queue/ports.ts'
import { agent, contact, momentOf, startMatchers, type Matchers } from '../support/matchers.ts'

const patient = { timeout: 15_000, interval: 20 }
let matchers: Matchers
beforeAll(async () => {
  matchers = await startMatchers()
})
afterAll(() => matchers?.stop())

describe('a reservation', () => {
  it('serves the longest wait first and the longest idle agent first', async () => {
    const { matcher } = await matchers.fresh()
    const at = await momentOf(matcher)
    await matcher.syncContacts([contact('late', { score: 2_000 }), contact('early', { score: 1_000 })], at)
    await matcher.upsertAgents([agent('rested', { idleSinceMs: 1 }), agent('tired', { idleSinceMs: 2 })], at)
    // Asked for the late one, it still serves the early one first.
    expect(await matcher.reserveForContact('late')).toMatchObject({ contactId: 'early', agentId: 'rested' })
    expect(await matcher.reserveForContact('late')).toMatchObject({ contactId: 'late', agentId: 'tired' })
    expect(await matcher.reserveAny()).toBeNull()
  })

  it('is that of the earliest whom anybody can take, though one of another kind was refused before him', async () => {
    const { matcher } = await matchers.fresh()
    const at = await momentOf(matcher)
    await matcher.upsertAgents(
      [
        agent('writes', { capacity: { voice: 0, text: 1 } }),
        agent('speaks', { capacity: { voice: 1, text: 0 } }),
      ],
      at,
    )
    await matcher.syncContacts([contact('refused', { channel: 'sms', score: 1 })], at)
    const refused = await matcher.reserveForContact('refused')
    await matcher.release(refused!, true)
    await matcher.syncContacts(
      [contact('caller', { score: 2 }), contact('later', { channel: 'sms', score: 3 })],
      at,
    )
    expect(await matcher.reserveAny()).toMatchObject({ contactId: 'caller', agentId: 'speaks' })
    expect(await matcher.reserveAny()).toMatchObject({ contactId: 'later', agentId: 'writes' })
  })

  it('is never given twice, however many gateways ask at once', async () => {
    const { matcher, region } = await matchers.fresh()
    const at = await momentOf(matcher)
    const ids = Array.from({ length: 200 }, (_, n) => `c${n}`)
    await matcher.syncContacts(
      ids.map((id, n) => contact(id, { score: n })),
      at,
    )
    await matcher.upsertAgents(
      Array.from({ length: 150 }, (_, n) => agent(`a${n}`, { idleSinceMs: n })),
      at,
    )
    const clients = Array.from({ length: 4 }, () => new Redis(matchers.url))
    try {
      const gateways = clients.map((client) => createMatcher(client, region, defaultQueueConfig))
      const reserved = await Promise.all(ids.map((_, n) => gateways[n % 4]!.reserveAny()))
      const pairs = reserved.filter((r) => r !== null)
      expect(pairs).toHaveLength(150)
      expect(new Set(pairs.map((r) => r.agentId)).size).toBe(150)
      // The 150 that waited longest, whoever asked.
      expect(pairs.map((r) => Number(r.contactId.slice(1))).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 150 }, (_, n) => n),
      )
    } finally {
      for (const client of clients) client.disconnect()
    }
  })

  it('lapses when no offer follows, and the contact takes its old place again', async () => {
    const { matcher } = await matchers.fresh({ ...defaultQueueConfig, reservationMs: 30 })
    const at = await momentOf(matcher)
    await matcher.syncContacts([contact('c1')], at)
    await matcher.upsertAgents([agent('a1')], at)
    await matcher.reserveForContact('c1')
    await vi.waitFor(
      async () => expect(await matcher.lapsed(10)).toEqual([{ contactId: 'c1', agentId: 'a1' }]),
      patient,
    )
    await matcher.syncContacts([contact('c1')], await momentOf(matcher))
    expect(await matcher.lapsed(10)).toEqual([])
    expect(await matcher.reserveForAgent('a1')).toMatchObject({ contactId: 'c1', agentId: 'a1' })
  })

  it('is left alone by a reading of the row from before the offer', async () => {
    const { matcher } = await matchers.fresh()
    const at = await momentOf(matcher)
    await matcher.syncContacts([contact('c1')], at)
    await matcher.upsertAgents([agent('a1'), agent('a2')], at)
    const reserved = await matcher.reserveForContact('c1')
    await matcher.syncContacts([contact('c1')], await momentOf(matcher))
    expect(await matcher.reserveAny()).toBeNull()
    await matcher.confirm(reserved!, 2)
    // A slow reader brings the old row: the offered contact does not come back into the queue.
    const [late] = await matcher.syncContacts([contact('c1')], await momentOf(matcher))
    expect(late).toMatchObject({ outcome: 'stale' })
    expect(await matcher.reserveAny()).toBeNull()
  })
})

describe('a contact that comes in', () => {
  it('is said to find nobody with room only while that is so for its kind', async () => {
    const { matcher } = await matchers.fresh()
    const at = await momentOf(matcher)
    const roomFor = async (id: string, more: Partial<MatchContact> = {}) =>
      (await matcher.syncContacts([contact(id, more)], at))[0]!.room
    const text = { channel: 'sms' } as const
    expect(await roomFor('nobody', text)).toBe(false)
    // One with his last text slot in use writes with no other citizen, but he has a telephone and an ear for danger.
    await matcher.upsertAgents([agent('a1', { load: { voice: 0, text: 3 } })], at)
    expect(await roomFor('text', text)).toBe(false)
    expect(await roomFor('urgent', { ...text, emergency: true })).toBe(true)
    expect(await roomFor('call')).toBe(true)
    expect(await matcher.reserveForContact('text')).toBeNull()
    // Known and unchanged, the answer is about now.
    await matcher.upsertAgents([agent('a1')], await momentOf(matcher))
    expect(await roomFor('text', text)).toBe(true)
    await matcher.removeAgents(['a1'], await momentOf(matcher))
    expect(await roomFor('call')).toBe(false)
  })
})

describe('an agent', () => {
  it('is said to be wanted only while somebody of a kind waits for whom he has room', async () => {
    const { matcher } = await matchers.fresh()
    const wanted = async (...facts: AgentFacts[]) => matcher.upsertAgents(facts, await momentOf(matcher))
    expect(await wanted(agent('a1'))).toEqual([])
    await matcher.syncContacts([contact('c1', { channel: 'sms' })], await momentOf(matcher))
    const full = { load: { voice: 0, text: 3 } }
    expect(await wanted(agent('a1', full), agent('a2'))).toEqual(['a2'])
    // Above his slots there is room for one emergency.
    await matcher.syncContacts([contact('c2', { channel: 'sms', emergency: true })], await momentOf(matcher))
    expect(await wanted(agent('a1', full), agent('a2'))).toEqual(['a1', 'a2'])
    // Of facts that are known to be old nothing is concluded.
    const early = await momentOf(matcher)
    await wanted(agent('a2'))
    expect(await matcher.upsertAgents([agent('a2')], early)).toEqual(['a2'])
  })

  it('keeps his slot used while an offer is confirmed and his facts are older', async () => {
    const { matcher } = await matchers.fresh()
    const at = await momentOf(matcher)
    await matcher.upsertAgents([agent('a1')], at)
    await matcher.syncContacts([contact('c1'), contact('c2', { score: 2_000 })], at)
    const readEarly = await momentOf(matcher)
    const reserved = await matcher.reserveForContact('c1')
    await matcher.upsertAgents([agent('a1')], readEarly)
    expect(await matcher.reserveForAgent('a1')).toBeNull()
    await matcher.confirm(reserved!, 2)
    await matcher.upsertAgents([agent('a1')], readEarly)
    expect(await matcher.reserveForAgent('a1')).toBeNull()
    // Facts read after the confirmation count for themselves.
    await matcher.upsertAgents([agent('a1', { load: { voice: 1, text: 0 } })], await momentOf(matcher))
    expect(await matcher.reserveForAgent('a1')).toBeNull()
    await matcher.upsertAgents([agent('a1')], await momentOf(matcher))
    expect(await matcher.reserveForAgent('a1')).toMatchObject({ contactId: 'c2' })
  })

  it('has an offer counted once, whoever tells of it first: its row, his facts or its confirmation', async () => {
    const { matcher } = await matchers.fresh()
    const texts = (more: Partial<AgentFacts> = {}) =>
      agent('a1', { capacity: { voice: 1, text: 2 }, ...more })
    const sms = (id: string, more: Partial<MatchContact> = {}) => contact(id, { channel: 'sms', ...more })
    await matcher.upsertAgents([texts()], await momentOf(matcher))
    await matcher.syncContacts([sms('c1'), sms('c2', { score: 2_000 })], await momentOf(matcher))
    const first = await matcher.reserveForContact('c1')
    const held = sms('c1', { place: 'held', version: 2, agentId: 'a1' })
    await matcher.syncContacts([held], await momentOf(matcher))
    await matcher.upsertAgents([texts({ load: { voice: 0, text: 1 } })], await momentOf(matcher))
    expect(await matcher.confirm(first!, 2)).toBe(false)
    const second = await matcher.reserveForContact('c2')
    expect(second).toMatchObject({ agentId: 'a1' })

    // Facts read since the reservation may have counted it or not: only new ones say.
    const between = await momentOf(matcher)
    await matcher.upsertAgents([texts({ load: { voice: 0, text: 2 } })], between)
    expect(await matcher.confirm(second!, 2)).toBe(true)
    await matcher.upsertAgents([texts({ load: { voice: 0, text: 2 } })], await momentOf(matcher))
    await matcher.syncContacts([sms('fire', { emergency: true })], await momentOf(matcher))
    expect(await matcher.reserveForContact('fire')).toMatchObject({ agentId: 'a1' })
  })

  it('who signed out is not brought back by facts read before', async () => {
    const { matcher } = await matchers.fresh()
    const before = await momentOf(matcher)
    await matcher.syncContacts([contact('c1')], before)
    await matcher.upsertAgents([agent('a1', { epoch: 7 })], await momentOf(matcher))
    await matcher.removeAgents(['a1'], await momentOf(matcher))
    await matcher.upsertAgents([agent('a1', { epoch: 7 })], before)
    expect(await matcher.reserveAny()).toBeNull()
    await matcher.upsertAgents([agent('a1', { epoch: 6 })], await momentOf(matcher))
    expect(await matcher.reserveAny()).toBeNull()
    await matcher.upsertAgents([agent('a1', { epoch: 8 })], await momentOf(matcher))
    expect(await matcher.reserveAny()).toMatchObject({ contactId: 'c1', epoch: 8 })
  })

  it('who changes his skills is matched by the new ones at once', async () => {
    const { matcher } = await matchers.fresh()
    await matcher.syncContacts(
      [contact('c1', { requirement: { language: ['korean'] } })],
      await momentOf(matcher),
    )
    await matcher.upsertAgents(
      [agent('a1', { attributes: { language: ['mandarin'] } })],
      await momentOf(matcher),
    )
    expect(await matcher.reserveForAgent('a1')).toBeNull()
    await matcher.upsertAgents(
      [agent('a1', { attributes: { language: ['mandarin', 'korean'] } })],
      await momentOf(matcher),
    )
    expect(await matcher.reserveForAgent('a1')).toMatchObject({ contactId: 'c1' })
  })
})

describe('a refusal', () => {
  it('keeps the contact from that agent while others could take it, and not for ever', async () => {
    const { matcher } = await matchers.fresh({ ...defaultQueueConfig, excludeMs: 200, aloneMs: 0 })
    const at = await momentOf(matcher)
    await matcher.syncContacts(
      [contact('c1', { refused: [{ agentId: 'a1', sinceMs: Date.now() }] })],
      await momentOf(matcher),
    )
    // Somebody else is on shift, though busy.
    await matcher.upsertAgents(
      [agent('a1'), agent('a2', { load: { voice: 1, text: 0 }, routable: { voice: false, text: false } })],
      at,
    )
    expect(await matcher.reserveForAgent('a1')).toBeNull()
    await vi.waitFor(
      async () => expect(await matcher.reserveForAgent('a1')).toMatchObject({ contactId: 'c1' }),
      patient,
    )
  })

  it('does not count when he is alone, after a short breath', async () => {
    const { matcher } = await matchers.fresh({ ...defaultQueueConfig, aloneMs: 100 })
    const at = await momentOf(matcher)
    await matcher.syncContacts([contact('c1', { refused: [{ agentId: 'a1', sinceMs: Date.now() }] })], at)
    await matcher.upsertAgents([agent('a1')], at)
    expect(await matcher.reserveForContact('c1')).toBeNull()
    await vi.waitFor(
      async () => expect(await matcher.reserveForContact('c1')).toMatchObject({ agentId: 'a1' }),
      patient,
    )
  })

  it('is remembered from the holder when a contact comes back, unless he is pardoned', async () => {
    const { matcher } = await matchers.fresh()
    const at = await momentOf(matcher)
    await matcher.upsertAgents([agent('a1', { idleSinceMs: 1 }), agent('a2', { idleSinceMs: 2 })], at)
    await matcher.syncContacts([contact('c1', { place: 'held', agentId: 'a1' })], at)
    await matcher.upsertAgents([agent('a1', { idleSinceMs: 1 })], await momentOf(matcher))
    await matcher.syncContacts([contact('c1', { version: 2 })], await momentOf(matcher))
    expect(await matcher.reserveForContact('c1')).toMatchObject({ agentId: 'a2' })

    await matcher.syncContacts([contact('c2', { place: 'held', agentId: 'a1' })], await momentOf(matcher))
    await matcher.upsertAgents([agent('a1', { idleSinceMs: 1 })], await momentOf(matcher))
    await matcher.syncContacts([contact('c2', { version: 2, pardoned: ['a1'] })], await momentOf(matcher))
    expect(await matcher.reserveForContact('c2')).toMatchObject({ agentId: 'a1' })
  })
})

describe('a contact', () => {
  it('that has ended stays ended, whatever arrives late', async () => {
    const { matcher } = await matchers.fresh()
    await matcher.upsertAgents([agent('a1')], await momentOf(matcher))
    const early = await momentOf(matcher)
    await matcher.syncContacts([contact('c1', { place: 'gone', version: 3 })], await momentOf(matcher))
    expect(await matcher.syncContacts([contact('c1', { version: 2 })], early)).toMatchObject([
      { outcome: 'over' },
    ])
    expect(await matcher.reserveAny()).toBeNull()
  })

  it('asks for its agent’s facts when it is counted as something else, and not for every version', async () => {
    const { matcher } = await matchers.fresh()
    await matcher.upsertAgents([agent('a1')], await momentOf(matcher))
    await matcher.syncContacts([contact('c1'), contact('c2', { score: 2_000 })], await momentOf(matcher))
    const reserved = await matcher.reserveForContact('c1')
    await matcher.confirm(reserved!, 2)
    const outcomeOf = async (more: Partial<MatchContact>) => {
      const row = contact('c1', { place: 'held', agentId: 'a1', ...more })
      return (await matcher.syncContacts([row], await momentOf(matcher)))[0]!.outcome
    }
    expect(await outcomeOf({ version: 2 })).toBe('same')
    expect(await outcomeOf({ version: 4, changedAtMs: 4 })).toBe('same')
    // What is known is the newest all the same.
    expect(await outcomeOf({ version: 3, changedAtMs: 3 })).toBe('stale')
    expect(await matcher.reserveForContact('c2')).toBeNull()
    expect(await outcomeOf({ version: 5, load: 'wrapUp' })).toBe('held')
    expect(await outcomeOf({ version: 6, load: 'none' })).toBe('held')
    expect(await outcomeOf({ version: 7, load: 'none', agentId: 'a2' })).toBe('held')
  })

  it('gets a wider ring by the time of the ledger, whatever the clock of Redis says', async () => {
    let now = Date.parse('2020-01-01T00:00:00Z')
    const matcher = createMatcher(matchers.redis, 'another-clock', defaultQueueConfig, () => new Date(now))
    await matcher.beginRebuild('first')
    await matcher.finishRebuild('first')
    const at = await momentOf(matcher)
    await matcher.upsertAgents([agent('a1')], at)
    const waits = { requirement: { topic: ['heating'] }, queuedAtMs: now }
    await matcher.syncContacts([contact('c1', waits)], at)
    now += 29_000
    expect(await matcher.relax(10)).toEqual([])
    expect(await matcher.reserveForContact('c1')).toBeNull()
    expect((await matcher.depth()).voice).toEqual({ waiting: 1, oldestMs: 29_000 })
    now += 1_000
    expect(await matcher.relax(10)).toEqual(['c1'])
    expect(await matcher.reserveForContact('c1')).toMatchObject({ agentId: 'a1', ring: 1 })
  })

  it('gets a wider ring after its wait, and the ring is told', async () => {
    const config: QueueConfig = {
      ...defaultQueueConfig,
      relaxation: { steps: [{ afterMs: 60, relax: ['topic'] }], keep: {} },
    }
    const { matcher } = await matchers.fresh(config)
    const at = await momentOf(matcher)
    await matcher.upsertAgents([agent('a1')], at)
    await matcher.syncContacts([contact('c1', { requirement: { topic: ['heating'] } })], at)
    expect(await matcher.reserveForContact('c1')).toBeNull()
    await vi.waitFor(async () => expect(await matcher.relax(10)).toEqual(['c1']), patient)
    expect(await matcher.reserveForContact('c1')).toMatchObject({ agentId: 'a1', ring: 1 })
    expect(await matcher.relax(10)).toEqual([])
  })

  it('knows its place, and its channel knows the oldest wait', async () => {
    const { matcher } = await matchers.fresh()
    const at = await momentOf(matcher)
    const now = Date.now()
    await matcher.syncContacts(
      [
        contact('c1', { score: 10, queuedAtMs: now - 5_000 }),
        contact('c2', { score: 20, requirement: { language: ['korean'] }, queuedAtMs: now - 9_000 }),
        contact('c3', { score: 5, channel: 'sms', queuedAtMs: now - 1_000 }),
      ],
      at,
    )
    expect(await matcher.position('c2')).toBe(2)
    expect(await matcher.position('c3')).toBe(1)
    expect(await matcher.position('nobody')).toBeNull()
    const depth = await matcher.depth()
    expect(depth).toMatchObject({
      voice: { waiting: 2 },
      sms: { waiting: 1 },
      web: { waiting: 0, oldestMs: 0 },
    })
    expect(depth.voice.oldestMs).toBeGreaterThanOrEqual(9_000)
    // A message that tells of danger moves the contact forward without a new version of its row.
    await matcher.syncContacts(
      [contact('c2', { score: 1, changedAtMs: 2, emergency: true, requirement: { language: ['korean'] } })],
      await momentOf(matcher),
    )
    expect(await matcher.position('c2')).toBe(1)
  })
})

describe('a lost memory', () => {
  it('refuses to be filled or matched before it is built again, and forgets the old one', async () => {
    const { matcher } = await matchers.fresh()
    const at = await momentOf(matcher)
    await matcher.syncContacts([contact('c1'), contact('c2', { channel: 'sms' })], at)
    await matcher.upsertAgents([agent('a1')], at)
    const build = await matcher.beginRebuild('second')
    await expect(matcher.syncContacts([contact('c1')], at)).rejects.toBeInstanceOf(MatcherUnbuilt)
    await matcher.syncContacts([contact('c3')], build)
    await matcher.upsertAgents([agent('a2')], build)
    expect(await matcher.reserveAny()).toBeNull()
    await matcher.finishRebuild('second')
    expect(await matcher.reserveAny()).toMatchObject({ contactId: 'c3', agentId: 'a2' })
    expect(await matcher.position('c1')).toBeNull()
    expect(await matcher.depth()).toMatchObject({ voice: { waiting: 0 }, sms: { waiting: 0 } })
  })

  it('lets only the latest of two builders finish', async () => {
    const { matcher } = await matchers.fresh()
    const first = await matcher.beginRebuild('one')
    await matcher.beginRebuild('two')
    await expect(matcher.syncContacts([contact('c1')], first)).rejects.toBeInstanceOf(MatcherUnbuilt)
    await expect(matcher.finishRebuild('one')).rejects.toBeInstanceOf(MatcherUnbuilt)
    await matcher.finishRebuild('two')
    expect(await matcher.moment()).toMatchObject({ generation: 'two' })
  })
})
