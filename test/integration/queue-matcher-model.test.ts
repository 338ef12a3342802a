import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultQueueConfig, type QueueConfig } from '../../src/queue/config.ts'
import { createModel, type ModelContact } from '../support/matcher-model.ts'
import { agent, contact, momentOf, startMatchers, type Matchers } from '../support/matchers.ts'

let matchers: Matchers
beforeAll(async () => {
  matchers = await startMatchers()
})
afterAll(() => matchers?.stop())

/** Nothing here depends on the time that passes: refusals hold for ever, and loneliness counts at once. */
const timeless: QueueConfig = {
  ...defaultQueueConfig,
  reservationMs: 1e9,
  excludeMs: 1e9,
  aloneMs: 0,
  relaxation: { steps: [], keep: {} },
}

describe('the matcher and the pure rule', () => {
  // Mostly undemanding, or hardly any agent would have a rival.
  const demand = fc.oneof(
    { weight: 3, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.subarray(['x', 'y', 'z']) },
  )
  const often = fc.integer({ min: 0, max: 9 }).map((n) => n < 9)
  const anyContact = fc.integer({ min: 0, max: 19 })
  const anyAgent = fc.integer({ min: 0, max: 5 })
  const weighted = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary })
  const step = fc.oneof(
    weighted(
      4,
      fc.record({
        do: fc.constant('enter' as const),
        id: anyContact,
        channel: fc.constantFrom('voice' as const, 'sms' as const, 'web' as const),
        score: fc.integer({ min: 0, max: 100_000 }),
        skill: demand,
        desk: fc.oneof(weighted(5, fc.constant<string[]>([])), weighted(1, fc.constant<string[]>(['e']))),
        emergency: fc.boolean(),
        sticky: fc.option(anyAgent, { nil: null }),
      }),
    ),
    weighted(
      4,
      fc.record({
        do: fc.constant('facts' as const),
        id: anyAgent,
        skill: fc.subarray(['x', 'y', 'z']),
        desk: fc.subarray(['e']),
        text: fc.integer({ min: 0, max: 3 }),
        voice: often,
        routable: often,
        idle: fc.integer({ min: 1, max: 100_000 }),
      }),
    ),
    weighted(1, fc.record({ do: fc.constant('signOut' as const), id: anyAgent })),
    weighted(3, fc.record({ do: fc.constant('forContact' as const), id: anyContact })),
    weighted(1, fc.record({ do: fc.constant('forAgent' as const), id: anyAgent })),
    weighted(1, fc.record({ do: fc.constant('any' as const) })),
    weighted(2, fc.record({ do: fc.constant('confirm' as const) })),
    weighted(1, fc.record({ do: fc.constant('release' as const), exclude: fc.boolean() })),
    weighted(1, fc.record({ do: fc.constant('back' as const), pardon: fc.boolean() })),
    weighted(2, fc.record({ do: fc.constant('end' as const), id: anyContact })),
  )

  it('agree on every step of any history', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 120, size: 'max' }), async (steps) => {
        const { matcher } = await matchers.fresh(timeless)
        const model = createModel(timeless)
        for (const s of steps) {
          switch (s.do) {
            case 'enter': {
              const id = `c${s.id}`
              if (model.contacts.has(id)) break
              const fresh = contact(id, {
                channel: s.channel,
                // Equal scores would leave the choice open; the id decides there, and ids differ.
                score: s.score * 100 + s.id,
                requirement: { skill: s.skill, desk: s.desk },
                emergency: s.emergency,
                stickyAgentId: s.sticky === null ? null : `a${s.sticky}`,
              })
              model.enter(fresh)
              const [synced] = await matcher.syncContacts([fresh], await momentOf(matcher))
              expect(synced).toMatchObject({ outcome: 'new' })
              break
            }
            case 'facts': {
              const facts = agent(`a${s.id}`, {
                attributes: { skill: s.skill, desk: s.desk },
                capacity: { voice: s.voice ? 1 : 0, text: s.text },
                load: model.loadOf(`a${s.id}`),
                routable: { voice: s.routable, text: s.routable },
                idleSinceMs: s.idle * 10 + s.id,
              })
              model.facts(facts)
              await matcher.upsertAgents([facts], await momentOf(matcher))
              break
            }
            case 'signOut':
              model.agents.delete(`a${s.id}`)
              await matcher.removeAgents([`a${s.id}`], await momentOf(matcher))
              break
            case 'forContact':
              expect(pair(await matcher.reserveForContact(`c${s.id}`))).toEqual(model.forContact(`c${s.id}`))
              break
            case 'forAgent':
              expect(pair(await matcher.reserveForAgent(`a${s.id}`))).toEqual(model.forAgent(`a${s.id}`))
              break
            case 'any':
              expect(pair(await matcher.reserveAny())).toEqual(model.any())
              break
            case 'confirm': {
              const reserved = model.firstIn('reserved')
              if (!reserved) break
              model.confirm(reserved)
              await matcher.confirm(reservation(reserved), reserved.version)
              break
            }
            case 'release': {
              const reserved = model.firstIn('reserved')
              if (!reserved) break
              await matcher.release(reservation(reserved), s.exclude)
              model.release(reserved, s.exclude)
              break
            }
            case 'back': {
              const held = model.firstIn('held')
              if (!held) break
              const pardoned = s.pardon ? [held.agentId!] : []
              const row = model.back(held, s.pardon)
              await matcher.syncContacts([{ ...row, pardoned }], await momentOf(matcher))
              break
            }
            case 'end': {
              const known = model.contacts.get(`c${s.id}`)
              if (!known || known.state === 'gone') break
              const row = model.end(known)
              await matcher.syncContacts([row], await momentOf(matcher))
              break
            }
          }
          const depth = await matcher.depth()
          expect(depth.voice.waiting + depth.sms.waiting + depth.web.waiting).toBe(model.waiting().length)
        }
      }),
      // The limit makes a failing run report its seed and what it has shrunk so far.
      { numRuns: 60, interruptAfterTimeLimit: 45_000 },
    )
  })
})

const pair = (r: { contactId: string; agentId: string } | null) =>
  r && { contactId: r.contactId, agentId: r.agentId }
const reservation = (c: ModelContact) => ({ contactId: c.id, agentId: c.agentId!, epoch: 1, ring: 0 })
