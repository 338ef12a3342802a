import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../base/clock.ts'
import type { InboundText, Intake } from '../channel.ts'
import type { WechatConfig } from '../config.ts'
import { refuseQuietly, Refusal, takeRawBodies, webhookOptions } from '../webhook.ts'
import { aesKey, decryptWithAny, isSignedBy, type AesKey } from './crypto.ts'
import { ciphertextOf, toInbound } from './message.ts'
import { mayReply, replyXml, sealReply, success, type PassiveReply } from './reply.ts'
import { parsePush, type XmlElement } from './xml.ts'

export type WechatRoutesOptions = {
  config: WechatConfig
  /** The durable one: its promise is what `success` means. */
  intake: Intake
  clock: Clock
  /**
   * What to say at once, e.g. the emergency number. It may be asked again for the same push, so it must not decide
   * anything; when it is late or fails WeChat hears `success`.
   */
  reply?: (item: InboundText) => Promise<PassiveReply | null>
  /** Pushes older or younger than this are refused, ms. */
  windowMs?: number
  /** Whole body within, ms. */
  bodyWithinMs?: number
  /** Patience with `reply`, ms; WeChat itself waits 5 s for everything. */
  replyWithinMs?: number
}

type Opened = { push: XmlElement; key: AesKey | null }

/**
 * `GET, POST /webhooks/wechat`. GET proves the address to WeChat; POST is a push. In safe mode only what carries
 * `msg_signature` over its ciphertext is believed: the three-part signature does not cover the body.
 */
export const wechatRoutes: FastifyPluginAsync<WechatRoutesOptions> = async (
  scope: FastifyInstance,
  options: WechatRoutesOptions,
) => {
  const {
    config,
    intake,
    clock,
    reply,
    windowMs = 300_000,
    bodyWithinMs = 3_000,
    replyWithinMs = 1_000,
  } = options
  const keys = [config.aesKey, config.aesKeyPrevious].filter((k) => k !== null).map(aesKey)
  if (config.mode !== 'plain' && keys.length === 0)
    throw new Error(`WeChat mode ${config.mode} needs an EncodingAESKey`)
  const nonces = nonceWindow(windowMs)

  takeRawBodies(scope, { types: ['text/xml', 'application/xml'], withinMs: bodyWithinMs })
  refuseQuietly(scope)

  /** Throws unless the three-part signature and the time are right. */
  function checkEnvelope(query: Query): { timestamp: string; nonce: string } {
    const { timestamp, nonce, signature } = query
    if (typeof timestamp !== 'string' || typeof nonce !== 'string') throw new Refusal(401, 'no signature')
    if (!/^\d{1,12}$/.test(timestamp) || nonce.length > 128) throw new Refusal(401, 'no signature')
    if (Math.abs(clock().getTime() - Number(timestamp) * 1000) > windowMs)
      throw new Refusal(401, 'outside time window')
    // The encrypted path is proved by msg_signature; where both are present both must be right.
    if (signature !== undefined || query.msg_signature === undefined)
      if (!isSignedBy(signature, config.token, timestamp, nonce)) throw new Refusal(401, 'signature')
    return { timestamp, nonce }
  }

  function open(query: Query, body: Buffer): Opened {
    const { timestamp, nonce } = checkEnvelope(query)
    const outer = parsePush(body)
    if (!outer) throw new Refusal(400, 'no push body')
    const encrypted = ciphertextOf(outer)
    if (query.encrypt_type === 'aes' || query.msg_signature !== undefined) {
      if (encrypted === null || !isSignedBy(query.msg_signature, config.token, timestamp, nonce, encrypted))
        throw new Refusal(401, 'message signature')
      const opened = decryptWithAny(encrypted, config.appId, keys)
      if (!opened) throw new Refusal(401, 'ciphertext')
      const push = parsePush(opened.message)
      if (!push) throw new Refusal(400, 'no push in ciphertext')
      return { push, key: opened.key }
    }
    if (config.mode === 'safe' || encrypted !== null) throw new Refusal(401, 'plain body')
    if (!nonces.admit(nonce, body, clock())) throw new Refusal(401, 'nonce used for another body')
    return { push: outer, key: null }
  }

  scope.get('/webhooks/wechat', webhookOptions, async (request, response) => {
    const query = request.query as Query
    checkEnvelope({ ...query, msg_signature: undefined })
    const { echostr } = query
    if (typeof echostr !== 'string' || echostr.length === 0 || echostr.length > 1024)
      throw new Refusal(400, 'no echostr')
    return plainText(response, echostr)
  })

  scope.post('/webhooks/wechat', webhookOptions, async (request: FastifyRequest, response) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const { push, key } = open(request.query as Query, body)
    const item = toInbound(push, clock())
    if (!item) throw new Refusal(400, 'push lacks an element')
    await intake.accept([item])
    const answer = reply && mayReply(item.event?.name) ? await inTime(reply(item), replyWithinMs) : null
    if (!answer) return plainText(response, success)
    const xml = replyXml(answer, item, clock())
    return response
      .type('text/xml; charset=utf-8')
      .send(key ? sealReply(xml, config.appId, config.token, key, clock()) : xml)
  })
}

type Query = Partial<
  Record<
    'signature' | 'timestamp' | 'nonce' | 'msg_signature' | 'encrypt_type' | 'echostr',
    string | string[] | undefined
  >
>

const plainText = (response: FastifyReply, text: string): FastifyReply =>
  response.type('text/plain; charset=utf-8').header('x-content-type-options', 'nosniff').send(text)

async function inTime<T>(work: Promise<T | null>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), ms)))
  try {
    return await Promise.race([work.catch(() => null), late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * In plain mode the signature does not cover the body, so one that was overheard could carry another text. Within the
 * window a nonce admits one body only; the same body again is WeChat's own repetition.
 */
function nonceWindow(windowMs: number): { admit(nonce: string, body: Buffer, now: Date): boolean } {
  const seen = new Map<string, { digest: string; until: number }>()
  const most = 100_000
  return {
    admit(nonce, body, now) {
      const digest = createHash('sha256').update(body).digest('base64')
      for (const [key, entry] of seen) {
        if (entry.until > now.getTime() && seen.size < most) break
        seen.delete(key)
      }
      const known = seen.get(nonce)
      if (known) return known.digest === digest
      seen.set(nonce, { digest, until: now.getTime() + 2 * windowMs })
      return true
    },
  }
}
