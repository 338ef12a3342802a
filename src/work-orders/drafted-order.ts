import { newId } from '../base/ids.ts'
import type { Pii } from '../base/pii.ts'
import type { Statute } from '../statutes/statute.ts'
import { categoryOf, kindOf, missingElements } from './elements.ts'
import { sealIdentity } from './identity.ts'
import type { RegistrationContext } from './matter.ts'
import { orderNumber } from './number.ts'
import type { OrderDraft } from './registration-contract.ts'
import type { NewOrder } from './rows.ts'
import { levelOf } from './rules/confidentiality.ts'
import { nextSerial } from './store.ts'
import { gramsOf } from './write-events.ts'

/** The row of an order as its form says it, and which of the elements that the statute asks for it lacks. */
export async function draftedOrder(
  { pii, statute }: { pii: Pii; statute: Statute },
  c: RegistrationContext,
  draft: OrderDraft,
  parentId: string | null,
): Promise<{ order: NewOrder; missing: NewOrder['missing'] }> {
  const said = draft.requester
  const contact = said.contact?.trim() || c.matter.phone
  const kind = kindOf(statute, draft.kind)
  const category = categoryOf(statute, draft.category)
  const facts = draft.facts.trim()
  const title = draft.title?.trim() || [...facts].slice(0, 30).join('')
  const place = draft.place?.trim() || null
  // The desk's form always shows the choice, so both of its answers are answers.
  const confidentialityAsked = draft.confidential || draft.confidentialityWish !== undefined
  const missing = missingElements(statute, {
    kind,
    category,
    place,
    facts,
    name: said.name ?? null,
    home: said.home ?? null,
    contact,
    confidentialityAsked,
  })
  const order: NewOrder = {
    id: newId(),
    number: orderNumber(statute.numberPrefix, c.at, await nextSerial(c.tx)),
    registrationId: c.registrationId,
    parentId,
    statute: { slug: statute.slug, version: statute.version },
    state: 'registered',
    sourceChannel: c.matter.channel,
    raisedAt: c.matter.raisedAt,
    registeredAt: c.at,
    acceptedAt: null,
    concludedAt: null,
    mergedInto: null,
    handlingClass: draft.class ?? null,
    legs: [],
    procedures: [],
    audits: [],
    followUps: [],
    rating: null,
    kind,
    category,
    title,
    facts,
    place,
    requesterId: c.matter.requesterId,
    requesterKind: said.kind ?? 'naturalPerson',
    ...sealIdentity(pii, { ...said, contact: contact ?? undefined }),
    careGroups: said.careGroups ?? [],
    confidential: levelOf(kind, draft.confidential),
    confidentialityWish: draft.confidentialityWish?.trim() || null,
    confidentialityAsked,
    urgent: draft.urgent ?? false,
    incident: draft.incident ?? null,
    accusedUnitId: draft.accusedUnit ?? null,
    accusedStaffId: draft.accusedStaff ?? null,
    missing,
    grams: gramsOf({ title, place }),
  }
  return { order, missing }
}
