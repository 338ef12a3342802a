import type { Actor } from '../base/actor.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { Statute } from '../statutes/statute.ts'
import type { FigureReader } from '../work-orders/figures.ts'
import type { Composed, Issued, IssueBody, IssuedReport, ReportFigures, Volume } from './report-contract.ts'
import { periodOf, type Counting } from './counting.ts'
import { dutyToAnalyse, dutyToAssess, recipientsOf } from './decide/duty.ts'
import { byName, labelOf } from './decide/groups.ts'
import { figuresVersion } from './decide/indicators.ts'
import { subjectBy } from './decide/risks.ts'
import { lastYear } from './decide/period.ts'
import { topicsOfPeriod } from './decide/topics.ts'
import { judgeWords } from './decide/warnings.ts'
import { periodView } from './lines.ts'
import type { Looking } from './looking.ts'
import type { Dimension, Scope, Tally } from './model.ts'
import type { AnalysisParts } from './ports.ts'
import * as store from './report-store.ts'
import * as warnings from './warning-store.ts'

/**
 * Regular reports (鞍山 2019 第三十一条、第三十五条, 草案 第二十二条, 白银 第二十七条、第二十八条). What was issued stays as it was:
 * a correction is a further edition that says why.
 */
export type Reports = ReturnType<typeof createReports>

const seasonWeeks = 4

