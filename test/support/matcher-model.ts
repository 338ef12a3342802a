import { chooseAgent, chooseContact, groupOf, meets } from '../../src/queue/choose-agent.ts'
import type { QueueConfig } from '../../src/queue/config.ts'
import type { MatchContact } from '../../src/queue/matcher.ts'
import type { AgentFacts } from '../../src/queue/ports.ts'

/**
 * The matcher in plain arrays: slow, obvious, and built on the pure rule. Refusals hold for ever here, and whoever is
 * alone on shift is asked again at once.
 */
export type ModelContact = MatchContact & {
  state: 'waiting' | 'reserved' | 'held' | 'gone'
  refusedBy: Set<string>
}

type ModelAgent = { facts: AgentFacts; holds: Map<string, 'voice' | 'text'> }

export function createModel({ slots }: QueueConfig) {
  const contacts = new Map<string, ModelContact>()
  const agents = new Map<string, ModelAgent>()
  // Holds outlive a sign-out, as the contacts do.
  const holds = new Map<string, Map<string, 'voice' | 'text'>>()
  const holdsOf = (agentId: string) => {
    const known = holds.get(agentId) ?? new Map<string, 'voice' | 'text'>()
    holds.set(agentId, known)
    return known
  }

  /** Facts with what they cannot have counted yet. */
  const effective = (): AgentFacts[] =>
    [...agents.values()].map(({ facts }) => {
      const held = [...holdsOf(facts.agentId).values()]
      return {
        ...facts,
        load: {
          voice: facts.load.voice + held.filter((g) => g === 'voice').length,
          text: facts.load.text + held.filter((g) => g === 'text').length,
        },
      }
    })

  const waiting = (): ModelContact[] => [...contacts.values()].filter((c) => c.state === 'waiting')

  function excluded(contact: ModelContact, agentId: string): boolean {
    if (!contact.refusedBy.has(agentId)) return false
    const group = groupOf(contact.channel)
    const others = effective().filter(
      (a) =>
        !contact.refusedBy.has(a.agentId) &&
        a.capacity[group] > 0 &&
        (a.routable[group] || a.load.voice + a.load.text > 0) &&
        meets(contact.requirement, a.attributes),
    )
    return others.length > 0
  }

  const bestAgent = (c: ModelContact) => chooseAgent(c, effective(), slots, (agentId) => excluded(c, agentId))
  const bestContact = (agentId: string) => {
    const facts = effective().find((a) => a.agentId === agentId)
    return facts ? chooseContact(facts, waiting(), slots, (id) => excluded(contacts.get(id)!, agentId)) : null
  }

  function reserve(c: ModelContact | null, agentId: string | undefined) {
    if (!c || agentId === undefined) return null
    for (;;) {
      const earlier = bestContact(agentId)
      if (!earlier || earlier.id === c.id) break
      c = earlier
      const other = bestAgent(c)?.agentId
      if (other === undefined || other === agentId) break
      agentId = other
    }
    c.state = 'reserved'
    c.agentId = agentId
    holdsOf(agentId).set(c.id, groupOf(c.channel))
    return { contactId: c.id, agentId }
  }

  const leave = (c: ModelContact) => {
    if (c.agentId) holdsOf(c.agentId).delete(c.id)
  }

  return {
    contacts,
    agents,
    waiting,
    enter: (c: MatchContact) => void contacts.set(c.id, { ...c, state: 'waiting', refusedBy: new Set() }),

    /** What PostgreSQL would count: contacts held, whatever this memory thinks. */
    loadOf(agentId: string) {
      const his = [...contacts.values()].filter((c) => c.state === 'held' && c.agentId === agentId)
      const voice = his.filter((c) => c.channel === 'voice').length
      return { voice, text: his.length - voice }
    },

    facts(facts: AgentFacts) {
      const mine = holdsOf(facts.agentId)
      for (const id of mine.keys()) if (contacts.get(id)?.state !== 'reserved') mine.delete(id)
      agents.set(facts.agentId, { facts, holds: mine })
    },

    forContact(id: string) {
      const c = contacts.get(id)
      return c?.state === 'waiting' ? reserve(c, bestAgent(c)?.agentId) : null
    },
    forAgent(agentId: string) {
      const c = bestContact(agentId)
      return c ? reserve(c, bestAgent(c)?.agentId ?? agentId) : null
    },
    any() {
      const first = waiting()
        .sort((a, b) => a.score - b.score)
        .find((c) => bestAgent(c) !== null)
      return first ? reserve(first, bestAgent(first)?.agentId) : null
    },

    firstIn: (state: ModelContact['state']) => [...contacts.values()].find((c) => c.state === state),

    confirm(c: ModelContact) {
      c.state = 'held'
      c.version += 1
    },
    release(c: ModelContact, exclude: boolean) {
      leave(c)
      if (exclude) c.refusedBy.add(c.agentId!)
      c.state = 'waiting'
      c.agentId = null
    },
    back(c: ModelContact, pardon: boolean): MatchContact {
      leave(c)
      if (!pardon) c.refusedBy.add(c.agentId!)
      c.state = 'waiting'
      c.agentId = null
      c.version += 1
      return { ...c, place: 'waiting' }
    },
    end(c: ModelContact): MatchContact {
      leave(c)
      c.state = 'gone'
      c.version += 1
      return { ...c, place: 'gone' }
    },
  }
}
