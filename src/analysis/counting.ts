import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import type { FigureReader } from '../work-orders/figures.ts'
import type {
  Figures as FiguresView,
  FiguresQuery,
  IndicatorGroup,
  StatuteFigures,
  Truths,
} from './contract.ts'
import { basisOf, dutyToAnalyse, standardOf } from './decide/duty.ts'
import {
  byName,
  fewestAtPlace,
  keysOf,
  labelOf,
  rekeyed,
  truthsOf,
  type TruthCount,
} from './decide/groups.ts'
import { absentOf, contactIndicatorsOf, figuresVersion, indicatorsOf, share } from './decide/indicators.ts'
import { longestDays, parsePeriod } from './decide/period.ts'
import { periodView } from './lines.ts'
import type { Dimension, Period, Scope, Tally } from './model.ts'
import type { AnalysisParts } from './ports.ts'

/** Figures of orders over a period: every number with what it was made of. */
export type Counting = ReturnType<typeof createCounting>

/** @throws Problem 422 periodUnknown */
export function periodOf(code: string): Period {
  const period = parsePeriod(code)
  if (period) return period
  throw problem(
    422,
    'periodUnknown',
    '没有这个统计期间',
    `请写成 2026、2026-Q1、2026-03、2026-W10、2026-03-02，或者“首日..末日的次日”，最长${longestDays}天。`,
  )
}

const spread = ({ period, ...rest }: Scope) => ({ ...rest, from: period.from, to: period.to })

type Names = { statute: Statute; units: ReadonlyMap<string, string> }

/** Days after which a concluded order that nobody called back about is shown no more as waiting. */
const evaluationDays = 30

