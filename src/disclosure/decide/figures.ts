import type { Indicator } from '../../analysis/contract.ts'
import type { IssuedReport } from '../../analysis/report-contract.ts'
import type { Figure, PublicFigures } from '../contract.ts'

/**
 * PURE. The part of an issued report that the public gets: 受理及办理情况、诉求人的评价情况 (鞍山 2019 第十七条第二项、第三项). No
 * figures of single units, so that nobody makes a league table of them; no places and no numbers that one person could
 * stand behind.
 */

/** Fewer are not told. Local policy. */
export const fewestShown = 3

const ratingCodes = [
  'resolutionRate',
  'satisfiedRate',
  'fullySatisfiedRate',
  'averageStars',
  'reachedRate',
] as const
const handlingCodes = [
  'concludedRate',
  'onTimeRate',
  'onTimeOriginalRate',
  'responseRate',
  'forwardRate',
  'acknowledgeRate',
  'followUpRate',
  'extensionRate',
  'firstTimeRate',
  'handledAgainRate',
  'onlineAnswerRate',
  'connectionRate',
  'within15Rate',
  'averageWait',
  'textAnswerRate',
] as const

const figureOf = (i: Indicator): Figure => ({
  code: i.code,
  label: i.label,
  formula: i.formula,
  numerator: i.numerator,
  denominator: i.denominator,
  rate: i.rate,
  unit: i.unit,
  exclusions: i.exclusions.map(({ label, count }) => ({ label, count })),
  cite: i.cite,
  localPolicy: i.localPolicy,
  survey: i.survey ? { asked: i.survey.asked, answered: i.survey.answered } : null,
})

const countOf = ({ label, raised }: { label: string; raised: number }) => ({
  label,
  count: raised < fewestShown ? null : raised,
})

export function publicFiguresOf(report: IssuedReport): PublicFigures {
  const { composed } = report
  const { statute, volumes, twoTruths, topics, supervision } = composed.figures
  const chosen = (codes: readonly string[]): Figure[] =>
    codes.flatMap((code) => statute.total.filter((i) => i.code === code).map(figureOf))
  return {
    id: report.id,
    title: report.title,
    statute: statute.title,
    period: report.period,
    asOf: composed.asOf,
    issuedAt: report.issuedAt,
    edition: report.edition,
    because: report.because,
    formulas: composed.version,
    raised: volumes.total.raised,
    accepted: volumes.total.accepted,
    bySubject: volumes.bySubject.map(countOf),
    byChannel: volumes.byChannel.map(countOf),
    supervised: supervision.reduce((n, s) => n + s.opened, 0),
    handling: chosen(handlingCodes),
    ratings: chosen(ratingCodes),
    solved: {
      unitSays: numbersOf(twoTruths.unitSays),
      requesterSays: numbersOf(twoTruths.requesterSays),
      unanswered: twoTruths.unanswered,
    },
    // Complaints against one unit are no hot topic to be told.
    topics: topics
      .filter((topic) => topic.kind !== 'againstUnit')
      .map(({ title, requesters }) => ({ title, requesters })),
  }
}

const numbersOf = ({ numerator, denominator }: { numerator: number; denominator: number }) => ({
  numerator,
  denominator,
})

/** 97.5% (39/40), or 12/20 where a share would say more than is known. */
export function figureWords({ rate, numerator, denominator, unit }: Figure): string {
  const whole = (n: number): string => (Number.isInteger(n) ? String(n) : n.toFixed(1))
  const numbers = `${whole(numerator)}/${denominator}`
  if (denominator === 0) return '期内没有'
  if (rate === null) return `${numbers}（不足 30，不计算）`
  return unit === 'average' ? `${rate.toFixed(2)}（${numbers}）` : `${(rate * 100).toFixed(2)}%（${numbers}）`
}
