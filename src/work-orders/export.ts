import type { Pii } from '../base/pii.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import type { OrderNarrowing } from './contract.ts'
import type { Reading } from './reading.ts'
import { redact } from './redact.ts'
import { openIdentity, progressWord } from './view.ts'
import type { Viewer } from './visibility.ts'

/** Lists that leave the house: never identity, texts without it for everybody, every order on the ledger. */
export type ExportParts = {
  pii: Pii
  reading: Pick<Reading, 'knowing' | 'hitsOf' | 'looking'>
  db: Parameters<Reading['looking']['exported']>[0]
}

/** Local policy: whoever needs more narrows the period and exports twice. */
const mostRows = 5_000
const pageRows = 500

const head = [
  '编号',
  '状态',
  '诉求类别',
  '事项类别',
  '办理类别',
  '标题',
  '内容',
  '地点',
  '来源',
  '密级',
  '紧急',
  '提出时间',
  '受理时间',
  '办结时间',
  '主办单位',
  '下一期限',
  '超期',
  '缺项',
  '办理结果',
  '依据文本',
]

export function createExport({ pii, reading, db }: ExportParts) {
  type Hits = Awaited<ReturnType<Reading['hitsOf']>>

  async function hitsOf(filter: OrderNarrowing, viewer: Viewer): Promise<Hits> {
    const hits: Hits = []
    let before: { at: string; id: string } | undefined
    for (;;) {
      const page = await reading.hitsOf({ ...filter, ...(before ? { before } : {}), limit: pageRows }, viewer)
      hits.push(...page)
      const last = page.at(-1)?.row
      if (page.length < pageRows || !last) return hits
      if (hits.length >= mostRows)
        throw problem(
          422,
          'exportTooLarge',
          `一次最多导出 ${mostRows} 张办理单`,
          '请缩小时间范围或者增加条件后再导出。',
        )
      before = { at: last.raisedAt.toISOString(), id: last.id }
    }
  }

  /** CSV with a byte-order mark, so that spreadsheets take it for UTF-8. @throws Problem 422 */
  return async (filter: OrderNarrowing, given: Viewer): Promise<string> => {
    const viewer = await reading.knowing(given)
    const hits = await hitsOf(filter, viewer)
    const rows = hits.map(({ view, row, look }) => {
      const words = (text: string | null): string =>
        text === null ? '' : redact(text, openIdentity(row, pii))
      const next = view.deadlines.find((d) => d.metAt === null && !d.right)
      const result = view.legs.findLast((leg) => leg.role === 'lead' && leg.result)?.result
      return [
        view.number,
        progressWord[row.state],
        labelOf(look.statute.topics.acceptance.kinds, view.kind),
        labelOf(look.statute.topics.acceptance.categories, view.category),
        view.handlingClass ?? '',
        words(view.title),
        words(view.facts),
        words(view.place),
        view.sourceChannel,
        view.confidentialLevel,
        view.urgent ? '是' : '',
        view.raisedAt,
        row.acceptedAt?.toISOString() ?? '',
        row.concludedAt?.toISOString() ?? '',
        view.leadUnit ?? '',
        next?.due ?? '',
        view.deadlines.some((d) => d.overdue && d.metAt === null) ? '是' : '',
        view.missing.map((m) => m.label).join('、'),
        words(result?.text ?? null),
        view.statute,
      ]
    })
    const looked = hits.map(({ row, look }) => ({ order: row, sights: look.sights }))
    // Without q: what somebody searched for may be a name.
    const { q, ...named } = filter
    await reading.looking.exported(db, viewer, newId(), looked, {
      filter: { ...named, ...(q ? { q: true } : {}) },
    })
    return csv([head, ...rows])
  }
}

type Labelled = { basis: string; value?: readonly { code: string | number; label: string }[] }
const labelOf = (answer: Labelled, code: string | number | null): string =>
  answer.value?.find((one) => one.code === code)?.label ?? (code === null ? '' : String(code))

/**
 * RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe, which it shows to nobody.
 */
export function csv(rows: readonly (readonly string[])[]): string {
  const cell = (text: string): string => {
    const safe = /^[=+\-@\t\r\n＝＋－＠|%]/.test(text) ? `'${text}` : text
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}