export function createCounting({ clock, statute, statutes, figures, contactTallies }: AnalysisParts) {
  /** @throws Problem 422 statuteUnknown */
  function statuteOf(slug: string | undefined): Statute {
    const found = slug === undefined ? statute : statutes.find(slug)
    if (found) return found
    throw problem(422, 'statuteUnknown', '没有这部规定', '请从本系统的规定中选择。')
  }

  function scopeOf(query: FiguresQuery, slug: string, by: Dimension | null): Scope {
    const { unit = null, category = null, place = null } = storable(query)
    const period = periodOf(query.period)
    return { statute: slug, period, asOf: clock(), by, unit, category, place }
  }

  /** A group at a place that only one or two know would tell who they are. @throws Problem 422 placeTooSmall */
  async function commonPlaces(reader: FigureReader, scope: Scope): Promise<Set<string>> {
    const wide = { ...spread(scope), by: null, place: null, unit: null, category: null }
    const places = new Set(await reader.commonPlaces(wide, fewestAtPlace))
    if (scope.place !== null && !places.has(scope.place))
      throw problem(
        422,
        'placeTooSmall',
        '这个地点不能单独统计',
        `期内至少有${fewestAtPlace}名诉求人反映过的地点才单独统计，以免从数字认出某个人。`,
      )
    return places
  }

  /** Figures of one group each, places with few people put together. */
  async function grouped(
    reader: FigureReader,
    scope: Scope & { by: Dimension },
    places: ReadonlySet<string>,
    names: Names,
  ): Promise<IndicatorGroup[]> {
    const counted = await reader.tallies(spread(scope))
    const tallies = rekeyed(counted, (key) => (scope.by === 'place' && !places.has(key) ? '' : key))
    return byName(
      keysOf(tallies).map((key) => ({
        key,
        label: labelOf(scope.by, key, names),
        indicators: indicatorsOf(
          tallies.filter((t) => t.key === key),
          names.statute,
          scope.period.code,
        ),
      })),
    )
  }

  async function ofStatute(
    reader: FigureReader,
    scope: Scope,
    calls: readonly Tally[] | null,
  ): Promise<StatuteFigures> {
    const of = statutes.of(scope.statute)
    const places =
      scope.place !== null || scope.by === 'place' ? await commonPlaces(reader, scope) : new Set<string>()
    const names: Names = { statute: of, units: await reader.unitNames() }
    const total = await reader.tallies(spread({ ...scope, by: null }))
    const { by } = scope
    return {
      statute: of.slug,
      title: of.title,
      standard: standardOf(of),
      absent: absentOf(of),
      total: [
        ...indicatorsOf(total, of, scope.period.code),
        ...(calls ? contactIndicatorsOf(calls, of, scope.period.code) : []),
      ],
      groups: by === null ? [] : await grouped(reader, { ...scope, by }, places, names),
    }
  }

  const truthsView = (rows: readonly TruthCount[], key: string, label: string): Truths => {
    const t = truthsOf(rows)
    const { bothSolved, onlyUnit, onlyRequester, neither, unanswered } = t
    return {
      key,
      label,
      unitSays: share(t.unit, t.all),
      requesterSays: share(t.requester, t.answered),
      bothSolved,
      onlyUnit,
      onlyRequester,
      neither,
      unanswered,
    }
  }

  async function truthsIn(reader: FigureReader, scope: Scope, names: Names) {
    const { by } = scope
    const rows = await reader.truths(spread(scope))
    const places = by === 'place' ? await commonPlaces(reader, scope) : null
    const keyed = rows.map((r) => ({ ...r, key: places === null || places.has(r.key) ? r.key : '' }))
    return {
      total: truthsView(rows, '', '合计'),
      groups:
        by === null
          ? []
          : byName(
              keysOf(keyed).map((key) =>
                truthsView(
                  keyed.filter((r) => r.key === key),
                  key,
                  labelOf(by, key, names),
                ),
              ),
            ),
    }
  }

  return {
    scopeOf,
    statuteOf,
    ofStatute,
    truthsIn,
    grouped,

    /** Indicators of a period; by statute: each one's own, never added up. @throws Problem 422 */
    async indicators(query: FiguresQuery): Promise<FiguresView> {
      const by = query.by === 'statute' ? null : (query.by ?? null)
      const own = statuteOf(query.statute)
      const scope = scopeOf(query, own.slug, by)
      const { period, asOf } = scope
      const narrowed = by !== null || scope.unit !== null || scope.category !== null || scope.place !== null
      // Calls belong to the hotline as a whole.
      const calls = narrowed ? null : await contactTallies({ from: period.from, to: period.to, asOf })
      return figures.snapshot(async (reader) => {
        const slugs = query.by === 'statute' ? await reader.statutesOf(period) : [own.slug]
        const found: StatuteFigures[] = []
        for (const slug of slugs)
          found.push(
            await ofStatute(reader, { ...scope, statute: slug }, slug === statute.slug ? calls : null),
          )
        return {
          version: figuresVersion,
          period: periodView(period),
          asOf: formatInstant(asOf),
          by: query.by ?? null,
          statutes: found,
        }
      })
    },

    /** Solved as the unit says, and solved as the requester says. */
    async twoTruths(query: FiguresQuery) {
      const own = statuteOf(query.statute)
      const scope = scopeOf(query, own.slug, query.by === 'statute' ? null : (query.by ?? null))
      return figures.snapshot(async (reader) => {
        if (scope.place !== null) await commonPlaces(reader, scope)
        return {
          period: periodView(scope.period),
          asOf: formatInstant(scope.asOf),
          statute: own.slug,
          ...(await truthsIn(reader, scope, { statute: own, units: await reader.unitNames() })),
        }
      })
    },

    /** 受理、承办、督办、反馈、评价 as they stand now (鞍山 2019 第三十条). */
    async stages() {
      const asOf = clock()
      const rows = await figures.snapshot((reader) => reader.stages(statute.slug, asOf, evaluationDays))
      const realTime = statute.topics.dataUse['realTime']
      return {
        asOf: formatInstant(asOf),
        statute: statute.slug,
        basis: realTime && realTime.basis !== 'silent' ? basisOf(realTime) : dutyToAnalyse(statute),
        stages: stageLabels.map(({ code, label }) => {
          const row = rows.find((r) => r.stage === code)
          return {
            code,
            label,
            count: row?.count ?? 0,
            overdue: row?.overdue ?? 0,
            oldestSince: row?.oldest ? formatInstant(row.oldest) : null,
          }
        }),
      }
    },
  }
}

const stageLabels = [
  { code: 'acceptance', label: '受理' },
  { code: 'handling', label: '承办' },
  { code: 'supervision', label: '督办' },
  { code: 'feedback', label: '反馈' },
  { code: 'evaluation', label: '评价' },
] as const
