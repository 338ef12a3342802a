import type { Statute } from '../../statutes/statute.ts'
import { citesOf, type Answer } from '../../statutes/types.ts'
import type { Indicator } from '../contract.ts'
import type { Tally } from '../model.ts'
import { basisOf, standardOf, type Basis } from './duty.ts'

/**
 * PURE. From what was counted to what is shown. The statutes name indicators and give no formulas: every formula here is
 * the centre's own and is printed beside its figure, with both numbers and what was left out.
 */

/** Rises whenever a formula changes: a frozen report says by which it was counted. */
export const figuresVersion = 'figures-1'

/** Below this a share says more than is known: the two numbers are shown. */
export const fewest = 30

type Definition = {
  code: string
  measure: string
  label: string
  formula: string
  unit?: 'average'
  /** The limit it is measured against; where the statute is silent on it there is no such indicator. */
  limit?: (statute: Statute) => Answer<unknown>
  /** Not asked for where this is silent. */
  needs?: (statute: Statute) => Answer<unknown>
  survey?: true
}

const definitions: readonly Definition[] = [
  {
    code: 'concludedRate',
    measure: 'concluded',
    label: '办结率',
    formula: '期内受理、统计时已办结的件数 ÷ 期内受理的件数',
  },
  {
    code: 'onTimeRate',
    measure: 'onTime',
    label: '按时办结率（含延期）',
    formula: '到期前反馈结果的主办派单数 ÷ 期内到期（含延期后的期限）的主办派单数',
    limit: ({ topics }) => topics.handlingLimit.handle,
  },
  {
    code: 'onTimeOriginalRate',
    measure: 'onTimeOriginal',
    label: '按时办结率（不含延期）',
    formula: '原期限届满前反馈结果的主办派单数 ÷ 期内原期限届满的主办派单数',
    limit: ({ topics }) => topics.handlingLimit.handle,
  },
  {
    code: 'responseRate',
    measure: 'response',
    label: '响应率',
    formula: '期限内联系诉求人的主办派单数 ÷ 期内联系期限届满的主办派单数',
    limit: ({ topics }) => topics.handlingLimit.firstContact,
  },
  {
    code: 'resolutionRate',
    measure: 'resolution',
    label: '解决率',
    formula: '诉求人答复已解决的件数 ÷ 诉求人作出答复的件数（以期内最后一次答复为准）',
    survey: true,
  },
  {
    code: 'satisfiedRate',
    measure: 'satisfied',
    label: '满意率',
    formula: '诉求人答复满意或者基本满意的件数 ÷ 诉求人作出评价的件数（以期内最后一次评价为准）',
    survey: true,
  },
  {
    code: 'fullySatisfiedRate',
    measure: 'fullySatisfied',
    label: '满意率（不含基本满意）',
    formula: '诉求人答复满意的件数 ÷ 诉求人作出评价的件数（以期内最后一次评价为准）',
    survey: true,
  },
  {
    code: 'averageStars',
    measure: 'stars',
    label: '平均星级',
    formula: '期内评定的星级之和 ÷ 期内评定的件数',
    unit: 'average',
    needs: ({ topics }) => topics.rating.stars,
  },
  {
    code: 'followUpRate',
    measure: 'followUp',
    label: '回访率',
    formula: '期内办结、统计时已回访的件数 ÷ 期内办结的件数',
  },
  {
    code: 'reachedRate',
    measure: 'survey',
    label: '有效回访率',
    formula: '联系到诉求人的件数 ÷ 期内回访的件数',
  },
  {
    code: 'extensionRate',
    measure: 'extension',
    label: '延期率',
    formula: '期内办结且延过期的件数 ÷ 期内办结的件数',
  },
  {
    code: 'firstTimeRate',
    measure: 'firstTime',
    label: '一次性办结率',
    formula: '没有退回或者再次办理的件数 ÷ 期内办结的件数',
  },
  {
    code: 'sendBackRate',
    measure: 'sendBack',
    label: '退单率',
    formula: '承办单位申请退回的派单数 ÷ 期内派出的派单数',
  },
  {
    code: 'redispatches',
    measure: 'redispatch',
    label: '重派次数',
    formula: '期内改派其他主办单位的次数 ÷ 期内派单的件数',
    unit: 'average',
  },
  {
    code: 'handledAgainRate',
    measure: 'handledAgain',
    label: '重办率',
    formula: '回访后交承办单位再次办理的件数 ÷ 期内回访的件数',
  },
  {
    code: 'forwardRate',
    measure: 'forward',
    label: '及时转派率',
    formula: '期限内转承办单位的件数 ÷ 期内转派期限届满的件数',
    limit: ({ topics }) => topics.dispatch.forward,
  },
  {
    code: 'acknowledgeRate',
    measure: 'acknowledge',
    label: '按时接收率',
    formula: '期限内接收的派单数 ÷ 期内接收期限届满的派单数',
    limit: ({ topics }) => topics.handlingLimit.acknowledge,
  },
  {
    code: 'onlineAnswerRate',
    measure: 'answered',
    label: '在线解答率',
    formula: '当场答复的事项数 ÷ 期内登记的答复和办理单之和',
  },
]

