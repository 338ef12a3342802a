import type { Statute } from '../statutes/statute.ts'
import { citesOf } from '../statutes/types.ts'
import type { FigureReader } from '../work-orders/figures.ts'
import { problem } from '../base/problem.ts'
import { periodOf } from './counting.ts'
import type { Selected, Signal, TopicView } from './contract.ts'
import { basisOf, dutyToAnalyse } from './decide/duty.ts'
import { share } from './decide/indicators.ts'
import { comingWeeks, lastYear, recentDays } from './decide/period.ts'
import { labelOfSubject, riskLabels, subjectBy } from './decide/risks.ts'
import {
  lateLabelHours,
  lateLabels,
  massClosings,
  ownFollowUps,
  pingPong,
  pingPongs,
  signalLabels,
  type Sign,
} from './decide/signals.ts'
import { ordersOf, topicsOfPeriod } from './decide/topics.ts'
import { linesOf, periodView } from './lines.ts'
import type { Period, Raise, Topic } from './model.ts'
import type { AnalysisParts } from './ports.ts'

/** What lies behind the figures: hot topics, seasons, signs of gaming, and what deputies may be asked to look at. */
export type Looking = ReturnType<typeof createLooking>

type Names = { statute: Statute; units: ReadonlyMap<string, string> }

/** Last year's rise from these weeks to the coming ones that counts as seasonal. Local policy. */
const seasonalRise = { by: 1.5, atLeast: 5 }

/** A unit whose requesters are satisfied less often is proposed for deputies' supervision. Local policy. */
const lowSatisfaction = 0.8
const ineffectiveTimes = 2

