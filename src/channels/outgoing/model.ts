import type { SmsProviderId } from '../config.ts'
import type { Carrier } from './report.ts'

export type OutgoingState = 'queued' | 'sending' | 'sent' | 'delivered' | 'failed' | 'unknown'

/**
 * `reply`: an agent's words in a conversation. `notice`: sent by us of our own accord, stopped by an opt-out. `code`:
 * proves a number, asked for by the citizen a moment ago.
 */
export type OutgoingPurpose = 'reply' | 'notice' | 'code'

/** Free words, an approved template, or both: then the carrier takes what it can. */
export type OutgoingContent = {
  text?: string
  template?: { name: string; params: Record<string, string> }
}

/** What a caller wants to say. */
export type OutgoingDraft = {
  /** Idempotency: a second draft with this key sends nothing. */
  key: string
  channel: 'sms' | 'wechat'
  /** E.164 or openid. */
  to: string
  purpose: OutgoingPurpose
  content: OutgoingContent
  /** SMS: the number of ours that the citizen wrote to; chooses the carrier it belongs to. */
  account?: string
  /** SMS: the carrier his message came through. */
  via?: SmsProviderId
  /** What it is about, e.g. `contact:<id>`. */
  about?: string
  /** Not sent after this instant. */
  expiresAt?: Date
  /** Sent instead when this one certainly fails: WeChat's quota is spent, he follows us no longer … */
  otherwise?: Omit<OutgoingDraft, 'key'>
}

/** A claimed row, opened, as a sender gets it. */
export type OutgoingMessage = {
  id: string
  channel: 'sms' | 'wechat'
  via: Carrier
  purpose: OutgoingPurpose
  to: string
  content: OutgoingContent
}

/** What came of one attempt. Only `retry` may be tried again: it certainly did nothing. */
export type SendResult =
  | { outcome: 'sent'; providerMessageId: string | null }
  /** Certain and final. `reason` is a code of ours or the carrier's. */
  | { outcome: 'refused'; reason: string }
  | { outcome: 'retry'; reason: string; afterMs?: number }
  /** It may have been sent. */
  | { outcome: 'unknown'; reason: string }

/** One carrier. */
export type Sender = {
  id: Carrier
  channel: 'sms' | 'wechat'
  /** Whether the carrier itself drops a repetition with our id, so that an interrupted send may be repeated. */
  dropsRepetition(message: Pick<OutgoingMessage, 'content' | 'purpose'>): boolean
  /** Why this content cannot be sent, or null. Known before anything is queued. */
  check(content: OutgoingContent): SendRefusal | null
  send(message: OutgoingMessage): Promise<SendResult>
  /** For the desk. */
  options(): SendOptions
}

/** Chinese sentences for the desk; `code` for programs. */
export type SendRefusal = {
  code:
    'channelOff' | 'templateOnly' | 'templateUnknown' | 'templateIncomplete' | 'textTooLong' | 'nothingToSend'
  title: string
  detail: string
}

export type SendOptions = {
  freeText: boolean
  /** Why there is no free text; empty where there is. */
  why: string
  templates: { name: string; params: string[] }[]
}

export const channelOff = (name: string): SendRefusal => ({
  code: 'channelOff',
  title: `${name}未开通`,
  detail: `本平台没有配置${name}发送，请改用其他渠道联系诉求人。`,
})

export const templateOnly: SendRefusal = {
  code: 'templateOnly',
  title: '只能发送模板短信',
  detail: '当前短信服务商只允许发送已审核的模板，不能发送自由文本。请选择一个模板。',
}

export const nothingToSend: SendRefusal = {
  code: 'nothingToSend',
  title: '没有内容',
  detail: '请填写要发送的内容。',
}

export const textTooLong = (limit: string): SendRefusal => ({
  code: 'textTooLong',
  title: '内容过长',
  detail: `一次最多发送${limit}，请分条发送。`,
})

/** A template must exist and have all its parameters. @param params names the template needs */
export function checkTemplate(
  template: { name: string; params: Record<string, string> },
  params: readonly string[] | undefined,
): SendRefusal | null {
  if (!params)
    return {
      code: 'templateUnknown',
      title: '没有这个模板',
      detail: `模板“${template.name}”没有在短信或微信配置中登记，请联系管理员。`,
    }
  const missing = params.filter((name) => !template.params[name])
  if (missing.length === 0) return null
  return {
    code: 'templateIncomplete',
    title: '模板缺少内容',
    detail: `模板“${template.name}”还缺少：${missing.join('、')}。`,
  }
}
