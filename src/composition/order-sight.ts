import { deskStates, type DeskOrders } from '../agent-desk/ports.ts'
import type { Actor } from '../base/actor.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Requesters } from '../requesters/service.ts'
import type { Viewer, WorkOrders } from '../work-orders/service.ts'

/** Joins orders, which know who may see what, to the slices that know who somebody is and whom he talks with. */

type UnitsOf = (tx: Tx, ids: readonly string[]) => Promise<Map<string, string | null>>

/** Orders on the desk's screens: nothing against the agent whose screen it is, or his unit. */
export function deskOrders(workOrders: WorkOrders, db: Db, unitsOf: UnitsOf): DeskOrders {
  async function viewerOf(agentId: string): Promise<Viewer> {
    const actor: Actor = { kind: 'staff', id: agentId, role: 'agent' }
    return { actor, roles: ['agent'], unitCode: (await unitsOf(db, [agentId])).get(agentId) ?? null }
  }
  return {
    openOrdersOf: async (requesterIds, agentId) =>
      workOrders.openOrdersOf(requesterIds, await viewerOf(agentId)),
    recentOrdersOf: async (requesterIds, limit, agentId) =>
      workOrders.recentOrdersOf(requesterIds, limit, await viewerOf(agentId)),
    contactsToHide: async (contactIds, agentId) =>
      workOrders.contactsToHide(contactIds, await viewerOf(agentId)),
  }
}

/** Requesters on the agent's desk now, with everybody proven to be the same person unless the matter is confidential. */
export const talksWith =
  (contacts: () => Pick<Contacts, 'ofAgent'>, requesters: Pick<Requesters, 'samePerson'>) =>
  async (agentId: string): Promise<string[]> => {
    // Whom staff have called out stays behind the masked line, also while they speak with him.
    const open = (await contacts().ofAgent(agentId)).filter(
      (c) => c.direction === 'inbound' && deskStates.includes(c.state),
    )
    const people = await Promise.all(
      open.map(async (c) => (c.confidential ? [c.requesterId] : requesters.samePerson(c.requesterId))),
    )
    return [...new Set(people.flat())]
  }
