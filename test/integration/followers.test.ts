import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../../src/base/actor.ts'
import type { InboundText } from '../../src/channels/channel.ts'
import { createChannels, type Channels } from '../../src/channels/service.ts'
import { followerEraser } from '../../src/composition/channels.ts'
import { createDurable, type Durable } from '../../src/db/spool-durable.ts'
import { openSpool } from '../../src/db/spool.ts'
import { silentLog, startContacts, testPii } from '../support/contacts.ts'
import { runFolder } from '../support/services.ts'
import { testWechat } from '../support/wechat-push.ts'

/** 微信取消关注 and what follows it, through the channels into one ledger. */
let world: Awaited<ReturnType<typeof startContacts>>
let durable: Durable
let channels: Channels
beforeAll(async () => {
  world = await startContacts()
  const dataDir = mkdtempSync(join(runFolder(), 'followers-'))
  const clock = () => new Date()
  durable = createDurable({
    spool: await openSpool({ dir: dataDir, codec: testPii, log: silentLog, clock }),
    log: silentLog,
  })
  channels = createChannels({
    wechat: testWechat,
    sms: null,
    db: world.db,
    pii: testPii,
    redis: {} as Redis,
    keyPrefix: '{cc:test}:',
    dataDir,
    durable,
    intake: world.contacts.intake,
    isEmergency: () => false,
    eraseFollower: followerEraser(world.requesters, world.contacts),
    trustedProxies: [],
    clock,
    log: silentLog,
  })
})
afterAll(async () => {
  await channels.stop()
  await durable.stop()
  await world.stop()
})

let serial = 0
let second = 0
const push = (from: string, more: Partial<InboundText>): InboundText => ({
  channel: 'wechat',
  account: 'gh_hotline',
  providerId: `f${++serial}`,
  from,
  kind: 'text',
  text: '路灯不亮',
  receivedAt: new Date(Date.now() - 3_600_000 + ++second * 1_000).toISOString(),
  ...more,
})
const event = (from: string, name: string) =>
  push(from, { kind: 'event', text: '', event: { name, fields: {} } })

const addressOf = async (contactId: string): Promise<string | null> => {
  const sealed = (await world.contacts.addressOf(contactId))?.sealed
  return sealed ? testPii.open(sealed) : null
}
const linksOf = (openid: string) =>
  world.db.query(`select 1 from requester_links where lookup = $1 and undone_at is null`, [
    world.requesters.lookupOf({ kind: 'wechat', address: openid }),
  ])
const contactOf = async (items: InboundText[]): Promise<string> =>
  (await channels.intake.accept(items)).at(-1)!.contactId!

describe('a follower who leaves', () => {
  it('is forgotten with what he wrote before, though all of it is stored only then', async () => {
    const openid = 'oLeaves'
    const [accepted] = await channels.intake.accept([push(openid, {}), event(openid, 'unsubscribe')])
    expect(await addressOf(accepted!.contactId!)).toBeNull()
    expect(await linksOf(openid)).toEqual([])
  })

  it('and comes back is reached again, in whatever batch and however often it is stored', async () => {
    const openid = 'oComesBack'
    const before = await contactOf([push(openid, {})])
    await world.contacts.door.apply(before, { type: 'failed' }, { actor: system('test') })
    const batch = [
      event(openid, 'unsubscribe'),
      event(openid, 'subscribe'),
      push(openid, { text: '还是不亮' }),
    ]
    const back = await contactOf(batch)
    for (let times = 0; times < 2; times++) {
      expect(await addressOf(before)).toBeNull()
      expect(await addressOf(back)).toBe(openid)
      expect(await linksOf(openid)).toHaveLength(1)
      await channels.intake.accept(batch)
    }
  })

  it('in the middle of a talk and comes back is reached in it', async () => {
    const openid = 'oTalks'
    const talk = await contactOf([push(openid, {})])
    await channels.intake.accept([event(openid, 'unsubscribe')])
    expect(await addressOf(talk)).toBeNull()
    expect(await contactOf([event(openid, 'subscribe'), push(openid, { text: '在建国路' })])).toBe(talk)
    expect(await addressOf(talk)).toBe(openid)
  })
})
