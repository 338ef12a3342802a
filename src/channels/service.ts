import { join } from 'node:path'
import type { Redis } from 'ioredis'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Pii } from '../base/pii.ts'
import type { Db } from '../db/pool.ts'
import type { Durable } from '../db/spool-durable.ts'
import type { InboundEffect, InboundText, Intake } from './channel.ts'
import type { SmsConfig, WechatConfig } from './config.ts'
import { createDurableIntake } from './durable-intake.ts'
import { mediaQueue, outgoingQueue, type RowJob } from './jobs.ts'
import type { Sender } from './outgoing/model.ts'
import type { DeliveryReport } from './outgoing/report.ts'
import { createOutgoing, type Outgoing } from './outgoing/service.ts'
import { createSmsInlet, type SmsInlet } from './sms/inlet.ts'
import { optOutEffect } from './sms/opt-out.ts'
import { smsAccounts, smsSenders } from './sms/senders.ts'
import { createWechatApi, type WechatApi } from './wechat/api.ts'
import { createMedia, type Media } from './wechat/media.ts'
import { noticeOutcome } from './wechat/message.ts'
import type { PassiveReply } from './wechat/reply.ts'
import { createReplyWindows } from './wechat/reply-window.ts'
import { showTyping, wechatSender } from './wechat/send.ts'
import { createAccessTokens, redisCache } from './wechat/token.ts'

/** A follower who leaves must have his personal data deleted. Implemented outside; must be idempotent. */
export type FollowerEraser = (follower: { account: string; openid: string; leftAt: Date }) => Promise<void>

export type ChannelsDeps = {
  wechat: WechatConfig | null
  sms: SmsConfig | null
  db: Db
  pii: Pii
  redis: Redis
  /** Prefix of keys in Redis, with the region's hash tag: `{cc:main}:`. */
  keyPrefix: string
  /** Files of citizens lie in `media` below it. */
  dataDir: string
  durable: Durable
  /** Commits in PostgreSQL. */
  intake: Intake
  /** Whether a text, or a piece of one, tells of danger to life or property. */
  isEmergency: (text: string) => boolean
  eraseFollower: FollowerEraser
  /** What a WeChat message is answered with at once; see `wechatRoutes`. */
  passiveReply?: (item: InboundText) => Promise<PassiveReply | null>
  /** An attempt to send was made; see `OutgoingDeps`. */
  onSettled?: (message: { key: string; about: string | null }) => void
  trustedProxies: string[]
  clock: Clock
  log: Log
}

export type WechatWebhook = {
  config: WechatConfig
  intake: Intake
  clock: Clock
  reply?: (item: InboundText) => Promise<PassiveReply | null>
}

export type SmsWebhooks = {
  config: SmsConfig
  inlet: SmsInlet
  reports: (reports: DeliveryReport[]) => Promise<void>
  durable: Durable
  log: Log
  trustedProxies: string[]
}

export type Channels = {
  /** For every edge that takes text, the citizen's web form included: committed or spooled. */
  intake: Intake
  outgoing: Outgoing
  /** Null while WeChat cannot be asked (no AppSecret). */
  media: Media | null
  /** How many messages WeChat still takes for a citizen; null when it is off or not known. */
  replyWindow(openid: string): Promise<{ messages: number; until: Date } | null>
  /** Shows "typing" to a citizen on WeChat; without effect elsewhere. */
  showTyping(openid: string, typing: boolean): Promise<void>
  /** What `channelRoutes` serves; null for a channel that is off. */
  webhooks: { wechat: WechatWebhook | null; sms: SmsWebhooks | null }
  /** Handlers of BullMQ jobs. */
  jobs: { queue: string; name: string; run: (job: RowJob) => Promise<void> }[]
  /** Every few seconds, on every gateway. */
  sweep(): Promise<void>
  stop(): Promise<void>
}

/** Puts the text channels together. A channel whose configuration is null has no routes and sends nothing. */
export function createChannels(deps: ChannelsDeps): Channels {
  const { wechat, sms, db, pii, durable, clock, log } = deps
  const windows = createReplyWindows(db, pii, log)
  const api = wechat?.secret ? apiOf(deps, wechat, wechat.secret) : null
  const media = api
    ? createMedia({ db, pii, dir: join(deps.dataDir, 'media'), fetchMedia: (id) => api.media(id), log })
    : null

  const senders: Sender[] = [
    ...(sms ? smsSenders(sms, clock) : []),
    ...(wechat && api ? [wechatSender(wechat, api, windows)] : []),
  ]
  const outgoing = createOutgoing({
    db,
    pii,
    durable,
    senders,
    defaultSms: sms?.sendBy ?? null,
    smsAccounts: sms ? smsAccounts(sms) : {},
    ...(deps.onSettled ? { onSettled: deps.onSettled } : {}),
    log,
  })

  const noticeReports: InboundEffect = (items) =>
    outgoing.takeReports(items.map(reportOf).filter((report) => report !== null))

  const farewell: InboundEffect = async (items) => {
    for (const item of items) {
      if (item.event?.name !== 'unsubscribe') continue
      await windows.forget(item.from)
      await outgoing.forget('wechat', item.from)
      await deps.eraseFollower({
        account: item.account,
        openid: item.from,
        leftAt: new Date(item.receivedAt),
      })
    }
  }

  const effects = [
    optOutEffect(db, pii),
    windows.effect,
    ...(media ? [media.effect] : []),
    noticeReports,
    farewell,
  ]
  const intake = createDurableIntake({ intake: deps.intake, durable, effects, log })
  const inlet = createSmsInlet({ db, pii, intake, durable, isEmergency: deps.isEmergency, clock, log })

  return {
    intake,
    outgoing,
    media,
    replyWindow: (openid) => (wechat ? windows.remaining(openid) : Promise.resolve(null)),
    showTyping: async (openid, typing) => {
      if (api) await showTyping(api, openid, typing)
    },
    webhooks: {
      wechat: wechat && {
        config: wechat,
        intake,
        clock,
        ...(deps.passiveReply ? { reply: deps.passiveReply } : {}),
      },
      sms: sms && {
        config: sms,
        inlet,
        reports: (reports) => outgoing.takeReports(reports),
        durable,
        log,
        trustedProxies: deps.trustedProxies,
      },
    },
    jobs: [
      { queue: outgoingQueue, name: 'deliver', run: ({ id }) => outgoing.deliver(id) },
      ...(media ? [{ queue: mediaQueue, name: 'fetch', run: ({ id }: RowJob) => media.fetch(id) }] : []),
    ],
    async sweep() {
      await inlet.sweep()
      await outgoing.sweep()
      await media?.sweep()
    },
    stop: () => windows.stop(),
  }
}

function apiOf(deps: ChannelsDeps, config: WechatConfig, secret: string): WechatApi {
  const tokens = createAccessTokens({
    appId: config.appId,
    secret,
    apiBase: config.apiBase,
    cache: redisCache(deps.redis),
    keyPrefix: deps.keyPrefix,
    pii: deps.pii,
    clock: deps.clock,
    log: deps.log,
  })
  return createWechatApi({ apiBase: config.apiBase, tokens })
}

function reportOf(item: InboundText): DeliveryReport | null {
  const outcome = noticeOutcome(item)
  if (!outcome?.messageId) return null
  return {
    via: 'wechat',
    key: item.providerId,
    ownId: null,
    providerMessageId: outcome.messageId,
    state: outcome.delivered ? 'delivered' : 'failed',
    code: outcome.code,
    at: item.providerTime ?? null,
  }
}
