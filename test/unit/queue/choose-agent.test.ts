import { describe, expect, it } from 'vitest'
import {
  chooseAgent,
  chooseContact,
  demandOf,
  levelOf,
  mayTake,
  meets,
  ringsOf,
  signatureOf,
  type ContactToMatch,
} from '../../../src/queue/choose-agent.ts'
import { defaultQueueConfig } from '../../../src/queue/config.ts'
import type { AgentFacts } from '../../../src/queue/ports.ts'

const { relaxation, slots } = defaultQueueConfig

const agent = (agentId: string, more: Partial<AgentFacts> = {}): AgentFacts => ({
  agentId,
  epoch: 1,
  attributes: { language: ['mandarin'] },
  mode: 'desk',
  phone: null,
  capacity: { voice: 1, text: 2 },
  load: { voice: 0, text: 0 },
  routable: { voice: true, text: true },
  idleSinceMs: 1_000,
  ...more,
})

const contact = (more: Partial<ContactToMatch> = {}): ContactToMatch => ({
  id: 'c',
  channel: 'voice',
  score: 0,
  requirement: {},
  emergency: false,
  stickyAgentId: null,
  ...more,
})

describe('a signature', () => {
  it.each([
    ['nothing', {}, '[]'],
    ['an empty key', { topic: [] }, '[]'],
    ['the order of keys', { topic: ['a'], language: ['b'] }, '[["language",["b"]],["topic",["a"]]]'],
    ['the order of values and repeats', { topic: ['b', 'a', 'b'] }, '[["topic",["a","b"]]]'],
  ])('does not depend on %s', (_, demand, text) => {
    expect(signatureOf(demand)).toBe(text)
    expect(signatureOf(demandOf(text))).toBe(text)
  })
})

describe('a requirement is met', () => {
  it.each([
    ['by anybody when it asks nothing', {}, {}, true],
    ['by one of the alternatives', { language: ['korean', 'mandarin'] }, { language: ['mandarin'] }, true],
    [
      'only when every key is',
      { language: ['mandarin'], topic: ['heating'] },
      { language: ['mandarin'] },
      false,
    ],
    ['not by another value', { language: ['korean'] }, { language: ['mandarin'] }, false],
    ['by anybody when a key is empty', { topic: [] }, {}, true],
  ])('%s', (_, requirement, attributes, met) => {
    expect(meets(requirement, attributes)).toBe(met)
  })
})

describe('the rings of a requirement', () => {
  it('widen at 30, 60 and 120 seconds, the topic first and the language last', () => {
    const rings = ringsOf(
      { topic: ['heating'], dialect: ['anshan'], desk: ['enterprise'], language: ['korean'] },
      relaxation,
    )
    expect(rings.map(({ afterMs, requirement }) => [afterMs, Object.keys(requirement)])).toEqual([
      [0, ['topic', 'dialect', 'desk', 'language']],
      [30_000, ['dialect', 'desk', 'language']],
      [60_000, ['language']],
      [120_000, []],
    ])
  })

  it.each([
    ['nothing to widen', {}, [0]],
    ['steps that change nothing make no ring', { language: ['korean'] }, [0, 120_000]],
    ['the confidential desk stays', { desk: ['confidential'], topic: ['tax'] }, [0, 30_000]],
    ['the emergency desk stays', { desk: ['emergency', 'enterprise'] }, [0]],
  ])('%s', (_, requirement, instants) => {
    expect(ringsOf(requirement, relaxation).map((ring) => ring.afterMs)).toEqual(instants)
  })

  it('keep a desk only where the configuration says so', () => {
    const rings = ringsOf({ desk: ['confidential'] }, { ...relaxation, keep: {} })
    expect(rings.at(-1)?.requirement).toEqual({})
  })
})

