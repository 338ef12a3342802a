import type { Statute } from '../../statutes/statute.ts'
import { citesOf, type Answer } from '../../statutes/types.ts'

/** PURE. What the statute itself says of analysis, warnings and reports. What it does not say is local policy. */
export type Basis = { cite: string | null; localPolicy: boolean; says: string }

export const basisOf = (answer: Answer<unknown>): Basis => ({
  cite: citesOf(answer),
  localPolicy: answer.basis === 'localPolicy',
  says: answer.says,
})

const said = (answer: Answer<unknown> | undefined): answer is Answer<unknown> =>
  answer !== undefined && answer.basis !== 'silent'

/** Regular analysis, report and warning: 鞍山 2019 第三十一条、草案第二十二条、白银第二十一条、丹东第二条（风险预警）. */
export function dutyToAnalyse({ topics: { dataUse } }: Statute): Basis {
  const answer = [dataUse['analysis'], dataUse['functions']].find(said)
  return answer
    ? basisOf(answer)
    : { cite: null, localPolicy: true, says: '本市规定没有写明数据分析，由平台自行开展' }
}

/** A possible emergency found by a person: the bodies concerned are warned at the same time (白银第二十条第一款). */
export function dutyToWarn(statute: Statute): Basis {
  const { incidentNotice } = statute.topics.referral
  return said(incidentNotice) ? basisOf(incidentNotice) : dutyToAnalyse(statute)
}

/** Assessment and its circulation (鞍山 2019 第三十五条、草案第十七条、白银第二十八条、丹东第三条). */
export function dutyToAssess({ topics: { assessment, rating } }: Statute): Basis {
  const answer = [assessment['periodic'], rating.indicators, assessment['roles']].find(said)
  return answer
    ? basisOf(answer)
    : { cite: null, localPolicy: true, says: '本市规定没有写明考核，由平台自行开展' }
}

/** What the statute measures everything by (鞍山 2019 第三条第一款: 以人民满意为唯一评价标准), or null. */
export function standardOf({ topics: { assessment } }: Statute): Basis | null {
  const answer = assessment['standard']
  return said(answer) ? basisOf(answer) : null
}

export type Recipient = { code: string; label: string }

const isRecipient = (value: unknown): value is Recipient =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Recipient).code === 'string' &&
  typeof (value as Recipient).label === 'string'

/**
 * To whom reports go by the statute: the topic `dataUse.reportsTo`, a list of labels. Where a statute has not written it
 * down, whoever issues the report names them.
 */
export function recipientsOf({ topics: { dataUse } }: Statute): { basis: Basis; recipients: Recipient[] } {
  const answer = dataUse['reportsTo']
  if (answer === undefined || answer.basis === 'silent') {
    const says = `${answer?.says ?? '条文没有列出报告的对象'}，由出具人填写`
    return { basis: { cite: null, localPolicy: true, says }, recipients: [] }
  }
  const value: unknown = answer.value
  return { basis: basisOf(answer), recipients: Array.isArray(value) ? value.filter(isRecipient) : [] }
}
