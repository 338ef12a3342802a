import type { Contact } from '../contacts/model.ts'
import type { Matcher, Reservation } from './matcher.ts'
import type { Offering } from './offering.ts'

/** Turns what the matcher reserves into offers, until nobody it was asked about fits anybody. */
export type Pairing = {
  /** Looks for an agent for a contact that waits. */
  matchContact(contactId: string): Promise<void>
  /** Fills the room of an agent. */
  matchAgent(agentId: string): Promise<void>
  /** Matches until no waiting contact and no free agent fit each other. */
  matchAll(): Promise<void>
}

export type PairingDeps = {
  matcher: Pick<Matcher, 'reserveForContact' | 'reserveForAgent' | 'reserveAny' | 'confirm' | 'release'>
  offering: Pick<Offering, 'make'>
  /** Tells the matcher the truth about a contact; what follows from it is not waited for. */
  lookAside: (contactId: string) => Promise<void>
  /** The same of an agent. */
  refreshAgent: (agentId: string) => Promise<unknown>
  /** The matcher knows of the offer that this contact has now. */
  confirmed: (contact: Contact) => void
  /** An agent's facts have to be read anew and matched, which nobody waits for. */
  agentInDoubt: (agentId: string) => void
}

/** A fuse: one call goes on no longer than this, whatever others do meanwhile. */
const rounds = 200
/** Offers made side by side when everything is matched at once. */
const lanes = 4

export function createPairing({
  matcher,
  offering,
  lookAside,
  refreshAgent,
  confirmed,
  agentInDoubt,
}: PairingDeps): Pairing {
  /**
   * Makes the offer, or puts the matcher right about why there is none.
   * @param again this pair was refused before: somebody else first, or it would come up for ever
   */
  async function tryPair(pair: Reservation, again: boolean): Promise<boolean> {
    let made
    try {
      made = await offering.make(pair)
    } catch (error) {
      // If this fails too, the reservation lapses by itself.
      await matcher.release(pair, false).catch(() => {})
      throw error
    }
    if (made.made) {
      if (await matcher.confirm(pair, made.contact.version)) agentInDoubt(pair.agentId)
      confirmed(made.contact)
      return true
    }
    // First the truth, then the release: otherwise the same pair would come up at once.
    if (made.why === 'contactGone') await lookAside(pair.contactId)
    else await refreshAgent(pair.agentId)
    await matcher.release(pair, again || made.why === 'rival')
    if (again) await lookAside(pair.contactId)
    return false
  }

  async function repeat(reserve: () => Promise<Reservation | null>, done: (pair: Reservation) => boolean) {
    const refused = new Set<string>()
    for (let round = 0; round < rounds; round += 1) {
      const pair = await reserve()
      if (!pair) return
      const name = `${pair.contactId} ${pair.agentId}`
      if (await tryPair(pair, refused.has(name))) {
        if (done(pair)) return
      } else refused.add(name)
    }
  }

  return {
    matchContact: (contactId) =>
      // A pair that comes first may be served on the way; the contact itself comes after it.
      repeat(
        () => matcher.reserveForContact(contactId),
        (pair) => pair.contactId === contactId,
      ),

    matchAgent: (agentId) =>
      repeat(
        () => matcher.reserveForAgent(agentId),
        () => false,
      ),

    async matchAll() {
      let made: boolean
      const lane = () =>
        repeat(
          () => matcher.reserveAny(),
          () => {
            made = true
            return false
          },
        )
      do {
        made = false
        await Promise.all(Array.from({ length: lanes }, lane))
      } while (made)
    },
  }
}
