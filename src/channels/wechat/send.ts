import { CallFailed } from '../http-call.ts'
import { scalar, type JsonObject } from '../json.ts'
import type { WechatConfig, WechatNotice } from '../config.ts'
import {
  checkTemplate,
  nothingToSend,
  textTooLong,
  type OutgoingContent,
  type OutgoingMessage,
  type Sender,
  type SendResult,
} from '../outgoing/model.ts'
import { tryLater, type WechatApi, type WechatAnswer } from './api.ts'
import { replyBytes } from './reply.ts'
import type { ReplyWindows } from './reply-window.ts'

const windowClosed: SendResult = { outcome: 'refused', reason: 'windowClosed' }

/**
 * Sends to a follower: a customer-service message while WeChat allows one (within 48 h of his own message), else a
 * subscription or template notice. When neither works the message is refused and its other way (SMS) is taken.
 */
export function wechatSender(
  config: Pick<WechatConfig, 'notices'>,
  api: WechatApi,
  windows: Pick<ReplyWindows, 'remaining' | 'spend' | 'exhaust'>,
): Sender {
  const noticeFor = (content: OutgoingContent): WechatNotice | undefined =>
    content.template ? config.notices[content.template.name] : undefined

  async function customerService(message: OutgoingMessage, text: string): Promise<SendResult> {
    // The hint may be old: another gateway has heard him and not written it down. A notice has other ways; an agent's words
    // have only this one, so WeChat itself decides about them.
    if (message.purpose !== 'reply') {
      const window = await windows.remaining(message.to)
      if (window && window.messages === 0) return windowClosed
    }
    const result = await ask(
      () =>
        api.post('/cgi-bin/message/custom/send', {
          touser: message.to,
          msgtype: 'text',
          text: { content: text },
        }),
      () => null,
    )
    if (result.outcome === 'sent') await windows.spend(message.to)
    // 45015: outside the time window or unfollowed; 45047: too many without an answer.
    if (result.outcome === 'refused' && ['wechat:45015', 'wechat:45047'].includes(result.reason)) {
      await windows.exhaust(message.to)
      return windowClosed
    }
    return result
  }

  function notify(message: OutgoingMessage, notice: WechatNotice): Promise<SendResult> {
    const params = message.content.template?.params ?? {}
    const data: JsonObject = {}
    for (const [field, name] of Object.entries(notice.fields))
      data[field] = { value: fitting(field, params[name] ?? '') }
    const common = { touser: message.to, template_id: notice.templateId, data }
    if (notice.type === 'template')
      return ask(
        () =>
          api.post('/cgi-bin/message/template/send', {
            ...common,
            ...(notice.page ? { url: notice.page } : {}),
            client_msg_id: message.id,
          }),
        (body) => scalar(body['msgid']) || null,
      )
    return ask(
      () =>
        api.post('/cgi-bin/message/subscribe/bizsend', {
          ...common,
          ...(notice.page ? { page: notice.page } : {}),
        }),
      (body) => scalar(body['msgid']) || null,
    )
  }

  return {
    id: 'wechat',
    channel: 'wechat',
    // `client_msg_id` is the only id of ours that WeChat compares, and only template notices carry it.
    dropsRepetition: ({ content }) => content.text === undefined && noticeFor(content)?.type === 'template',
    check(content) {
      if (content.text !== undefined && content.text.trim() !== '')
        return Buffer.byteLength(content.text, 'utf8') > replyBytes ? textTooLong('约 680 个汉字') : null
      if (!content.template) return nothingToSend
      const notice = noticeFor(content)
      return checkTemplate(content.template, notice && Object.values(notice.fields))
    },
    async send(message) {
      const { text } = message.content
      const notice = noticeFor(message.content)
      const first: SendResult =
        text === undefined ? { outcome: 'refused', reason: 'noText' } : await customerService(message, text)
      return first.outcome === 'refused' && notice ? notify(message, notice) : first
    },
    options: () => ({
      freeText: true,
      why: '',
      templates: Object.entries(config.notices).map(([name, n]) => ({
        name,
        params: Object.values(n.fields),
      })),
    }),
  }
}

async function ask(
  call: () => Promise<WechatAnswer>,
  idOf: (body: JsonObject) => string | null,
): Promise<SendResult> {
  try {
    const { code, body } = await call()
    if (code === 0) return { outcome: 'sent', providerMessageId: idOf(body) }
    return { outcome: tryLater.has(code) ? 'retry' : 'refused', reason: `wechat:${code}` }
  } catch (error) {
    if (!(error instanceof CallFailed)) throw error
    return { outcome: error.reached ? 'unknown' : 'retry', reason: error.message }
  }
}

/** WeChat refuses a notice with an overlong value. Limits: "Subscription notices", parameter types. */
const longest: Record<string, number> = {
  thing: 20,
  character_string: 32,
  short_thing: 5,
  phrase: 5,
  name: 10,
  number: 32,
  letter: 32,
  symbol: 5,
  phone_number: 17,
}

function fitting(field: string, value: string): string {
  const limit = longest[field.replace(/\d+$/, '')]
  const chars = [...value]
  return limit === undefined || chars.length <= limit ? value : `${chars.slice(0, limit - 1).join('')}…`
}

/** "对方正在输入": a courtesy within 30 s of a message; every failure is without consequence. */
export async function showTyping(api: WechatApi, openid: string, typing: boolean): Promise<void> {
  await api
    .post('/cgi-bin/message/custom/typing', { touser: openid, command: typing ? 'Typing' : 'CancelTyping' })
    .catch(() => null)
}
