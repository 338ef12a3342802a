import type { Actor } from '../base/actor.ts'
import { newId } from '../base/ids.ts'
import type { Tx } from '../db/pool.ts'
import type { Requesters } from '../requesters/service.ts'
import { storeMessages } from './intake-store.ts'
import type { Screen } from './intake.ts'
import type { Door } from './door.ts'
import { insertMatterContact } from './matter-store.ts'
import { creditOf, type Contact, type Requirement } from './model.ts'

/**
 * Contacts of matters that nobody called or wrote in: letters, visits, other platforms. They have no line on which to
 * answer, so their channel is `web` and they have no address to send to.
 */
export type MatterContactDeps = {
  door: Pick<Door, 'applyIn'>
  requesters: Pick<Requesters, 'ensure'>
  screen: Screen
  requirementFor: (account: string) => Requirement
}

export type MatterContacts = ReturnType<typeof createMatterContacts>

export function createMatterContacts({ door, requesters, screen, requirementFor }: MatterContactDeps) {
  /** Whoever is named on paper has proven nothing: he is somebody new until a code or a call says otherwise. */
  async function stranger(tx: Tx): Promise<{ requesterId: string; lookup: string }> {
    const [made] = await requesters.ensure(tx, [{ kind: 'web', address: null }])
    return made!
  }

  return {
    /**
     * A matter that staff write down: its contact begins and ends with its registration, in the caller's transaction.
     * @param account where it came from, e.g. `letter`
     * @param receivedAt when the centre received it
     * @param register writes what came of it; a rejection undoes everything
     */
    async enter<R>(
      tx: Tx,
      matter: { contactId: string; account: string; receivedAt: Date; actor: Actor; agentId: string | null },
      register: (contact: Contact) => Promise<R>,
    ): Promise<R> {
      const { contactId, actor, ...rest } = matter
      const person = await stranger(tx)
      await insertMatterContact(tx, { id: contactId, ...rest, ...person, actor })
      const applied = await door.applyIn(tx, contactId, { type: 'registered' }, { actor })
      if (!applied.ok) throw new Error(`a new contact cannot be registered: ${applied.refused}`)
      return register(applied.contact)
    },

    /**
     * A matter from another platform: it waits for an agent like any other text, in the caller's transaction.
     * @param item.sealed the requester's telephone, sealed, where the platform gave one; nothing is ever sent to it
     */
    async queue(
      tx: Tx,
      item: {
        contactId: string
        account: string
        providerId: string
        text: string
        sealed: string | null
        receivedAt: Date
      },
    ): Promise<{ requesterId: string }> {
      const { contactId, account, providerId, text, sealed, receivedAt } = item
      const seen = screen(text)
      const { requesterId, lookup } = await stranger(tx)
      const at = receivedAt.toISOString()
      const [stored] = await storeMessages(tx, [
        {
          messageId: newId(),
          contactId,
          channel: 'web',
          account,
          lookup,
          sealed,
          requesterId,
          providerId,
          kind: 'text',
          body: text,
          raw: null,
          media: null,
          partial: false,
          providerTime: null,
          receivedAt: at,
          creditMs: creditOf(seen),
          emergency: seen.emergency,
          requirement: requirementFor(account),
        },
      ])
      if (!stored) throw new Error(`the matter ${account}/${providerId} lies in the ledger already`)
      return { requesterId }
    },
  }
}
