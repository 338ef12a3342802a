import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../../base/log.ts'
import type { Durable } from '../../db/spool-durable.ts'
import type { SmsConfig } from '../config.ts'
import type { DeliveryReport } from '../outgoing/report.ts'
import { addressList, peerReader } from '../peer.ts'
import { refuseQuietly, Refusal, sameSecret, sendRefusal, takeRawBodies, webhookOptions } from '../webhook.ts'
import { aliyunProfile } from './aliyun.ts'
import type { SmsInlet } from './inlet.ts'
import { kannelProfile } from './kannel.ts'
import type { RawRequest, SmsProfile } from './profile.ts'
import { parseBytes, rawQuery } from './query.ts'
import { tencentProfile } from './tencent.ts'

export type SmsRoutesOptions = {
  config: SmsConfig
  inlet: SmsInlet
  /** Takes delivery reports durably (`outgoing.takeReports`). */
  reports: (reports: DeliveryReport[]) => Promise<void>
  durable: Durable
  log: Log
  /** Addresses or ranges of proxies whose X-Forwarded-For is believed. */
  trustedProxies: string[]
  /** Whole body within, ms. */
  bodyWithinMs?: number
}

export function profilesOf(config: SmsConfig): SmsProfile[] {
  const profiles: SmsProfile[] = []
  if (config.aliyun) profiles.push(aliyunProfile(config.aliyun))
  if (config.tencent) profiles.push(tencentProfile(config.tencent))
  if (config.kannel) profiles.push(kannelProfile(config.kannel))
  return profiles
}

/**
 * `POST /webhooks/sms/{provider}/{token}` and `…/report`, Kannel's also by GET. Who is not on the source list or does
 * not know the token hears the same 403, before any body is read.
 */
export const smsRoutes: FastifyPluginAsync<SmsRoutesOptions> = async (
  scope: FastifyInstance,
  options: SmsRoutesOptions,
) => {
  const { config, inlet, reports, durable, log, trustedProxies, bodyWithinMs } = options
  const peerOf = peerReader(trustedProxies)
  const isAllowed = addressList(config.allow)

  function comesFromAllowed(request: FastifyRequest): boolean {
    const peer = peerOf(request)
    return peer !== null && isAllowed(peer)
  }

  function admit(profile: SmsProfile) {
    return async (request: FastifyRequest): Promise<void> => {
      const { token } = request.params as { token: string }
      const fromThere = config.allow.length === 0 || comesFromAllowed(request)
      if (!sameSecret(token, profile.token) || !fromThere)
        throw new Refusal(403, fromThere ? 'token' : 'source address')
    }
  }

  /** Items of a batch that make no sense are kept for a person; the provider will not send them better. */
  async function setAside(profile: SmsProfile, malformed: unknown[]): Promise<void> {
    for (const item of malformed)
      await durable.spool.quarantine({ kind: `malformed:${profile.id}`, data: item }, 'malformed item')
    if (malformed.length > 0)
      log.warn({ provider: profile.id, items: malformed.length }, 'malformed items set aside')
  }

  for (const profile of profilesOf(config)) {
    await scope.register(async (inner) => {
      // First, so that strangers are turned away before their bodies are looked at.
      inner.addHook('onRequest', admit(profile))
      takeRawBodies(inner, { types: profile.types, ...(bodyWithinMs ? { withinMs: bodyWithinMs } : {}) })
      refuseQuietly(inner)
      const acknowledge = (reply: FastifyReply): FastifyReply =>
        reply
          .code(200)
          .type(profile.ack.type)
          .header('x-content-type-options', 'nosniff')
          .send(profile.ack.body)
      const route = (path: string, handle: (request: RawRequest) => Promise<void>): void => {
        inner.route({
          method: profile.methods,
          url: `/webhooks/sms/${profile.id}/:token${path}`,
          exposeHeadRoute: false,
          ...webhookOptions,
          handler: async (request, reply) => {
            await handle(rawRequest(request))
            return acknowledge(reply)
          },
        })
      }

      route('', async (request) => {
        const { items, malformed } = profile.inbound(request)
        await setAside(profile, malformed)
        await inlet.take(items)
      })
      route('/report', async (request) => {
        const { items, malformed } = profile.reports(request)
        await setAside(profile, malformed)
        await reports(items)
      })
    })
  }

  // Everything else below the prefix, so that no address with a token in it reaches the common 404 and its log line.
  await scope.register(async (rest) => {
    takeRawBodies(rest, { types: [] })
    rest.setErrorHandler((_error, request, reply) => sendRefusal(request, reply, 404))
    rest.all('/webhooks/sms/*', webhookOptions, async (request, reply) => sendRefusal(request, reply, 404))
  })
}

function rawRequest(request: FastifyRequest): RawRequest {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  const form = (request.headers['content-type'] ?? '')
    .toLowerCase()
    .startsWith('application/x-www-form-urlencoded')
  const params = parseBytes(rawQuery(request.raw.url ?? ''))
  if (form)
    for (const [name, value] of parseBytes(body.toString('latin1')))
      if (!params.has(name)) params.set(name, value)
  return { params, headers: request.headers, body: form ? Buffer.alloc(0) : body }
}
