import type { Clock } from '../../base/clock.ts'
import type { Db } from '../../db/pool.ts'
import type { Calendar } from '../../statutes/calendar.ts'
import type { Statute } from '../../statutes/statute.ts'
import { formatInstant } from '../../statutes/calendar.ts'
import { clockView } from '../decide/clocks.ts'
import { ofUnit, seesAllUnits } from '../decide/rights.ts'
import type { Person } from '../model.ts'
import type { Remind, Supervise, Units } from '../ports.ts'
import { createReading } from '../reading.ts'
import { createWriting } from '../writing.ts'
import { createClocks } from './clocks.ts'
import type { DutyView } from './contract.ts'
import { createErrors } from './errors.ts'
import { createPolicies } from './policies.ts'
import { createUnitKnowledge } from './units.ts'

export type KnowledgeDutyParts = {
  db: Db
  clock: Clock
  /** The city's. */
  statute: Statute
  calendar: () => Calendar
  units: Units
  supervise: Supervise
  remind: Remind
}

export type KnowledgeDuties = ReturnType<typeof createKnowledgeDuties>

/** Everything that people do with the knowledge base besides searching it. */
export function createKnowledgeDuties(parts: KnowledgeDutyParts) {
  const { db, clock, statute } = parts
  const clocks = createClocks(parts)
  const errors = createErrors({ ...parts, clocks })
  const writing = createWriting({ ...parts, errors })
  return {
    reading: createReading(db, clock),
    writing,
    errors,
    policies: createPolicies({ ...parts, clocks, writing, errors }),
    units: createUnitKnowledge(parts),
    sweep: clocks.sweep,

    /** What waits for a unit, or for all units, the most urgent first. */
    async open(person: Person, unit: string | null, limit: number): Promise<DutyView[]> {
      const own = person.unit !== null && ofUnit(person, person.unit) ? person.unit : ''
      const rows = await clocks.open(seesAllUnits(person) ? unit : own, limit)
      return rows.map((c) => ({
        kind: c.kind,
        id: c.subjectId,
        unitCode: c.unitCode,
        about: c.about,
        clock: clockView(c, statute, clock()),
        remindedAt: c.remindedAt && formatInstant(c.remindedAt),
      }))
    },
  }
}
