import type { FastifyInstance } from 'fastify'
import { accountabilityRoutes } from '../accountability/routes.ts'
import { createAccountability } from '../accountability/service.ts'
import type { Clock } from '../base/clock.ts'
import type { Pii } from '../base/pii.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Db } from '../db/pool.ts'
import { recordAccess } from '../staff/ledger.ts'
import { formatInstant, type Calendar } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import type { Statutes } from '../statutes/registry.ts'
import type { Attached, ContactInDossier } from '../work-orders/dossier-contract.ts'
import { dossierRoutes } from '../work-orders/dossier-routes.ts'
import { createDossiers } from '../work-orders/dossier-service.ts'
import type { RequesterFiles } from '../work-orders/attachments.ts'
import type { CallRecordings } from '../work-orders/recordings.ts'
import { createEvidence } from '../work-orders/evidence.ts'
import { createOwed } from '../work-orders/owed.ts'
import { owedRoutes } from '../work-orders/owed-routes.ts'

type Parts = {
  db: Db
  clock: Clock
  pii: Pii
  statute: Statute
  statutes: Statutes
  calendar: () => Calendar
  contacts: () => Pick<Contacts, 'find'>
  files: Pick<RequesterFiles, 'ofContacts'>
  recordings: Pick<CallRecordings, 'ofContacts'>
}

/** What follows the feedback of a unit: lists of what is owed, dossiers, accountability. */
export function createClosing(parts: Parts) {
  const { db, clock, pii, statute, statutes, calendar } = parts
  const owed = createOwed({ db, clock, statutes, record: recordAccess })
  const dossiers = createDossiers({
    db,
    clock,
    pii,
    statutes,
    record: recordAccess,
    contactsOf: async (ids) =>
      (await Promise.all(ids.map((id) => contactInDossier(parts, id)))).filter((c) => c !== null),
  })
  const accountability = createAccountability({
    db,
    clock,
    statute,
    statutes,
    orders: createEvidence({ clock, calendar, statutes }),
  })
  return {
    owed,
    dossiers,
    accountability,
    async staffRoutes(app: FastifyInstance): Promise<void> {
      await app.register(owedRoutes, { owed })
      await app.register(dossierRoutes, { dossiers })
      await app.register(accountabilityRoutes, { accountability })
    },
  }
}

/** A contact with what is attached to it; never an address or a word of it. */
export async function contactInDossier(
  { contacts, files, recordings }: Pick<Parts, 'contacts' | 'files' | 'recordings'>,
  id: string,
): Promise<ContactInDossier | null> {
  const contact = await contacts().find(id)
  if (!contact) return null
  const [sent, recorded] = await Promise.all([files.ofContacts([id]), recordings.ofContacts([id])])
  return {
    id,
    channel: contact.channel,
    receivedAt: formatInstant(contact.receivedAt),
    endedAt: contact.endedAt ? formatInstant(contact.endedAt) : null,
    attachments: [
      ...recorded.map((r) => attached({ ...r, at: r.storedAt })),
      ...sent.map((f) => attached({ ...f, kind: f.mime ?? 'file' })),
    ],
  }
}

const attached = (file: {
  id: string
  kind: string
  at: Date
  bytes: number | null
  sha256: string | null
}): Attached => ({
  id: file.id,
  kind: file.kind,
  at: formatInstant(file.at),
  bytes: file.bytes,
  sha256: file.sha256,
})
