import { randomBytes } from 'node:crypto'
import { encrypt, signature, type AesKey } from './crypto.ts'
import { cdata } from './xml.ts'

/** What may be answered to a push at once (被动回复). */
export type PassiveReply =
  | { type: 'text'; content: string }
  | { type: 'image'; mediaId: string }
  | { type: 'voice'; mediaId: string }
  | { type: 'news'; articles: { title: string; description: string; picUrl: string; url: string }[] }

/** Seven bytes that tell WeChat: taken, nothing to say. */
export const success = 'success'

/** WeChat shows no more than this many bytes of a text. */
export const replyBytes = 2048

function body(reply: PassiveReply): string {
  switch (reply.type) {
    case 'text':
      return `<Content>${cdata(reply.content)}</Content>`
    case 'image':
      return `<Image><MediaId>${cdata(reply.mediaId)}</MediaId></Image>`
    case 'voice':
      return `<Voice><MediaId>${cdata(reply.mediaId)}</MediaId></Voice>`
    case 'news':
      return `<ArticleCount>${reply.articles.length}</ArticleCount><Articles>${reply.articles
        .map(
          (a) =>
            `<item><Title>${cdata(a.title)}</Title><Description>${cdata(a.description)}</Description>` +
            `<PicUrl>${cdata(a.picUrl)}</PicUrl><Url>${cdata(a.url)}</Url></item>`,
        )
        .join('')}</Articles>`
  }
}

/** The reply as XML; sender and recipient are those of the push, swapped. */
export function replyXml(reply: PassiveReply, push: { account: string; from: string }, now: Date): string {
  return (
    `<xml><ToUserName>${cdata(push.from)}</ToUserName><FromUserName>${cdata(push.account)}</FromUserName>` +
    `<CreateTime>${Math.floor(now.getTime() / 1000)}</CreateTime><MsgType>${cdata(reply.type)}</MsgType>` +
    `${body(reply)}</xml>`
  )
}

/** The same for an encrypted push. @param key the one that opened the push */
export function sealReply(xml: string, appId: string, token: string, key: AesKey, now: Date): string {
  const encrypted = encrypt(xml, appId, key)
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const nonce = String(randomBytes(4).readUInt32BE(0))
  return (
    `<xml><Encrypt>${cdata(encrypted)}</Encrypt>` +
    `<MsgSignature>${cdata(signature(token, timestamp, nonce, encrypted))}</MsgSignature>` +
    `<TimeStamp>${timestamp}</TimeStamp><Nonce>${cdata(nonce)}</Nonce></xml>`
  )
}

/** Events after which WeChat takes no reply. */
const silent = new Set(['unsubscribe', 'LOCATION', 'TEMPLATESENDJOBFINISH'])

export const mayReply = (eventName: string | undefined): boolean =>
  eventName === undefined || !silent.has(eventName)
