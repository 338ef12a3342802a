import { newId } from '../../base/ids.ts'
import type { Place } from '../../base/cursor.ts'
import type { Db } from '../../db/pool.ts'
import { formatInstant } from '../../statutes/calendar.ts'
import type { Duty } from '../model.ts'
import type { SupervisionMatter } from '../ports.ts'
import type { Supervise } from '../ports.ts'
import type { KnowledgeSupervision } from './contract.ts'
import * as store from './supervision-store.ts'

/** Keeps this slice's supervision matters itself, for a hotline whose supervision is not kept elsewhere. */
export function createKnowledgeSupervision(db: Db) {
  const supervise: Supervise = (tx, matter: SupervisionMatter) => store.insertMatter(tx, newId(), matter)
  return {
    supervise,
    async list(f: { unit?: string; before: Place | null; limit: number }) {
      const rows = await store.listMatters(db, { ...f, unit: f.unit ?? null })
      return { rows, views: rows.map(viewOf) }
    },
  }
}

export type KnowledgeSupervisions = ReturnType<typeof createKnowledgeSupervision>

const viewOf = (m: store.MatterRow): KnowledgeSupervision => ({
  id: m.id,
  unitCode: m.unitCode,
  trigger: m.trigger,
  subject: {
    kind: m.kind satisfies Duty,
    id: m.subjectId,
    about: m.about,
    term: m.term,
    termCite: m.termCite,
    due: formatInstant(m.due),
  },
  cite: m.cite,
  at: formatInstant(m.at),
})