/** Of calls and texts as a whole: they belong to no unit and no category. */
const ofContacts: readonly Definition[] = [
  {
    code: 'connectionRate',
    measure: 'connected',
    label: '接通率',
    formula: '人工接听的来电数 ÷ 期内转人工的来电数（GB/T 33358：任意 24 小时不低于 95%）',
  },
  {
    code: 'within15Rate',
    measure: 'within15',
    label: '15 秒接通率',
    formula: '等候不超过 15 秒的接听数 ÷ 人工接听的来电数（GB/T 33358）',
  },
  {
    code: 'serviceLevel15',
    measure: 'serviceLevel',
    label: '15 秒服务水平',
    formula: '（15 秒内接听 + 15 秒内放弃）÷（接听 + 放弃）',
  },
  {
    code: 'averageWait',
    measure: 'wait',
    label: '平均等待时长（秒）',
    formula: '已接听来电的等候秒数之和 ÷ 人工接听的来电数',
    unit: 'average',
  },
  {
    code: 'averageAbandonedWait',
    measure: 'abandonedWait',
    label: '放弃前平均等待时长（秒）',
    formula: '放弃来电的等候秒数之和 ÷ 放弃的来电数',
    unit: 'average',
  },
  {
    code: 'textAnswerRate',
    measure: 'textAnswered',
    label: '非电话 3 分钟响应率',
    formula: '3 分钟内首次答复的短信、微信会话数 ÷ 期内收到的会话数（GB/T 33358）',
  },
]

const exclusionLabels: Readonly<Record<string, string>> = {
  merged: '并入其他办理单',
  transferred: '移交其他机关',
  terminated: '终止办理',
  voided: '到期前不再由该单位承办或者不再需要',
  coUnits: '协办单位的派单',
  notReached: '没有联系到诉求人',
  noAnswer: '诉求人没有表态',
  referred: '引导至其他渠道',
  refused: '不予受理',
  appended: '并入已有办理单的来电',
  shortAbandon: '5 秒内挂断',
  waiting: '仍在等候',
}

const silentOn = (statute: Statute, d: Definition): Answer<unknown> | null => {
  const found = [d.limit?.(statute), d.needs?.(statute)].find((answer) => answer?.basis === 'silent')
  return found ?? null
}

/** Indicators that this statute gives no ground for, with what it says of that. */
export const absentOf = (statute: Statute): { code: string; label: string; says: string }[] =>
  definitions.flatMap((d) => {
    const silent = silentOn(statute, d)
    return silent ? [{ code: d.code, label: d.label, says: silent.says }] : []
  })

/** The article that makes an indicator the statute's own, or null. */
export function citeOfIndicator(statute: Statute, code: string): string | null {
  const { indicators, components } = statute.topics.rating
  if (indicators.basis !== 'silent' && indicators.value.some((named) => named.code === code))
    return citesOf(indicators)
  if (code === 'averageStars') return citesOf(components)
  return code === 'satisfiedRate' ? (standardOf(statute)?.cite ?? null) : null
}

const rateOf = (numerator: number, denominator: number): number | null =>
  denominator < fewest ? null : Math.round((numerator / denominator) * 10_000) / 10_000

/** A share with both numbers, and the quotient only where it means something. */
export const share = (
  numerator: number,
  denominator: number,
): { numerator: number; denominator: number; rate: number | null } => ({
  numerator,
  denominator,
  rate: rateOf(numerator, denominator),
})

function indicator(d: Definition, tally: Tally | undefined, statute: Statute, period: string): Indicator {
  const { numerator = 0, denominator = 0, excluded = {} } = tally ?? {}
  const rate = rateOf(numerator, denominator)
  const cite = citeOfIndicator(statute, d.code)
  const limit: Basis | null = d.limit ? basisOf(d.limit(statute)) : null
  return {
    code: d.code,
    label: d.label,
    formula: d.formula,
    unit: d.unit ?? 'share',
    numerator,
    denominator,
    rate,
    shownAs: rate === null ? 'count' : 'rate',
    period,
    exclusions: Object.entries(excluded).flatMap(([code, count]) =>
      count > 0 ? [{ code, label: exclusionLabels[code] ?? code, count }] : [],
    ),
    cite,
    localPolicy: cite === null,
    limit,
  }
}

/**
 * The indicators of one group.
 * @param tallies of that group only
 */
export function indicatorsOf(tallies: readonly Tally[], statute: Statute, period: string): Indicator[] {
  const of = (measure: string): Tally | undefined => tallies.find((t) => t.measure === measure)
  return definitions
    .filter((d) => silentOn(statute, d) === null)
    .map((d) => {
      const made = indicator(d, of(d.measure), statute, period)
      if (d.survey) {
        const asked = of('survey')?.denominator ?? 0
        made.survey = { asked, answered: made.denominator, rate: rateOf(made.denominator, asked) }
      }
      if (d.code === 'followUpRate') {
        const target = followUpTarget(statute)
        if (target) made.target = target
      }
      return made
    })
}

/** The share that is called back: all, or the sample of the statute or the centre (丹东 第十四条: 抽查). */
function followUpTarget({ topics: { followUp } }: Statute): Indicator['target'] | null {
  const { coverage, rate } = followUp
  if (coverage.basis === 'silent') return null
  if (coverage.value === 'all') return { value: 1, basis: basisOf(coverage) }
  return rate.basis === 'silent' ? null : { value: rate.value, basis: basisOf(rate) }
}

export const contactIndicatorsOf = (
  tallies: readonly Tally[],
  statute: Statute,
  period: string,
): Indicator[] =>
  ofContacts.map((d) =>
    indicator(
      d,
      tallies.find((t) => t.measure === d.measure),
      statute,
      period,
    ),
  )
