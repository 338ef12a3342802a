import { toE164 } from '../base/phone.ts'
import type { Pii } from '../base/pii.ts'
import type { OrderRow } from './rows.ts'
import type { SealedIdentity } from './store.ts'

/** What a requester said of himself, as it is kept: sealed, and the last four digits as a keyed hash. */
export function sealIdentity(
  pii: Pii,
  said: { name?: string | undefined; home?: string | undefined; contact?: string | undefined },
): Pick<SealedIdentity, 'nameSealed' | 'homeSealed' | 'contactSealed' | 'lastFourLookup'> {
  const seal = (value: string | undefined): string | null => (value?.trim() ? pii.seal(value.trim()) : null)
  return {
    nameSealed: seal(said.name),
    homeSealed: seal(said.home),
    contactSealed: seal(said.contact),
    lastFourLookup: lastFourLookup(pii, said.contact),
  }
}

function lastFourLookup(pii: Pii, contact: string | undefined): string | null {
  const phone = contact ? toE164(contact) : null
  return phone ? pii.lookup('lastFour', phone.slice(-4)) : null
}

/** What of it is known, without any of it: rules ask no more. */
export const identityOf = (
  row: Pick<OrderRow, 'nameSealed' | 'homeSealed' | 'contactSealed' | 'confidentialityAsked'>,
) => ({
  name: row.nameSealed !== null,
  home: row.homeSealed !== null,
  contact: row.contactSealed !== null,
  confidentialityAsked: row.confidentialityAsked,
})