describe('an agent may take', () => {
  const textDuringVoice = { ...slots, textDuringVoice: true }
  it.each([
    ['a call with no load', {}, { channel: 'voice' }, slots, true],
    ['no call beside a call', { load: { voice: 1, text: 0 } }, { channel: 'voice' }, slots, false],
    [
      'no call of an emergency beside a call',
      { load: { voice: 1, text: 0 } },
      { channel: 'voice', emergency: true },
      slots,
      false,
    ],
    ['a call beside texts', { load: { voice: 0, text: 2 } }, { channel: 'voice' }, slots, true],
    [
      'no call when his phone is not ready',
      { routable: { voice: false, text: true } },
      { channel: 'voice' },
      slots,
      false,
    ],
    ['no call without a voice slot', { capacity: { voice: 0, text: 2 } }, { channel: 'voice' }, slots, false],
    ['a text with a free slot', { load: { voice: 0, text: 1 } }, { channel: 'web' }, slots, true],
    [
      'no text when all are used, whatever channel used them',
      { load: { voice: 0, text: 2 } },
      { channel: 'wechat' },
      slots,
      false,
    ],
    [
      'an emergency on top of full texts',
      { load: { voice: 0, text: 2 } },
      { channel: 'sms', emergency: true },
      slots,
      true,
    ],
    [
      'only one emergency on top',
      { load: { voice: 0, text: 3 } },
      { channel: 'sms', emergency: true },
      slots,
      false,
    ],
    [
      'no emergency text when he takes no texts',
      { capacity: { voice: 1, text: 0 } },
      { channel: 'sms', emergency: true },
      slots,
      false,
    ],
    ['no text beside a call', { load: { voice: 1, text: 0 } }, { channel: 'sms' }, slots, false],
    [
      'a text beside a call where configured',
      { load: { voice: 1, text: 0 } },
      { channel: 'sms' },
      textDuringVoice,
      true,
    ],
    [
      'no text while not routable',
      { routable: { voice: true, text: false } },
      { channel: 'sms' },
      slots,
      false,
    ],
    ['nothing he lacks the skill for', {}, { requirement: { language: ['korean'] } }, slots, false],
  ] as const)('%s', (_, facts, wanted, rules, may) => {
    expect(mayTake(agent('a', facts), contact(wanted as Partial<ContactToMatch>), rules)).toBe(may)
  })
})

describe('the agent for a contact', () => {
  const rested = agent('rested', { idleSinceMs: 1 })
  const tired = agent('tired', { idleSinceMs: 2 })
  const busier = agent('busier', { idleSinceMs: 0, load: { voice: 0, text: 1 } })
  const full = agent('full', { idleSinceMs: 0, load: { voice: 0, text: 2 } })

  it.each([
    ['the longest idle', contact(), [tired, rested], 'rested'],
    ['the least burdened before the longest idle', contact(), [busier, tired], 'tired'],
    ['the sticky one before all', contact({ stickyAgentId: 'tired' }), [rested, tired], 'tired'],
    [
      'the sticky one even when more burdened',
      contact({ stickyAgentId: 'busier' }),
      [rested, busier],
      'busier',
    ],
    [
      'not a sticky one who is not free',
      contact({ channel: 'sms', stickyAgentId: 'full' }),
      [full, tired],
      'tired',
    ],
    [
      'a free slot before an emergency on top',
      contact({ channel: 'sms', emergency: true, stickyAgentId: 'full' }),
      [full, busier],
      'busier',
    ],
    ['on top when there is no free slot', contact({ channel: 'sms', emergency: true }), [full], 'full'],
    ['nobody when all are full', contact({ channel: 'sms' }), [full], undefined],
    ['nobody when there is nobody', contact(), [], undefined],
  ])('%s', (_, wanted, agents, chosen) => {
    expect(chooseAgent(wanted, agents, slots)?.agentId).toBe(chosen)
  })

  it('is not one who refused it', () => {
    expect(chooseAgent(contact(), [rested, tired], slots, (id) => id === 'rested')?.agentId).toBe('tired')
  })

  it('counts all channels as burden', () => {
    expect(levelOf(agent('a', { load: { voice: 1, text: 2 } }))).toBe(3)
  })
})

describe('the contact for an agent', () => {
  it.each([
    [
      'the smallest virtual arrival time',
      agent('a'),
      [contact({ id: 'late', score: 2 }), contact({ id: 'early', score: 1 })],
      'early',
    ],
    [
      'voice and text alike',
      agent('a'),
      [contact({ id: 'call', score: 2 }), contact({ id: 'sms', channel: 'sms', score: 1 })],
      'sms',
    ],
    [
      'what he can do',
      agent('a'),
      [
        contact({ id: 'korean', score: 1, requirement: { language: ['korean'] } }),
        contact({ id: 'plain', score: 2 }),
      ],
      'plain',
    ],
    [
      'nothing when he has no room',
      agent('a', { routable: { voice: false, text: false } }),
      [contact()],
      undefined,
    ],
  ] as const)('%s', (_, who, waiting, chosen) => {
    expect(chooseContact(who, waiting, slots)?.id).toBe(chosen)
  })
})
