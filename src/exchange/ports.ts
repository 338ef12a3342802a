import type { ExchangeOrder } from './contract.ts'

/** What the exchange needs of others; composed in `src/composition/matters.ts`. */

export type MatterOfPlatform = {
  id: string
  source: string
  sourceNumber: string | null
  contactId: string
  raisedAt: Date
  receivedAt: Date
  saidLookup: string | null
}

export type ExchangeMatters = {
  /** Commits a platform's matter into the queue; the same number again adds nothing. @throws Problem 422 */
  receive(
    platform: string,
    said: {
      number: string
      text: string
      phone: string | null
      raisedAt: string
      lookup: string
      requester: { kind?: string; name?: string; home?: string }
    },
  ): Promise<{ matter: MatterOfPlatform; repeated: boolean }>
  find(platform: string, number: string): Promise<MatterOfPlatform | null>
  byId(id: string): Promise<MatterOfPlatform | null>
  ofContacts(contactIds: readonly string[]): Promise<MatterOfPlatform[]>
  /** How people call the source. */
  labelOf(platform: string): string
}

/** Orders as anybody outside may know them: without requester and words. Tip-offs are not among them. */
export type ExchangeOrders = {
  /** @param platform who looks, for the access ledger; null: this program, to decide who has to hear */
  ofContact(contactId: string, platform: string | null): Promise<ExchangeOrder[]>
  byNumber(number: string, platform: string): Promise<ExchangeOrder | null>
  outcomesOf(contactId: string): Promise<{ type: string; cite: string | null }[] | null>
}
