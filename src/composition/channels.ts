import type { Redis } from 'ioredis'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Pii } from '../base/pii.ts'
import { createChannels, type Channels, type FollowerEraser } from '../channels/service.ts'
import type { Config } from '../config/config.ts'
import type { Desk } from '../agent-desk/desk.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Db } from '../db/pool.ts'
import type { Durable } from '../db/spool-durable.ts'
import type { Requesters } from '../requesters/service.ts'
import { followTexts } from './changes.ts'
import { createLinking } from './linking.ts'
import type { ProgressTexts } from './progress.ts'
import { contactOfAbout } from './sending.ts'

type Parts = {
  config: Config
  db: Db
  pii: Pii
  redis: Redis
  prefix: string
  durable: Durable
  requesters: Requesters
  contacts: Contacts
  desk: () => Desk
  /** The channels themselves, which are what is being made. */
  channels: () => Channels
  progressTexts: ProgressTexts
  clock: Clock
  log: Log
}

/** SMS and WeChat with what stands around the ledger's intake: codes that tie accounts, questions for progress, the desk. */
export function composeChannels(parts: Parts): Channels {
  const { config, db, pii, redis, prefix, durable, requesters, contacts, desk, clock, log } = parts
  const outgoing = () => parts.channels().outgoing
  const linking = createLinking({ db, requesters, outgoing, clock, log })

  /** The desk shows what became of a reply. */
  async function showDelivery(contactId: string, key: string): Promise<void> {
    const shown = (await contacts.messagesOf(contactId)).find((m) => key === `reply-${m.providerId}`)
    if (shown) await desk().news.messageAdded(contactId, shown.id)
  }

  return createChannels({
    ...config.channels,
    db,
    pii,
    redis,
    keyPrefix: `${prefix}:`,
    dataDir: config.dataDir,
    durable,
    intake: followTexts(parts.progressTexts.wrap(linking.wrap(contacts.intake)), desk, log),
    isEmergency: (text) => contacts.screen(text).emergency,
    eraseFollower: followerEraser(requesters, contacts),
    passiveReply: linking.reply,
    onSettled: ({ key, about }) => {
      const contactId = contactOfAbout(about)
      if (!contactId) return
      showDelivery(contactId, key).catch((error: unknown) =>
        log.debug({ contactId, err: String(error) }, 'delivery not shown'),
      )
    },
    trustedProxies: config.trustedProxy ?? [],
    clock,
    log,
  })
}

/** Who left is forgotten; who has written again since is not, however late his leaving is told. */
export function followerEraser(
  requesters: Pick<Requesters, 'forgetWechat' | 'lookupOf'>,
  contacts: Pick<Contacts, 'forgetAddress'>,
): FollowerEraser {
  return async ({ openid, leftAt }) => {
    const lookup = requesters.lookupOf({ kind: 'wechat', address: openid })
    const isBack = await contacts.forgetAddress('wechat', lookup, leftAt)
    if (!isBack) await requesters.forgetWechat(openid)
  }
}
