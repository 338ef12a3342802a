import { DateTime } from 'luxon'
import { problem, type Problem } from '../../base/problem.ts'
import type { Labelled, Statute } from '../../statutes/statute.ts'
import { citesOf, type Answer } from '../../statutes/types.ts'

/** PURE. Whether a matter can be entered as it was said, and from when its time runs. */

/** An instant with offset, or a day of Beijing, which stands for its beginning. */
export const momentPattern =
  '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,6})?)?(Z|[+-]\\d{2}:\\d{2}))?$'

export function momentOf(text: string): Date | null {
  const at = DateTime.fromISO(text, { zone: 'Asia/Shanghai' })
  return at.isValid ? at.toJSDate() : null
}

/** Clocks of a page and a server are never quite the same. */
const skewMs = 60_000

/** The source by its code with what stands behind it, or null. */
export function sourceOf(
  statute: Statute,
  code: string,
): { channel: Labelled; cite: string | null; localPolicy: boolean; says: string } | null {
  for (const answer of statute.topics.acceptance.sourceChannels ?? [])
    if (answer.basis !== 'silent' && answer.value.code === code)
      return { channel: answer.value, ...basisOf(answer) }
  return null
}

export const basisOf = (answer: Answer<unknown> | undefined) => ({
  cite: answer === undefined ? null : citesOf(answer),
  localPolicy: answer === undefined || answer.basis === 'localPolicy',
  says: answer?.says ?? '本市规定没有写明，按本地做法办理',
})

export type Times = { raisedAt: Date; receivedAt: Date }

const wrong = (field: string, code: string, title: string, detail: string, cite: string | null = null) =>
  problem(422, code, title, detail, { errors: [{ field, message: title }], ...(cite ? { cite } : {}) })

/**
 * The two times of a matter: at its source and at the centre.
 * @param said.receivedAt left out: now
 */
export function timesOf(
  said: { raisedAt: string; receivedAt?: string | undefined },
  statute: Statute,
  now: Date,
): Times | Problem {
  const raised = momentOf(said.raisedAt)
  if (!raised) return wrong('raisedAt', 'momentUnknown', '提出时间不是有效的时间', '请按日历填写日期和时间。')
  const received = said.receivedAt === undefined ? now : momentOf(said.receivedAt)
  if (!received)
    return wrong('receivedAt', 'momentUnknown', '收到时间不是有效的时间', '请按日历填写日期和时间。')
  if (raised.getTime() > now.getTime() + skewMs)
    return wrong('raisedAt', 'raisedInFuture', '提出时间晚于现在', '请核对来源渠道上的提出时间。')
  if (received.getTime() > now.getTime() + skewMs)
    return wrong('receivedAt', 'receivedInFuture', '收到时间晚于现在', '请填写平台实际收到的时间。')
  const receivedAt = earlier(received, now)
  const raisedAt = earlier(raised, now)
  // a day stands for its beginning, so a letter of today received today is in order
  return raisedAt > receivedAt
    ? wrong(
        'receivedAt',
        'receivedBeforeRaised',
        '收到时间早于提出时间',
        '期限自平台收到之时起计算，请核对两个时间。',
        basisOf(statute.topics.acceptance.timeOfReceipt).cite,
      )
    : { raisedAt, receivedAt }
}

const earlier = (a: Date, b: Date): Date => (a < b ? a : b)

/** @returns the source, or why it is none of this city's */
export function judgeSource(statute: Statute, code: string) {
  const found = sourceOf(statute, code)
  if (found) return found
  const known = (statute.topics.acceptance.sourceChannels ?? []).flatMap((answer) =>
    answer.basis === 'silent' ? [] : [answer.value.label],
  )
  return wrong(
    'source',
    'sourceUnknown',
    '没有这个来源渠道',
    `可以选择：${known.join('、')}。电话、短信和微信的诉求由系统自动登记。`,
  )
}

/** The first of two entries is what counts: the same key for another matter is a fault of the page. */
export const keyReused = (): Problem =>
  problem(
    409,
    'entryKeyReused',
    '这次提交与之前的另一项登记使用了同一标识',
    '请刷新页面后重新登记，之前的登记没有改变。',
  )