export function createReports(parts: AnalysisParts, counting: Counting, looking: Looking) {
  const { db, clock, statute, figures, contactTallies } = parts
  type Focus = Composed['focus']
  type Names = { statute: Statute; units: ReadonlyMap<string, string> }

  const spread = ({ period, ...rest }: Scope) => ({ ...rest, from: period.from, to: period.to })

  async function volumes(
    reader: FigureReader,
    scope: Scope,
    by: Dimension | null,
    names: Names,
  ): Promise<Volume[]> {
    const rows = await reader.volumes(spread({ ...scope, by }))
    return byName(rows.map((r) => ({ ...r, label: by === null ? '合计' : labelOf(by, r.key, names) })))
  }

  async function supervisions(reader: FigureReader, scope: Scope) {
    const labels = new Map(
      statute.topics.supervision.triggers.flatMap((t) =>
        t.basis === 'silent' ? [] : [[t.value.code, t.value.label] as const],
      ),
    )
    const rows = await reader.supervisions(spread({ ...scope, by: null }))
    return rows
      .map((r) => ({ ...r, label: labels.get(r.trigger) ?? r.trigger }))
      .sort((a, b) => a.label.localeCompare(b.label, 'zh-CN'))
  }

  /** What other tables than those of orders say of the period. */
  type Counted = { calls: Tally[] | null; warnings: ReportFigures['warnings'] }

  async function figuresOf(reader: FigureReader, scope: Scope, counted: Counted): Promise<ReportFigures> {
    const names: Names = { statute, units: await reader.unitNames() }
    const none = new Set<string>()
    const { period, asOf } = scope
    const seen = await looking.raisesIn(reader, period, asOf)
    const raises = seen.raises.filter(
      (r) =>
        (scope.category === null || r.category === scope.category) &&
        (scope.place === null || r.place === scope.place),
    )
    const before = await looking.countsIn(reader, lastYear(period), asOf)
    const [total] = await volumes(reader, scope, null, names)
    return {
      statute: await counting.ofStatute(reader, { ...scope, by: null }, counted.calls),
      byUnit: await counting.grouped(reader, { ...scope, by: 'unit' }, none, names),
      bySubject: await counting.grouped(reader, { ...scope, by: subjectBy(statute) }, none, names),
      volumes: {
        total: total ?? { key: '', label: '合计', raised: 0, accepted: 0, refused: 0, merged: 0 },
        byKind: await volumes(reader, scope, 'kind', names),
        bySubject: await volumes(reader, scope, subjectBy(statute), names),
        byChannel: await volumes(reader, scope, 'channel', names),
      },
      twoTruths: (await counting.truthsIn(reader, { ...scope, by: null }, names)).total,
      // Of one unit there are no topics: what was raised is not yet anybody's.
      topics:
        scope.unit === null
          ? topicsOfPeriod(raises, statute).map((topic) => looking.topicView(topic, names, before))
          : [],
      topicsComplete: seen.complete,
      season: await looking.seasonIn(reader, seasonWeeks, asOf),
      supervision: await supervisions(reader, scope),
      warnings: counted.warnings,
    }
  }

  async function compose(code: string, focus: Focus): Promise<Composed> {
    const scope = counting.scopeOf({ period: code, ...focus }, statute.slug, null)
    const { period, asOf } = scope
    const whole = Object.keys(focus).length === 0
    const window = { from: period.from, to: period.to, asOf }
    const counted: Counted = {
      calls: whole ? await contactTallies(window) : null,
      warnings: await warnings.warningCounts(db, { statute: statute.slug, ...window }),
    }
    const composed = await figures.snapshot((reader) => figuresOf(reader, scope, counted))
    const { basis, recipients } = recipientsOf(statute)
    return {
      version: figuresVersion,
      statute: statute.slug,
      period: periodView(period),
      asOf: formatInstant(asOf),
      focus,
      figures: composed,
      basis: dutyToAnalyse(statute),
      recipients: { basis, items: recipients },
    }
  }

  /** @throws Problem 422 recipientUnknown */
  function sentTo(said: IssueBody['recipients']): store.ReportRow['sentTo'] {
    const { recipients } = recipientsOf(statute)
    return said.map(({ code, label }) => {
      const known = code === undefined ? undefined : recipients.find((r) => r.code === code)
      if (known) return known
      if (code === undefined && label) return { code: null, label: label.trim() }
      throw problem(422, 'recipientUnknown', '没有这个报送对象', '请从列出的对象中选择，或者写明机关名称。')
    })
  }

  const titleOf = (r: Pick<store.ReportRow, 'kind' | 'periodLabel' | 'edition'>): string =>
    `${r.periodLabel}${kindWords[r.kind]}${r.edition > 1 ? `（第${r.edition}版）` : ''}`

  const issuedView = (r: store.ReportRow): Issued => ({
    id: r.id,
    kind: r.kind,
    edition: r.edition,
    period: {
      code: r.period,
      label: r.periodLabel,
      from: formatInstant(r.periodFrom),
      to: formatInstant(r.periodTo),
    },
    title: titleOf(r),
    issuedAt: formatInstant(r.issuedAt),
    issuedBy: r.issuedBy,
    issuedRole: r.issuedRole,
    because: r.because,
    sentTo: r.sentTo,
  })

  return {
    /** What was issued for a period, and the figures as they stand now. @throws Problem 422 */
    async of(code: string, focus: Focus): Promise<{ issued: Issued[]; current: Composed }> {
      const period = periodOf(code)
      const current = await compose(code, storable(focus))
      const rows = await store.reportsOf(db, statute.slug, period.code)
      return { issued: rows.map(issuedView), current }
    },

    /** As it was issued. @throws Problem 404 reportUnknown */
    async find(id: string): Promise<IssuedReport> {
      const row = await store.findReport(db, id)
      if (!row) throw problem(404, 'reportUnknown', '没有这份报告', '请刷新列表后重新选择。')
      return { ...issuedView(row), summary: row.summary, composed: row.composed }
    },

    /**
     * Freezes the figures of a period that is over.
     * @throws Problem 409 periodNotOver | editionWithoutReason, 422 textTells | recipientUnknown | periodUnknown
     */
    async issue(said: IssueBody, actor: Actor): Promise<IssuedReport> {
      const body = storable(said)
      const { kind, summary, focus = {}, because = null } = body
      const period = periodOf(body.period)
      const to = sentTo(body.recipients)
      const refused = judgeWords({ summary, because: because ?? '' })
      if (refused) throw refused
      if (clock() < period.to)
        throw problem(
          409,
          'periodNotOver',
          '统计期间还没有结束',
          '请在期间结束后出具，期间内请查看实时数据。',
        )
      const composed = await compose(body.period, focus)
      const basis = kind === 'assessment' ? dutyToAssess(statute) : composed.basis
      const id = newId()
      await db.tx(async (tx) => {
        await store.lockIssuing(tx)
        const own = { statute: statute.slug, kind, period: period.code, focus }
        const edition = (await store.lastEdition(tx, own)) + 1
        if (edition > 1 && !because?.trim())
          throw problem(
            409,
            'editionWithoutReason',
            '这一期间的报告已经出具',
            '已出具的报告不能更改；需要更正的，请写明理由后出具新的一版。',
          )
        await store.insertReport(tx, {
          id,
          ...own,
          periodLabel: period.label,
          periodFrom: period.from,
          periodTo: period.to,
          edition,
          because: because?.trim() || null,
          figuresVersion,
          composed: { ...composed, basis },
          summary: summary.trim(),
          sentTo: to,
          issuedAt: clock(),
          issuedBy: actor.id,
          issuedRole: actor.role,
        })
      })
      const row = await store.findReport(db, id)
      return { ...issuedView(row!), summary: row!.summary, composed: row!.composed }
    },
  }
}

const kindWords: Record<IssueBody['kind'], string> = {
  periodic: '诉求办理分析报告',
  special: '专题分析报告',
  assessment: '诉求办理考核情况',
}