export function createLooking({ clock, statute, figures }: AnalysisParts) {
  const windowOf = (period: Pick<Period, 'from' | 'to'>, asOf: Date) => ({
    statute: statute.slug,
    from: period.from,
    to: period.to,
    asOf,
    by: null,
    unit: null,
    category: null,
    place: null,
  })

  const raisesIn = (
    reader: FigureReader,
    { from, to }: Pick<Period, 'from' | 'to'>,
    asOf: Date,
    which: 'all' | 'againstUnits' = 'all',
  ): Promise<{ raises: Raise[]; complete: boolean }> =>
    reader.raises({ statute: statute.slug, from, to, asOf }, which)

  /** Orders raised, by subject. */
  async function countsIn(reader: FigureReader, period: Pick<Period, 'from' | 'to'>, asOf: Date) {
    const rows = await reader.volumes({ ...windowOf(period, asOf), by: subjectBy(statute) })
    return new Map(rows.map((r) => [r.key, r.raised]))
  }

  function topicView(topic: Topic, names: Names, before: ReadonlyMap<string, number> | null): TopicView {
    const { key, kind, risk, subject, place, words, unit, requesters, open, threshold } = topic
    return {
      key,
      kind,
      title: titleOf(topic, names),
      risk,
      riskLabel: risk && riskLabels[risk],
      subject: subject === null ? null : labelOfSubject(names.statute, subject),
      place,
      words,
      unit: unit === null ? null : (names.units.get(unit) ?? unit),
      requesters,
      orderCount: ordersOf(topic).length,
      open,
      threshold,
      lastYear: subject === null || before === null ? null : (before.get(subject) ?? 0),
    }
  }

  async function seasonIn(reader: FigureReader, weeks: number, now: Date) {
    const recent = recentDays(now, weeks * 7)
    const ahead = comingWeeks(now, weeks)
    const current = await countsIn(reader, recent, now)
    const before = await countsIn(reader, lastYear(recent), now)
    const then = await countsIn(reader, lastYear(ahead), now)
    return [...new Set([...current.keys(), ...before.keys(), ...then.keys()])]
      .filter((key) => key !== '')
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .map((subject) => {
        const [lastYearCount, lastYearAhead] = [before.get(subject) ?? 0, then.get(subject) ?? 0]
        return {
          subject,
          label: labelOfSubject(statute, subject),
          now: current.get(subject) ?? 0,
          lastYear: lastYearCount,
          lastYearAhead,
          rises: lastYearAhead >= seasonalRise.atLeast && lastYearAhead >= seasonalRise.by * lastYearCount,
        }
      })
  }

  async function signalsIn(reader: FigureReader, period: Period, now: Date): Promise<Sign[]> {
    const window = windowOf(period, now)
    return [
      ...massClosings(await reader.closings(window)),
      ...pingPongs(await reader.wanderings(window, pingPong)),
      ...lateLabels(await reader.lateLabels(window, lateLabelHours)),
      ...ownFollowUps(await reader.ownFollowUps(window)),
    ]
  }

  return {
    raisesIn,
    countsIn,
    topicView,
    seasonIn,
    windowOf,

    /** Hot topics of the last days, with the orders behind each. */
    async topics(days: number) {
      const now = clock()
      const period = recentDays(now, days)
      return figures.snapshot(async (reader) => {
        const names: Names = { statute, units: await reader.unitNames() }
        const { raises, complete } = await raisesIn(reader, period, now)
        const topics = topicsOfPeriod(raises, statute)
        const before = await countsIn(reader, lastYear(period), now)
        const shown = []
        for (const topic of topics)
          shown.push({
            ...topicView(topic, names, before),
            ...(await linesOf(reader, ordersOf(topic), names)),
          })
        return { period: periodView(period), basis: dutyToAnalyse(statute), complete, topics: shown }
      })
    },

    /** 预判季节性、周期性问题 (白银 第二十一条第一项). */
    async season(weeks: number) {
      const now = clock()
      const items = await figures.snapshot((reader) => seasonIn(reader, weeks, now))
      return { weeks, basis: dutyToAnalyse(statute), items }
    },

    /** Signs of gaming: hints, with the orders behind. @throws Problem 422 periodUnknown */
    async signals(code: string) {
      const period = periodOf(code)
      const now = clock()
      return figures.snapshot(async (reader) => {
        const names: Names = { statute, units: await reader.unitNames() }
        const items: Signal[] = []
        for (const { code: sign, unit, hint, orderIds } of await signalsIn(reader, period, now))
          items.push({
            code: sign,
            label: signalLabels[sign],
            hint,
            unit: unit === null ? null : (names.units.get(unit) ?? unit),
            count: orderIds.length,
            ...(await linesOf(reader, orderIds, names)),
          })
        const says = '仅供核查的线索，不是结论；阈值由本地规定'
        return { period: periodView(period), basis: { cite: null, localPolicy: true, says }, items }
      })
    },

    /**
     * What 人大代表、政协委员 may be asked to watch (白银 第二十五条): proposals by ground; a person chooses.
     * @throws Problem 409 notInThisStatute
     */
    async selection(code: string) {
      const found = statute.topics.supervision.onward.find(
        (o) => o.basis !== 'silent' && o.value.to === 'deputies',
      )
      if (!found || found.basis === 'silent')
        throw problem(
          409,
          'notInThisStatute',
          '本市规定没有邀请代表、委员重点监督的程序',
          '突出问题请发出预警，或者写入分析报告送有关机关。',
        )
      const period = periodOf(code)
      const now = clock()
      const labelOf = (ground: string): string =>
        found.value.grounds.find((g) => g.code === ground)?.label ?? ground
      return figures.snapshot(async (reader) => {
        const names: Names = { statute, units: await reader.unitNames() }
        const items: Selected[] = []
        const add = async (ground: string, subject: string, hint: string, ids: readonly string[]) =>
          items.push({
            ground,
            label: labelOf(ground),
            hint,
            subject,
            ...(await linesOf(reader, ids, names)),
          })
        const { raises } = await raisesIn(reader, period, now)
        for (const topic of topicsOfPeriod(raises, statute))
          await add(
            'highAttention',
            titleOf(topic, names),
            `${topic.requesters}名诉求人反映，${topic.open}件尚未办结`,
            ordersOf(topic),
          )
        for (const low of await lowSatisfied(reader, period, now))
          await add('lowSatisfaction', names.units.get(low.unit) ?? low.unit, low.hint, [])
        for (const { orderId, unit, supervised, again } of await reader.ineffective(
          windowOf(period, now),
          ineffectiveTimes,
        ))
          await add(
            'repeatedlyIneffective',
            unit === null ? '尚未派单' : (names.units.get(unit) ?? unit),
            `督办${supervised}次，再次办理${again}次`,
            [orderId],
          )
        const basis = { ...basisOf(found), cite: citesOf(found) }
        return { period: periodView(period), basis, items }
      })
    },
  }

  async function lowSatisfied(reader: FigureReader, period: Period, now: Date) {
    const tallies = await reader.tallies({ ...windowOf(period, now), by: 'unit' })
    return tallies
      .filter((t) => t.measure === 'satisfied' && t.key !== '')
      .flatMap(({ key, numerator, denominator }) => {
        const { rate } = share(numerator, denominator)
        return rate !== null && rate < lowSatisfaction
          ? [{ unit: key, hint: `满意率${(rate * 100).toFixed(1)}%（${numerator}/${denominator}）` }]
          : []
      })
      .sort((a, b) => a.unit.localeCompare(b.unit))
  }
}

export function titleOf(topic: Topic, { statute, units }: Names): string {
  switch (topic.kind) {
    case 'hotTopic':
      return `${topic.place}：${labelOfSubject(statute, topic.subject ?? '')}`
    case 'sharedWords':
      return `多人反映“${topic.words}”`
    case 'againstUnit':
      return `对${units.get(topic.unit ?? '') ?? topic.unit}的投诉、举报集中`
  }
}
