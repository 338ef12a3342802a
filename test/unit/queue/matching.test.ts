import { describe, expect, it, vi } from 'vitest'
import { createLog } from '../../../src/base/log.ts'
import type { Contact, ContactState } from '../../../src/contacts/model.ts'
import type { ContactForMatching } from '../../../src/contacts/ports.ts'
import type { ContactFact } from '../../../src/contacts/transition.ts'
import { defaultQueueConfig } from '../../../src/queue/config.ts'
import { createMatching, type MatchingDeps } from '../../../src/queue/matching.ts'
import { createQueue, type QueueDeps } from '../../../src/queue/service.ts'
import { contactRow } from '../../properties/rows.ts'

/** A matcher that knows everything already, and a ledger of one contact that counts how often it is read. */
function world() {
  const contact = {
    id: 'c1',
    channel: 'sms',
    state: 'active',
    version: 3,
    callId: null,
    callBack: false,
    agentId: 'a1',
    owed: false,
    score: 0,
    queuedAtMs: 0,
    requirement: {},
    stickyAgentId: null,
    emergency: false,
    changedAtMs: 0,
  } satisfies ContactForMatching as ContactForMatching
  const seen = { reads: 0, fail: false }
  const heard: number[] = []
  const deps = {
    db: { query: async (_text: string): Promise<never[]> => [] },
    contacts: {
      some: async (ids: readonly string[]) => {
        seen.reads += 1
        if (seen.fail) throw new Error('away')
        return ids.map((id) => ({ ...contact, id }))
      },
    },
    directory: { facts: async () => null },
    calls: { mayRing: () => true },
    matcher: {
      moment: async () => ({ seq: '1', generation: 'g' }),
      syncContacts: async (rows: { id: string }[]) =>
        rows.map(({ id }) => ({ id, outcome: 'same', formerAgentId: null, room: false })),
    },
    offering: {},
    heard: (row: ContactForMatching) => void heard.push(row.version),
    rematchLater: () => {},
    config: defaultQueueConfig,
    log: createLog('silent'),
  }
  return {
    contact,
    seen,
    heard,
    deps,
    matching: createMatching(deps as unknown as MatchingDeps),
  }
}

describe('a bell of a contact', () => {
  it('says nothing new where the change was made, and everything elsewhere', async () => {
    const here = world()
    await here.matching.contactChanged('c1')
    await here.matching.bellRang('c1', 3)
    await here.matching.bellRang('c1', 2)
    expect(here.seen.reads).toBe(1)
    expect(here.heard).toEqual([])
    const elsewhere = world()
    await elsewhere.matching.bellRang('c1', 3)
    expect(elsewhere.seen.reads).toBe(1)
    // There it is told on, for whoever made the change may have died over telling.
    expect(elsewhere.heard).toEqual([3])
    await elsewhere.matching.contactChanged('c1')
    expect(elsewhere.heard).toEqual([3])
  })

  it('of a later version, or of none, is heard', async () => {
    const { contact, seen, matching } = world()
    await matching.contactChanged('c1')
    contact.version = 4
    await matching.bellRang('c1', 4)
    expect(seen.reads).toBe(2)
    await matching.bellRang('c1')
    expect(seen.reads).toBe(3)
  })

  it('says nothing new of a contact that was opened here, whose telling takes no reading of offers', async () => {
    const { contact, deps, seen, matching } = world()
    const statements: string[] = []
    deps.db.query = async (text: string) => (statements.push(text), [])
    Object.assign(contact, { state: 'queued', version: 1, agentId: null })
    const telling = matching.contactOpened('c1')
    await matching.bellRang('c1', 1)
    await telling
    expect(seen.reads).toBe(1)
    expect(statements).toEqual([])
    await matching.bellRang('c1', 2)
    expect(seen.reads).toBe(2)
    expect(statements).toHaveLength(1)
  })

  it('waits for what is being told, and is heard when that failed', async () => {
    const { seen, heard, matching } = world()
    const telling = matching.contactChanged('c1')
    await matching.bellRang('c1', 3)
    await telling
    expect(seen.reads).toBe(1)
    seen.fail = true
    await expect(matching.bellRang('c1', 5)).rejects.toThrow('away')
    expect(heard).toEqual([])
    seen.fail = false
    await matching.bellRang('c1', 5)
    expect(seen.reads).toBe(3)
    expect(heard).toEqual([3])
  })
})

