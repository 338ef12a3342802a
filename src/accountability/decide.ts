import { formatDay, parseDay, type Day } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import { actsOf, mitigationsOf, type Outcome } from './model.ts'

/** PURE. Whether a decision can be recorded as it was said. */
export type Said = {
  unit: string | null
  ground: string
  decidedBy: string
  decidedOn: string
  outcome: Outcome
  mitigation: readonly string[]
}

/** What is known of the order that shows it. */
export type Evidence = {
  /** Units that had it or are complained about in it. */
  units: readonly string[]
  /** `YYYY-MM-DD` of its registration. */
  registeredOn: string
}

export type Refused = { refused: string; title: string; detail: string; cite: string | null }

const refuse = (refused: string, title: string, detail: string, cite: string | null): Refused => ({
  refused,
  title,
  detail,
  cite,
})

/** @returns why it cannot be recorded, or null */
export function judge(said: Said, statute: Statute, evidence: Evidence, today: Day): Refused | null {
  const { choices, cite } = actsOf(statute)
  if (!choices.some((c) => c.code === said.ground))
    return refuse(
      'groundUnknown',
      '没有这一责任追究情形',
      `请选择：${choices.map((c) => c.label).join('、')}。`,
      cite,
    )
  if (said.unit !== null && !evidence.units.includes(said.unit))
    return refuse(
      'unitNotOnOrder',
      '该单位与这张办理单无关',
      '请核对编号；被追究的单位应当是承办单位或者被投诉的单位。',
      cite,
    )
  const day = parseDay(said.decidedOn)
  if (day === null || day > today)
    return refuse(
      'decidedOnImpossible',
      '决定日期不对',
      `请填写决定作出的日期，不晚于${formatDay(today)}。`,
      cite,
    )
  if (said.decidedOn < evidence.registeredOn)
    return refuse(
      'decidedBeforeOrder',
      '决定日期早于办理单登记的日期',
      `办理单登记于${evidence.registeredOn}，请核对编号和日期。`,
      cite,
    )
  return judgeMitigation(said, statute)
}

function judgeMitigation({ outcome, mitigation }: Said, statute: Statute): Refused | null {
  const { choices, cite } = mitigationsOf(statute)
  if (mitigation.some((m) => !choices.some((c) => c.code === m)))
    return refuse(
      'mitigationUnknown',
      '没有这一从轻、减轻或者免于追究的情形',
      choices.length > 0
        ? `请选择：${choices.map((c) => c.label).join('、')}。`
        : '本市规定没有列出从轻、减轻的情形，请去掉后重新提交。',
      cite,
    )
  if (outcome !== 'held' && mitigation.length === 0)
    return refuse(
      'mitigationMissing',
      '从轻、减轻或者免于追究，却没有写明情形',
      '请选择从轻、减轻或者免于追究的情形，或者改为追究。',
      cite,
    )
  return outcome === 'held' && mitigation.length > 0
    ? refuse(
        'mitigationIgnored',
        '有从轻、减轻或者免于追究的情形，却没有从轻',
        '具备这些情形的应当从轻、减轻或者免于追究，请核对决定。',
        cite,
      )
    : null
}
