import { centreUnit } from '../knowledge-base/model.ts'
import type { Remind } from '../knowledge-base/ports.ts'
import type { AnnounceParts } from '../work-orders/announce.ts'
import { untilWords } from '../work-orders/due-words.ts'

/** What a knowledge item is called where a template has room for a name only. */
const named = { errorReported: '知识库纠错', dueSoon: '知识库提醒' } as const

/**
 * Tells a unit by SMS what waits for it in the knowledge base, like a new work order. What the item says is not in it.
 * The centre's own items have no telephone of a unit: they stand in its list of duties.
 */
export const knowledgeReminder =
  (tellUnit: AnnounceParts['tellUnit']): Remind =>
  async (tx, { unit, why, subject, due }) => {
    if (unit === centreUnit) return
    const until = due === null ? '请尽快' : `请于${untilWords(due)}`
    const what =
      subject.kind === 'uploadBeforePublication' ? '在政策公布前更新知识库内容' : '核实并更正知识库内容'
    const text =
      why === 'errorReported'
        ? `【知识库】有工作人员提出贵单位的一条知识有误或者缺少，${until}${what}。请登录平台办理。`
        : `【知识库】提醒：${until}${what}。请登录平台办理。`
    await tellUnit(tx, unit, `knowledge-${why}-${subject.kind}-${subject.id}`, [
      { text, template: { name: 'knowledgeDuty', params: { until } } },
      { text, template: { name: 'unitNews', params: { number: named[why], until } } },
    ])
  }
