import { randomBytes, randomUUID } from 'node:crypto'
import { aesKey, encrypt, signature } from '../../src/channels/wechat/crypto.ts'
import { cdata } from '../../src/channels/wechat/xml.ts'
import type { Report } from '../report.ts'
import { between, everySoOften, inPercent, oneOf } from './chance.ts'
import { type Matter, someMatter, someNumber, thanks } from './matters.ts'
import type { Reply } from './outside.ts'

/** The demo's accounts at its own WeChat and SMS box, made anew for each run. */
export interface TextAccounts {
  smsToken: string
  wechatToken: string
  wechatAppId: string
  wechatAesKey: string
}

export const newAccounts = (): TextAccounts => ({
  smsToken: randomBytes(16).toString('hex'),
  wechatToken: randomBytes(12).toString('hex'),
  wechatAppId: `wx${randomBytes(8).toString('hex')}`,
  // 43 characters that are base64 of 32 bytes without the sign at the end
  wechatAesKey: randomBytes(32).toString('base64').replaceAll('+', 'A').replaceAll('/', 'B').slice(0, 43),
})

/** Citizens who write. */
export interface Texting {
  /** a reply of the hotline has come */
  heard(reply: Reply): void
  stop(): void
}

interface Citizen {
  channel: 'sms' | 'wechat'
  id: string
  matter: Matter
  /** how often he still answers */
  patience: number
}

/**
 * Lets invented citizens write to the gateway's webhooks, answer what they are asked and say thank you.
 * @param base address of the gateway
 * @param perMinute new conversations a minute
 */
export function startTexting(
  base: string,
  accounts: TextAccounts,
  perMinute: number,
  report: Report,
): Texting {
  const talking = new Map<string, Citizen>()
  const waiting = new Set<NodeJS.Timeout>()
  let failing = false

  const send = async ({ channel, id }: Citizen, text: string): Promise<void> => {
    try {
      const answer = await (channel === 'sms'
        ? sendSms(base, accounts, id, text)
        : sendWechat(base, accounts, id, text))
      if (!answer.ok) throw new Error(`the ${channel} webhook answers ${answer.status}`)
      failing = false
    } catch (problem) {
      // once, not once a message: the gateway may be restarting
      if (!failing) report(`demo: ${(problem as Error).message}`)
      failing = true
    }
  }
  const later = (ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      waiting.delete(timer)
      act()
    }, ms)
    waiting.add(timer)
  }
  const stopAppearing = everySoOften(perMinute, () => {
    const channel = oneOf(['sms', 'wechat'] as const)
    const id = channel === 'sms' ? someNumber() : `oDemo${randomBytes(11).toString('hex')}`
    const citizen: Citizen = { channel, id, matter: someMatter(), patience: between(1, 3) }
    talking.set(id, citizen)
    void send(citizen, citizen.matter.opening)
    // many people press send before they are done
    if (inPercent(25))
      later(between(500, 4_000), () => void send(citizen, `地址是${citizen.matter.address}。`))
    later(15 * 60_000, () => talking.delete(id))
  })
  return {
    heard({ to }) {
      const citizen = talking.get(to.replace(/^\+?86/, ''))
      if (citizen === undefined || citizen.patience === 0) return
      citizen.patience -= 1
      const text =
        citizen.patience === 0 ? oneOf(thanks) : `${citizen.matter.more}地址${citizen.matter.address}。`
      later(between(2_000, 8_000), () => void send(citizen, text))
    },
    stop() {
      stopAppearing()
      waiting.forEach(clearTimeout)
    },
  }
}

function sendSms(base: string, { smsToken }: TextAccounts, from: string, text: string): Promise<Response> {
  const query = new URLSearchParams({
    id: randomUUID(),
    from,
    to: '12345',
    text,
    coding: '2',
    charset: 'UTF-8',
    time: String(Math.floor(Date.now() / 1000)),
  })
  return fetch(`${base}/webhooks/sms/kannel/${smsToken}?${query.toString()}`, {
    signal: AbortSignal.timeout(5_000),
  })
}

function sendWechat(base: string, accounts: TextAccounts, from: string, text: string): Promise<Response> {
  const seconds = String(Math.floor(Date.now() / 1000))
  const nonce = String(between(100_000, 999_999_999))
  const id = `${Date.now()}${between(100_000, 999_999)}`
  const message = [
    `<xml><ToUserName>${cdata('gh_demo')}</ToUserName><FromUserName>${cdata(from)}</FromUserName>`,
    `<CreateTime>${seconds}</CreateTime><MsgType>${cdata('text')}</MsgType><Content>${cdata(text)}</Content>`,
    `<MsgId>${id}</MsgId></xml>`,
  ].join('')
  const sealed = encrypt(message, accounts.wechatAppId, aesKey(accounts.wechatAesKey))
  const query = new URLSearchParams({
    signature: signature(accounts.wechatToken, seconds, nonce),
    timestamp: seconds,
    nonce,
    openid: from,
    encrypt_type: 'aes',
    msg_signature: signature(accounts.wechatToken, seconds, nonce, sealed),
  })
  return fetch(`${base}/webhooks/wechat?${query.toString()}`, {
    method: 'POST',
    headers: { 'content-type': 'text/xml' },
    body: `<xml><ToUserName>${cdata('gh_demo')}</ToUserName><Encrypt>${cdata(sealed)}</Encrypt></xml>`,
    signal: AbortSignal.timeout(5_000),
  })
}
