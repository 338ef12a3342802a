import { dueWords, waitMinutes, type ProgressAnswer, type ProgressTold } from './progress.ts'

/**
 * PURE. What a citizen may write to follow his order, `查询 AS2603024816539 1234`, and what he is answered. Only a text
 * that is nothing but such a question is one: everything else is for a person.
 */
export type ProgressCommand = {
  number: string
  /** Null: left out by somebody who writes from the telephone of the order. */
  lastFour: string | null
}

const courtesy = '(?:您好|你好|请问|请|麻烦|帮我|帮忙|我要|我想|想)*'
const verbs = '(?:查询|查一下|查|进度|CX|JD)'
const object = '(?:办理进度|办理情况|办理结果|办理单|工单|进度|结果|编号|单号|号码|号|为|是)*'
const digitsOf = '(?:联系电话|手机号|手机|电话)?(?:的)?(?:后四位|后4位|末四位|尾号)?(?:是|为)?'
const form = new RegExp(
  `^${courtesy}${verbs}${object}([A-Z]{2})?(\\d{13})(?:${digitsOf}(\\d{4}))?(?:谢谢|吗|呢)*$`,
)

/** Full-width digits, spaces, punctuation and missing letters are understood. */
export function progressCommand(text: string): ProgressCommand | null {
  if (text.length > 100) return null
  const plain = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{P}\p{S}\p{Cf}]/gu, '')
  const [match, letters = '', digits = '', lastFour] = form.exec(plain) ?? []
  return match === undefined ? null : { number: letters + digits, lastFour: lastFour ?? null }
}

/** Free words and the values of the template `orderProgress`, for carriers that send nothing else. */
export type ProgressReply = { text: string; params: Record<'number' | 'result' | 'unit' | 'due', string> }

/** Names of an approved template's values; none is ever empty. */
const nothing = '无'

export function progressReply(number: string, answer: ProgressAnswer): ProgressReply {
  switch (answer.type) {
    case 'found':
      return found(answer.progress)
    case 'none':
      return plain(
        number,
        '没有查到，请核对编号和电话后四位',
        '没有查到。请核对编号和联系电话后四位后重新发送；也可以拨打热线，由坐席为您查询。',
      )
    case 'locked': {
      const minutes = waitMinutes(answer.waitMs)
      return plain(
        number,
        `查询次数过多，请${minutes}分钟后再试`,
        `查询次数过多，请${minutes}分钟后再试；也可以拨打热线，由坐席为您查询。`,
      )
    }
  }
}

/** The last four digits are missing and cannot be known. */
export const lastFourMissing = (number: string, channel: 'sms' | 'wechat'): ProgressReply =>
  plain(
    number,
    '请在编号后面加上联系电话后四位',
    `请在编号后面加上联系电话的后四位，例如：查询 ${number} 1234。` +
      (channel === 'wechat' ? '发送“绑定 手机号”绑定您的手机以后，可以只发编号。' : ''),
  )

const plain = (number: string, result: string, text: string): ProgressReply => ({
  text,
  params: { number, result, unit: nothing, due: nothing },
})

function found(told: ProgressTold): ProgressReply {
  const due = told.due === null ? null : dueWords(told.due)
  const lines = [
    `您查询的办理单${told.number}：${told.acceptance}。`,
    told.unit === null ? '' : `承办单位：${told.unit}。`,
    `办理进度：${told.progress}。`,
    due === null ? '' : `当前环节期限：${due}${told.cite === null ? '' : `，依据${told.cite}`}。`,
    told.result ? `办理结果：${shortened(told.result, 200)}` : '',
  ]
  return {
    text: lines.join(''),
    params: {
      number: told.number,
      result: shortened(
        told.acceptance === told.progress ? told.progress : `${told.acceptance}，${told.progress}`,
        35,
      ),
      unit: shortened(told.unit ?? nothing, 35),
      due: due ?? nothing,
    },
  }
}

/** Approved templates take about 35 characters a value. */
function shortened(text: string, most: number): string {
  const chars = [...text]
  return chars.length <= most ? text : `${chars.slice(0, most - 1).join('')}…`
}
