import { describe, expect, it } from 'vitest'
import { knowledgeReminder } from '../../../src/composition/knowledge-notices.ts'
import { centreUnit } from '../../../src/knowledge-base/model.ts'
import type { Reminder } from '../../../src/knowledge-base/ports.ts'
import type { NoticeWords } from '../../../src/work-orders/notices.ts'

const at = new Date('2026-03-03T10:00+08:00')
const reminder = (more: Partial<Reminder> = {}): Reminder => ({
  unit: 'lighting',
  why: 'errorReported',
  subject: { kind: 'errorCorrection', id: 'e1', about: '某人的电话13800000001写错了' },
  due: new Date('2026-03-04T10:30+08:00'),
  cite: null,
  at,
  ...more,
})

async function told(of: Reminder) {
  const sent: { unit: string; key: string; words: readonly NoticeWords[] }[] = []
  await knowledgeReminder(async (_tx, unit, key, words) => void sent.push({ unit, key, words }))(
    undefined as never,
    of,
  )
  return sent
}

describe('what waits for a unit in the knowledge base', () => {
  it('is told by SMS with its end, and nothing of what somebody wrote', async () => {
    const [notice] = await told(reminder())
    expect(notice).toMatchObject({ unit: 'lighting', key: 'knowledge-errorReported-errorCorrection-e1' })
    expect(notice!.words[0]!.text).toContain('请于2026年3月4日10时30分前核实并更正知识库内容')
    expect(JSON.stringify(notice)).not.toMatch(/13800000001|某人/)
    // A provider of templates that knows no other one still gets the news out.
    expect(notice!.words[1]!.template).toMatchObject({ name: 'unitNews' })
  })

  it('has another key when it is told again before its end', async () => {
    const [soon] = await told(
      reminder({ why: 'dueSoon', subject: { kind: 'uploadBeforePublication', id: 'p1', about: '' } }),
    )
    expect(soon!.key).toBe('knowledge-dueSoon-uploadBeforePublication-p1')
    expect(soon!.words[0]!.text).toContain('在政策公布前更新知识库内容')
  })

  it('says no day where the statute sets no limit', async () => {
    const [notice] = await told(reminder({ due: null }))
    expect(notice!.words[0]!.text).toContain('请尽快核实')
  })

  it('of the centre itself stands in its own list', async () => {
    expect(await told(reminder({ unit: centreUnit }))).toEqual([])
  })
})
