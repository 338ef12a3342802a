import type { Channel, Requirement } from '../contacts/model.ts'
import type { AgentFacts } from './ports.ts'

/**
 * PURE. Who may take a contact, and who does. The matcher does the same over precomputed sets in Redis: it takes rings
 * and eligibility from here, and a model test holds its choice against `chooseAgent` and `chooseContact`. Before an
 * offer is written `mayTake` decides once more, on fresh facts.
 */

/** Sms, wechat and web share an agent's text slots. */
export type ChannelGroup = 'voice' | 'text'

export const groupOf = (channel: Channel): ChannelGroup => (channel === 'voice' ? 'voice' : 'text')

/** After this wait (ms since the contact was queued) the named keys of a requirement no longer count. */
export type RingStep = { afterMs: number; relax: readonly string[] }

export type Relaxation = {
  steps: readonly RingStep[]
  /** A key whose requirement names one of these values is never relaxed, e.g. the confidential desk. */
  keep: Readonly<Record<string, readonly string[]>>
}

export type Ring = { afterMs: number; requirement: Requirement; signature: string }

/**
 * One text for all spellings of the same demand: keys and values sorted, repeated values and empty keys left out.
 * Used for requirements (signature) and for attributes of agents (profile) alike.
 */
export function signatureOf(demand: Readonly<Record<string, readonly string[]>>): string {
  const entries = Object.entries(demand)
    .map(([key, values]) => [key, [...new Set(values)].sort()] as const)
    .filter(([, values]) => values.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(entries)
}

/** The same demand read back from its signature. */
export const demandOf = (signature: string): Record<string, string[]> =>
  Object.fromEntries(JSON.parse(signature) as [string, string[]][])

/** All keys must hold; within one key any of the values will do. */
export const meets = (requirement: Requirement, attributes: Readonly<Record<string, string[]>>): boolean =>
  Object.entries(requirement).every(
    ([key, values]) => values.length === 0 || values.some((value) => attributes[key]?.includes(value)),
  )

/**
 * The widening rings of a requirement, narrowest first. A step that would change nothing makes no ring, so the number
 * of the ring says how often the demand was really relaxed.
 */
export function ringsOf(requirement: Requirement, { steps, keep }: Relaxation): Ring[] {
  const rings: Ring[] = [{ afterMs: 0, requirement, signature: signatureOf(requirement) }]
  const kept = (key: string, values: readonly string[]): boolean =>
    values.some((value) => keep[key]?.includes(value))
  let left = requirement
  for (const { afterMs, relax } of [...steps].sort((a, b) => a.afterMs - b.afterMs)) {
    left = Object.fromEntries(
      Object.entries(left).filter(([key, values]) => !relax.includes(key) || kept(key, values)),
    )
    const signature = signatureOf(left)
    if (signature !== rings.at(-1)?.signature) rings.push({ afterMs, requirement: left, signature })
  }
  return rings
}

export type SlotRules = {
  /** Whether an agent who speaks on the telephone may be offered a text as well. */
  textDuringVoice: boolean
  /** Slots above the text capacity that an emergency may use. Never for voice. */
  emergencyExtraText: number
}

export type ContactToMatch = {
  id: string
  channel: Channel
  /** Virtual arrival time, ms; the smallest is served first. */
  score: number
  /** The demand of the ring that counts now. */
  requirement: Requirement
  emergency: boolean
  stickyAgentId: string | null
}

type Slots = Pick<AgentFacts, 'capacity' | 'load' | 'routable'>

/** Free slots of an agent for ordinary contacts of the group. Voice only without any voice load. */
function freeSlots(agent: Slots, group: ChannelGroup, rules: SlotRules, extra: number): number {
  if (!agent.routable[group] || agent.capacity[group] <= 0) return 0
  if (group === 'voice') return agent.load.voice > 0 ? 0 : 1
  if (agent.load.voice > 0 && !rules.textDuringVoice) return 0
  return agent.capacity.text + extra - agent.load.text
}

/** A free slot of his own; an emergency's extra one is asked for separately. */
export const isFree = (agent: Slots, group: ChannelGroup, rules: SlotRules): boolean =>
  freeSlots(agent, group, rules, 0) > 0

/** Whether this agent may be offered this contact at all, the extra slot of an emergency included. */
export function mayTake(
  agent: Slots & Pick<AgentFacts, 'attributes'>,
  contact: ContactToMatch,
  rules: SlotRules,
): boolean {
  const extra = contact.emergency ? rules.emergencyExtraText : 0
  return (
    freeSlots(agent, groupOf(contact.channel), rules, extra) > 0 &&
    meets(contact.requirement, agent.attributes)
  )
}

/** Occupied slots over all channels: the level by which the least burdened agents are asked first. */
export const levelOf = (agent: Pick<AgentFacts, 'load'>): number => agent.load.voice + agent.load.text

/**
 * The agent for a contact: the sticky one if he is free → a free slot before an emergency's extra one → lowest
 * occupied level → longest idle → smallest id.
 * @param excluded agents who are not to be asked for this contact now
 */
export function chooseAgent<A extends AgentFacts>(
  contact: ContactToMatch,
  agents: readonly A[],
  rules: SlotRules,
  excluded: (agentId: string) => boolean = () => false,
): A | null {
  const group = groupOf(contact.channel)
  const able = agents.filter((agent) => mayTake(agent, contact, rules) && !excluded(agent.agentId))
  const free = able.filter((agent) => isFree(agent, group, rules))
  const sticky = free.find((agent) => agent.agentId === contact.stickyAgentId)
  if (sticky) return sticky
  const order = (a: A, b: A): number =>
    levelOf(a) - levelOf(b) || a.idleSinceMs - b.idleSinceMs || (a.agentId < b.agentId ? -1 : 1)
  return [...(free.length > 0 ? free : able)].sort(order)[0] ?? null
}

/**
 * The contact for an agent: the smallest score he may take, voice and text alike.
 * @param excluded contacts for which he is not to be asked now
 */
export function chooseContact<C extends ContactToMatch>(
  agent: AgentFacts,
  waiting: readonly C[],
  rules: SlotRules,
  excluded: (contactId: string) => boolean = () => false,
): C | null {
  return (
    waiting
      .filter((contact) => mayTake(agent, contact, rules) && !excluded(contact.id))
      .sort((a, b) => a.score - b.score || (a.id < b.id ? -1 : 1))[0] ?? null
  )
}