describe('a change that this process made', () => {
  const moved = (more: Partial<Contact>) =>
    contactRow('active', { id: 'c1', channel: 'sms', agentId: 'a1', version: 4, ...more })

  it('means nothing to routing while the same agent has the contact as the same', async () => {
    const { contact, seen, matching } = world()
    await matching.contactChanged('c1')
    await matching.contactMoved(moved({ state: 'held' }), { type: 'held' }, 'active')
    await matching.bellRang('c1', 4)
    expect(seen.reads).toBe(1)
    // What comes next is judged by how it stands now.
    await matching.contactMoved(moved({ version: 5 }), { type: 'resumed' }, 'held')
    expect(seen.reads).toBe(1)
    Object.assign(contact, { state: 'offered', version: 6 })
    await matching.contactChanged('c1')
    await matching.contactMoved(moved({ version: 7 }), { type: 'accepted', agentId: 'a1' }, 'offered')
    expect(seen.reads).toBe(2)
  })

  it.each<[string, Partial<Contact>, ContactFact, ContactState]>([
    ['is with another agent', { agentId: 'a2' }, { type: 'transferred', agentId: 'a2' }, 'active'],
    ['is in wrap-up', { state: 'wrapUp' }, { type: 'conversationEnded' }, 'active'],
    ['is owed', { owedAt: new Date() }, { type: 'conversationEnded' }, 'active'],
    ['waits again', { state: 'queued', agentId: null }, { type: 'requeued', reason: 'transfer' }, 'active'],
    ['has ended', { state: 'ended' }, { type: 'failed' }, 'active'],
    ['had a version that was not told', { version: 5 }, { type: 'held' }, 'active'],
    ['leaves an open offer behind', {}, { type: 'connected' }, 'offered'],
  ])('is told when the contact %s', async (_, more, fact, before) => {
    const { seen, matching } = world()
    await matching.contactChanged('c1')
    await matching.contactMoved(moved(more), fact, before)
    expect(seen.reads).toBe(2)
  })

  it('is no news when it is an offer that was confirmed, or the accept of it', async () => {
    const { deps, seen } = world()
    const offered = moved({ state: 'offered' })
    const matching = createMatching({
      ...deps,
      matcher: {
        ...deps.matcher,
        reserveForContact: async (contactId: string) => ({ contactId, agentId: 'a1', epoch: 1, ring: 0 }),
        confirm: async () => false,
      },
      offering: { make: async () => ({ made: true, contact: offered }) },
    } as unknown as MatchingDeps)
    await matching.contactMoved(offered, { type: 'offered', agentId: 'a1' }, 'queued')
    await matching.matchContact('c1')
    await matching.contactMoved(moved({ version: 5 }), { type: 'accepted', agentId: 'a1' }, 'offered')
    for (const version of [4, 5]) await matching.bellRang('c1', version)
    expect(seen.reads).toBe(0)
    // An offer that nobody confirmed is told of by its bell.
    await matching.bellRang('c1', 6)
    expect(seen.reads).toBe(1)
  })

  it('is told when what came before could not be', async () => {
    const { seen, matching } = world()
    seen.fail = true
    await expect(matching.contactChanged('c1')).rejects.toThrow('away')
    seen.fail = false
    await matching.contactMoved(moved({}), { type: 'resumed' }, 'held')
    expect(seen.reads).toBe(2)
  })
})

describe('what follows from news', () => {
  it('is done for so many texts at once, and for a caller and an emergency without waiting for them', async () => {
    const { deps } = world()
    const reserved: string[] = []
    const rows = (ids: readonly string[]) =>
      ids.map((id) => ({
        ...world().contact,
        id,
        state: 'queued',
        version: 1,
        agentId: null,
        channel: id.startsWith('call') ? 'voice' : 'sms',
        emergency: id.startsWith('danger'),
      }))
    const matching = createMatching({
      ...deps,
      contacts: { some: async (ids: readonly string[]) => rows(ids) },
      matcher: {
        ...deps.matcher,
        syncContacts: async (some: { id: string }[]) =>
          some.map(({ id }) => ({ id, outcome: 'new', formerAgentId: null, room: true })),
        reserveForContact: (id: string) => {
          reserved.push(id)
          // Nobody ends looking for a text here; a caller finds nobody.
          return id.startsWith('text') ? new Promise(() => {}) : Promise.resolve(null)
        },
      },
    } as unknown as MatchingDeps)
    for (let n = 0; n < 40; n += 1) void matching.contactOpened(`text${n}`)
    await vi.waitFor(() => expect(reserved.length).toBeGreaterThan(0))
    await matching.contactChanged('call')
    await matching.contactOpened('danger')
    expect(reserved.filter((id) => id.startsWith('text'))).toHaveLength(16)
    expect(reserved.slice(16)).toEqual(['call', 'danger'])
  })
})

describe('a job that rings for many', () => {
  it('tells all of them in one go, and rings alone again for the one that failed', async () => {
    const sent: { id: string }[][] = []
    const handlers = new Map<string, (data: unknown) => Promise<void>>()
    const added: unknown[] = []
    const failing = { add: false }
    const { deps } = world()
    createQueue({
      ...deps,
      matcher: {
        ...deps.matcher,
        syncContacts: async (rows: { id: string }[]) => {
          if (rows.some((row) => row.id === 'bad')) throw new TypeError('a requirement that nobody can read')
          sent.push(rows)
          return rows.map(({ id }) => ({ id, outcome: 'same', formerAgentId: null, room: false }))
        },
      },
      jobs: {
        handle: (queue: string, name: string, work: never) => void handlers.set(`${queue}/${name}`, work),
        add: async (...job: unknown[]) => {
          if (failing.add) throw new Error('Redis is not connected')
          added.push(job)
        },
      },
    } as unknown as QueueDeps)
    const ring = handlers.get('contacts/news')!
    const ids = ['c1', 'c2', 'c3', 'bad', 'c5', 'c6', 'c7', 'c8']
    const news = { changed: ids.map((contactId) => ({ contactId, version: 3 })), touched: ['t1'] }
    await ring(news)
    expect(
      sent
        .flat()
        .map((row) => row.id)
        .sort(),
    ).toEqual([...ids.filter((id) => id !== 'bad'), 't1'])
    expect(sent.length).toBeLessThan(5)
    expect(added).toEqual([['contacts', 'changed', { contactId: 'bad', version: 3 }, { delayMs: 1_000 }]])

    // What was told stays told: when the job itself is repeated only the rest is.
    failing.add = true
    await expect(ring(news)).rejects.toThrow('not connected')
    expect(
      sent
        .flat()
        .map((row) => row.id)
        .slice(8),
    ).toEqual(['t1'])
  })
})
