import { formatInstant } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import type { RecordView, WindowView } from './contract.ts'
import {
  actsOf,
  countsUntil,
  mitigationsOf,
  type AccountabilityRecord,
  type Choice,
  type Repetition,
} from './model.ts'

/** How records and windows look from outside. */
const named = (choices: readonly Choice[], code: string): Choice =>
  choices.find((c) => c.code === code) ?? { code, label: code }

export function recordView(
  r: AccountabilityRecord,
  correctedBy: string | null,
  statute: Statute,
): RecordView {
  const { choices } = mitigationsOf(statute)
  return {
    id: r.id,
    unit: r.unit,
    statute: r.statute,
    ground: named(actsOf(statute).choices, r.ground),
    order: r.orderNumber,
    decidedBy: r.decidedBy,
    document: r.document,
    decidedOn: r.decidedOn,
    outcome: r.outcome,
    mitigation: r.mitigation.map((m) => named(choices, m)),
    note: r.note,
    cite: r.cite,
    corrects: r.corrects,
    correctedBy,
    withdrawn: r.withdrawn,
    correctionReason: r.correctionReason,
    recordedBy: r.recordedBy,
    recordedAt: formatInstant(r.recordedAt),
  }
}

export function windowView(
  unit: string | null,
  records: readonly AccountabilityRecord[],
  repetition: Repetition,
): WindowView {
  const { atLeast, cite } = repetition
  const passClues = records.length >= atLeast
  return {
    unit,
    count: records.length,
    atLeast,
    passClues,
    says: passClues
      ? `一年之内已被责任追究${records.length}次，应当向纪委监委移交线索`
      : `一年之内被责任追究${records.length}次，满${atLeast}次的移交线索`,
    cite,
    records: records.map((r) => ({
      id: r.id,
      order: r.orderNumber,
      decidedOn: r.decidedOn,
      countsUntil: countsUntil(r, repetition),
    })),
  }
}
