import type { KannelConfig } from '../config.ts'
import { callHttp, CallFailed, type Caller } from '../http-call.ts'
import {
  checkTemplate,
  nothingToSend,
  textTooLong,
  type OutgoingContent,
  type Sender,
} from '../outgoing/model.ts'
import { gsm7Encode } from './gsm7.ts'

/** Ten parts of a UCS-2 message (67 characters each). */
const longest = 670

/** Delivered, failed, rejected (Kannel User Guide, "Delivery reports"). */
const reportMask = 1 + 2 + 16

const placesOf = (pattern: string): string[] => [...pattern.matchAll(/\{(\w+)\}/g)].map((m) => m[1] as string)

/** Free text through smsbox's `sendsms`. It neither echoes nor compares an id: ours travels in the report address. */
export function kannelSender(config: KannelConfig, call: Caller = callHttp): Sender | null {
  const { send } = config
  if (!send) return null

  function textOf(content: OutgoingContent): string {
    const { template } = content
    const pattern = template ? send?.templates[template.name] : undefined
    const text =
      content.text ?? pattern?.replace(/\{(\w+)\}/g, (_, name: string) => template?.params[name] ?? '') ?? ''
    return send?.signName ? `【${send.signName}】${text}` : text
  }

  /** Kannel fills in the escape codes; they must reach it unescaped, so only our values are escaped. */
  function reportUrl(id: string): string {
    const base = `${send?.reportBase ?? ''}/webhooks/sms/kannel/${encodeURIComponent(config.token)}/report`
    return `${base}?own=${id}&type=%d&id=%I&time=%T&answer=%A`
  }

  return {
    id: 'kannel',
    channel: 'sms',
    dropsRepetition: () => false,
    check(content) {
      if (content.text === undefined || content.text.trim() === '') {
        if (!content.template) return nothingToSend
        const pattern = send.templates[content.template.name]
        const refusal = checkTemplate(content.template, pattern === undefined ? undefined : placesOf(pattern))
        if (refusal) return refusal
      }
      return textOf(content).length > longest ? textTooLong(`${longest} 个字`) : null
    },
    async send(message) {
      const text = textOf(message.content)
      const url = new URL(send.url)
      const query: Record<string, string> = {
        username: send.username,
        password: send.password,
        from: config.account,
        to: message.to.replace(/^\+86/, ''),
        text,
        charset: 'UTF-8',
        coding: gsm7Encode(text) ? '0' : '2',
        ...(send.reportBase ? { 'dlr-mask': String(reportMask), 'dlr-url': reportUrl(message.id) } : {}),
      }
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
      try {
        const { status, body } = await call({ method: 'GET', url: url.href, maxBytes: 10_000 })
        if (status === 202 || status === 200) return { outcome: 'sent', providerMessageId: null }
        // 503: "temporal failure, try again later" (Kannel User Guide, "Sending an SMS").
        if (status === 503 || status === 429) return { outcome: 'retry', reason: `kannel:${status}` }
        if (status >= 500) return { outcome: 'unknown', reason: `kannel:${status}` }
        const code = /^\d+/.exec(body.toString('latin1'))?.[0]
        return { outcome: 'refused', reason: `kannel:${status}${code ? `/${code}` : ''}` }
      } catch (error) {
        if (!(error instanceof CallFailed)) throw error
        return { outcome: error.reached ? 'unknown' : 'retry', reason: error.message }
      }
    },
    options: () => ({
      freeText: true,
      why: '',
      templates: Object.entries(send.templates).map(([name, pattern]) => ({
        name,
        params: placesOf(pattern),
      })),
    }),
  }
}
