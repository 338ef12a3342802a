import { formOf } from './form.ts'
import type { DraftBody } from './draft.ts'
import { find, type DeskState } from './state.ts'

/**
 * PURE. Words that nobody has taken yet when their contact leaves the desk: a computer that slept comes back to a
 * snapshot without it. They are given back to the person who wrote them.
 */
export type Left = { says: string; copy: string }

const whoIn = (state: DeskState, contactId: string): string => {
  const pop = find(state, contactId)?.pop
  return pop?.name ?? pop?.maskedAddress ?? '诉求人'
}

/** Replies whose storing the server has not confirmed, of contacts that are here no more. */
export const repliesLeft = (before: DeskState, after: DeskState): Left[] =>
  before.outgoing
    .filter((o) => o.messageId === null && !find(after, o.contactId))
    .filter((o) => !after.outgoing.some((a) => a.clientId === o.clientId))
    .map((o) => ({
      says: `发给${whoIn(before, o.contactId)}的回复可能没有送出，这次联络已不在您手中。需要时请复制：`,
      copy: o.text,
    }))

/** A reply that was begun and never sent. */
export const unsentLeft = (before: DeskState, contactId: string, text: string): Left => ({
  says: `写给${whoIn(before, contactId)}的回复没有发送，这次联络已不在您手中。需要时请复制：`,
  copy: text.trim(),
})

/** A form whose last words the server does not have. Null when no words were typed. */
export function draftLeft(before: DeskState, contactId: string, body: DraftBody): Left | null {
  const copy = wordsOf(body)
  return copy === ''
    ? null
    : {
        says: `${whoIn(before, contactId)}的登记还没有存好，这次联络已不在您手中。需要时请复制：`,
        copy,
      }
}

const named = [
  ['title', '标题'],
  ['facts', '诉求内容'],
  ['place', '地点'],
  ['requesterName', '姓名'],
  ['requesterAddress', '住址'],
  ['requesterContact', '联系方式'],
  ['answer', '答复'],
  ['lacking', '知识库缺少'],
  ['told', '已告知'],
  ['referralTell', '引导告知'],
  ['refusalTell', '不予受理告知'],
  ['confidentialityWish', '保密要求'],
  ['appendTo', '并入'],
] as const

const wordsOf = (body: DraftBody): string => {
  const form = formOf(body)
  return named
    .map(([field, label]) => [label, form[field].trim()] as const)
    .filter(([, text]) => text !== '')
    .map(([label, text]) => `${label}：${text}`)
    .join('\n')
}
