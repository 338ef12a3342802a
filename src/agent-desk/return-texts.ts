import type { Actor } from '../base/actor.ts'
import type { DeskContacts, DeskOffers } from './ports.ts'

/** Gives the agent's open conversations back to the queue, at their old place: he signed out or was lost. */
export async function returnTexts(
  parts: { contacts: Pick<DeskContacts, 'door' | 'ofAgent'>; offers: Pick<DeskOffers, 'contactChanged'> },
  agentId: string,
  reason: 'drain' | 'agentLost',
  actor: Actor,
): Promise<void> {
  const { contacts, offers } = parts
  for (const contact of await contacts.ofAgent(agentId)) {
    if (contact.channel === 'voice' || !['active', 'held', 'consulting'].includes(contact.state)) continue
    const fact = { type: 'requeued', reason, of: agentId } as const
    const applied = await contacts.door.apply(contact.id, fact, { actor })
    if (applied.ok) await offers.contactChanged(contact.id)
  }
}
