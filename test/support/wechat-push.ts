import { randomBytes } from 'node:crypto'
import type { WechatConfig } from '../../src/channels/config.ts'
import { aesKey, encrypt, signature } from '../../src/channels/wechat/crypto.ts'
import { cdata } from '../../src/channels/wechat/xml.ts'

/** Plays WeChat's server: makes pushes that are signed and encrypted as the platform does it. */

export type PushAccount = { token: string; appId: string; aesKey: string; account: string }

export const testAccount: PushAccount = {
  token: 'synthetic-token',
  appId: 'wx0000000000000001',
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  account: 'gh_hotline',
}

/** How a gateway is told of that account; without a secret, so that it only listens. */
export const testWechat: WechatConfig = {
  appId: testAccount.appId,
  token: testAccount.token,
  aesKey: testAccount.aesKey,
  aesKeyPrevious: null,
  secret: null,
  mode: 'safe',
  apiBase: 'http://127.0.0.1:1',
  notices: {},
}

export type SignedPush = { method: 'POST'; url: string; payload: string; headers: Record<string, string> }

type Fields = Record<string, string | number | undefined>

let counter = 0

/** A value that no other push of this process has. */
export const freshMsgId = (): string =>
  String(7_000_000_000_000_000_000n + BigInt(Date.now()) * 1000n + BigInt(counter++))

const inner = (account: PushAccount, from: string, fields: Fields, at: Date): string => {
  const all: Fields = {
    ToUserName: account.account,
    FromUserName: from,
    CreateTime: Math.floor(at.getTime() / 1000),
    ...fields,
  }
  const elements = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<${name}>${typeof value === 'number' ? value : cdata(String(value))}</${name}>`)
  return `<xml>${elements.join('')}</xml>`
}

export const textPush = (from: string, content: string, msgId = freshMsgId()): [string, Fields] => [
  from,
  { MsgType: 'text', Content: content, MsgId: msgId },
]

export const eventPush = (from: string, event: string, more: Fields = {}): [string, Fields] => [
  from,
  { MsgType: 'event', Event: event, ...more },
]

export type PushOptions = {
  account?: PushAccount
  mode?: 'safe' | 'compatible' | 'plain'
  at?: Date
  /** Encrypt with this key instead of the account's. */
  aesKey?: string
  path?: string
}

/** A push of the given elements; `xml` (a whole body) replaces them. */
export function signedPush(
  from: string,
  fields: Fields | { xml: string },
  options: PushOptions = {},
): SignedPush {
  const { account = testAccount, mode = 'safe', at = new Date(), path = '/webhooks/wechat' } = options
  const xml =
    'xml' in fields && typeof fields.xml === 'string' ? fields.xml : inner(account, from, fields, at)
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const nonce = randomBytes(4).readUInt32BE(0).toString()
  const query = new URLSearchParams({
    signature: signature(account.token, timestamp, nonce),
    timestamp,
    nonce,
    openid: from,
  })
  let payload = xml
  if (mode !== 'plain') {
    const encrypted = encrypt(xml, account.appId, aesKey(options.aesKey ?? account.aesKey))
    query.set('encrypt_type', 'aes')
    query.set('msg_signature', signature(account.token, timestamp, nonce, encrypted))
    payload =
      mode === 'safe'
        ? `<xml><ToUserName>${cdata(account.account)}</ToUserName><Encrypt>${cdata(encrypted)}</Encrypt></xml>`
        : xml.replace('</xml>', `<Encrypt>${cdata(encrypted)}</Encrypt></xml>`)
  }
  return {
    method: 'POST',
    url: `${path}?${query.toString()}`,
    payload,
    headers: { 'content-type': 'text/xml' },
  }
}

/** The request by which WeChat proves an address when it is configured. */
export function verification(
  echostr: string,
  account = testAccount,
  at = new Date(),
): { method: 'GET'; url: string } {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const nonce = randomBytes(4).readUInt32BE(0).toString()
  const query = new URLSearchParams({
    signature: signature(account.token, timestamp, nonce),
    timestamp,
    nonce,
    echostr,
  })
  return { method: 'GET', url: `/webhooks/wechat?${query.toString()}` }
}

/** Sends a push to a running gateway. */
export async function sendPush(base: string, push: SignedPush): Promise<Response> {
  return fetch(`${base}${push.url}`, { method: 'POST', headers: push.headers, body: push.payload })
}
