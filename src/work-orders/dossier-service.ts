import { createHash } from 'node:crypto'
import type { Actor, Role } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import type { Pii } from '../base/pii.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Db } from '../db/pool.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import { attachmentsOf } from './attachment-store.ts'
import type { ContactInDossier, Dossier } from './dossier-contract.ts'
import { deadlinesOf } from './deadline-store.ts'
import { dossierOf, withheld } from './dossier.ts'
import type { Keep } from './looking.ts'
import * as reads from './reads-store.ts'
import { handedOn, onwardOf, onwardRoles } from './rules/onward.ts'
import { openIdentity } from './view.ts'
import { insightOf, scopeOf, type Viewer } from './visibility.ts'

export type DossierServiceParts = {
  db: Db
  clock: Clock
  pii: Pii
  statutes: Statutes
  /** The access ledger. */
  record: Keep
  /** The contacts that an order came from or was joined by, with their files and recordings; never an address. */
  contactsOf: (ids: readonly string[]) => Promise<ContactInDossier[]>
}

type Ask = { to: string; identity: boolean; basis: string | null }

/** Exports dossiers: each is on the access ledger, or there is none. */
export function createDossiers({ db, clock, pii, statutes, record, contactsOf }: DossierServiceParts) {
  return {
    /** @throws Problem 403 | 404 | 409 | 422 */
    async export(number: string, ask: Ask, viewer: Viewer): Promise<{ dossier: Dossier; digest: string }> {
      if (!viewer.roles.some((role) => onwardRoles.includes(role)))
        throw problem(403, 'roleMissing', '没有权限', '卷宗由督办、中心负责人、办公室或者保密席导出。')
      const row = await reads.findOrder(db, storable(number), scopeOf(viewer))
      const statute = row && statutes.of(row.statute.slug)
      if (!row || !statute || !insightOf(row, viewer, statute))
        throw problem(404, 'unknownOrder', '没有这张办理单', '请核对编号，或返回列表重新查找。')
      const onward = onwardOf(statute, ask.to)
      if (!onward)
        throw problem(422, 'recipientUnknown', '本市规定没有这一移送去向', '请从可以移送的去向中选择。')
      if (!handedOn(row).some((p) => p.said.to === ask.to))
        throw problem(409, 'notHandedOn', '这张办理单没有移送该机关', '请先办理移送，再导出卷宗。', {
          ...(onward.cite ? { cite: onward.cite } : {}),
        })
      const by = wearing(viewer)
      const why = withheld({ row, onward, ask, by })
      // Whoever asks for an identity and may not have it hears so, instead of a dossier that lacks it.
      if (ask.identity && why !== null) throw problem(403, 'identityWithheld', '不能提供诉求人身份', why)
      const [events, clocks, contacts, files] = await Promise.all([
        reads.eventsOf(db, row.id),
        deadlinesOf(db, [row.id]),
        contactsOf(row.contactIds),
        attachmentsOf(db, row.id),
      ])
      const dossier = dossierOf({
        row,
        events,
        clocks,
        contacts,
        attachments: files.map((f) => ({
          id: f.id,
          kind: f.mime,
          at: formatInstant(f.addedAt),
          bytes: f.bytes,
          sha256: f.sha256,
        })),
        identity: openIdentity(row, pii),
        statute,
        onward,
        ask,
        by,
        at: clock(),
      })
      const digest = digestOf(dossier)
      const shown = why === null ? 'full' : 'redacted'
      await record(db, {
        actor: by,
        action: 'export',
        subject: { kind: 'workOrder', id: row.number },
        requesterId: row.requesterId,
        ...(ask.basis === null ? {} : { reason: storable(ask.basis) }),
        data: {
          to: ask.to,
          digest,
          fields: { content: shown, ...(why === null ? { identity: 'full', contact: 'full' } : {}) },
        },
      })
      return { dossier, digest }
    },
  }
}

/** SHA-256 of the JSON without white space and with sorted keys (as RFC 8785), so that its receiver can compute it. */
export const digestOf = (dossier: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(JSON.parse(JSON.stringify(dossier)))))
    .digest('hex')

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}

export type Dossiers = ReturnType<typeof createDossiers>

/** The hat under which he exports: the confidential desk's first, because only it opens a tip-off's author. */
function wearing({ actor, roles }: Viewer): Actor {
  const order: readonly Role[] = ['confidentialDesk', ...onwardRoles]
  const hat = order.find((role) => roles.includes(role))
  return actor.kind === 'staff' && hat ? { ...actor, role: hat } : actor
}
