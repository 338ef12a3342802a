import { problem, type Problem } from '../../base/problem.ts'
import { parseDay } from '../../statutes/calendar.ts'
import type { Statute } from '../../statutes/statute.ts'
import { citesOf, valueOf, type Answer } from '../../statutes/types.ts'
import type { KnowledgeDraft, TemplateParts } from '../contract.ts'

/** PURE. What a draft must hold, kind by kind, under the city's statute. */

const parts: readonly (readonly [keyof TemplateParts, string])[] = [
  ['acceptanceStandard', '受理标准'],
  ['process', '办理流程'],
  ['finishStandard', '办结标准'],
  ['basis', '相关依据'],
]

/** The text of an item; an acceptance template's is put together from its parts. */
export const bodyOf = (draft: Pick<KnowledgeDraft, 'body' | 'template'>): string =>
  [draft.body, ...parts.map(([key, label]) => draft.template && `${label}：${draft.template[key]}`)]
    .filter(Boolean)
    .join('\n')

const fault = (
  code: string,
  title: string,
  detail: string,
  field: string | readonly string[],
  answer?: Answer<unknown>,
): Problem => {
  const cite = answer ? citesOf(answer) : null
  const fields = typeof field === 'string' ? [field] : field
  return problem(422, code, title, detail, {
    errors: fields.map((f) => ({ field: f, message: title })),
    ...(cite ? { cite } : {}),
  })
}

/** What is wrong with a draft, or null. */
export function faultOfDraft(draft: KnowledgeDraft, statute: Statute): Problem | null {
  return (
    faultOfValidity(draft) ??
    faultOfMatter(draft, statute) ??
    faultOfKind(draft, statute) ??
    faultOfBody(draft)
  )
}

function faultOfValidity({ validFrom, validTo, kind }: KnowledgeDraft): Problem | null {
  if (parseDay(validFrom) === null)
    return fault('dayUnknown', '生效日期不存在', '请按年-月-日填写。', 'validFrom')
  if (validTo === undefined)
    // 应答口径 is for its time (local practice): without an end it would be read out when all is over
    return kind === 'answerLine'
      ? fault(
          'validityMissing',
          '应答口径没有截止日期',
          '请填写有效期截止日期，到期后可以另行更新。',
          'validTo',
        )
      : null
  if (parseDay(validTo) === null)
    return fault('dayUnknown', '失效日期不存在', '请按年-月-日填写。', 'validTo')
  return validTo < validFrom
    ? fault('validityReversed', '失效日期早于生效日期', '请核对有效期。', ['validFrom', 'validTo'])
    : null
}

function faultOfMatter({ matter, kind }: KnowledgeDraft, { topics }: Statute): Problem | null {
  const { kinds, categories } = topics.acceptance
  if (matter?.kind !== undefined && !valueOf(kinds, []).some((k) => k.code === matter.kind))
    return fault('kindUnknown', '诉求类别不在可选范围内', '请从列出的类别中选择。', 'matter.kind', kinds)
  if (matter?.category !== undefined && !valueOf(categories, []).some((c) => c.code === matter.category))
    return fault(
      'categoryUnknown',
      '事项类别不在可选范围内',
      '请从列出的类别中选择。',
      'matter.category',
      categories,
    )
  const forMatter = kind === 'acceptanceTemplate' || kind === 'replyTemplate'
  return forMatter && matter?.kind === undefined && matter?.category === undefined
    ? fault('matterMissing', '模板没有注明适用的诉求', '请选择诉求类别或者事项类别。', 'matter')
    : null
}

function faultOfKind(draft: KnowledgeDraft, { topics }: Statute): Problem | null {
  const { holdings, templates } = topics.knowledgeBase
  if (draft.kind === 'acceptanceTemplate') {
    const missing = parts.filter(([key]) => !draft.template?.[key].trim())
    if (missing.length > 0)
      return fault(
        'templateIncomplete',
        `受理模板缺少${missing.map(([, label]) => label).join('、')}`,
        '请补齐受理标准、办理流程、办结标准和相关依据。',
        missing.map(([key]) => `template.${key}`),
        templates,
      )
  }
  if (draft.kind === 'answerLine' && draft.topic === undefined)
    return fault('topicMissing', '没有注明应答口径的事由', '请选择热点问题、重大事件或者突发事件。', 'topic')
  if (draft.kind === 'holding') {
    const known = valueOf(holdings, [])
    if (!draft.holding || (known.length > 0 && !known.some((h) => h.code === draft.holding)))
      return fault(
        'holdingUnknown',
        '报送内容的种类不在可选范围内',
        '请从列出的种类中选择。',
        'holding',
        holdings,
      )
  }
  return null
}

const faultOfBody = (draft: KnowledgeDraft): Problem | null =>
  draft.kind === 'acceptanceTemplate' || draft.body?.trim()
    ? null
    : fault('bodyMissing', '没有填写内容', '请填写条目的内容。', 'body')
