import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { closeCodes } from '../../src/agent-desk/connection.ts'
import { system } from '../../src/base/actor.ts'
import { newId } from '../../src/base/ids.ts'
import { contactLimits, createContactDoor } from '../../src/contacts/service.ts'
import { Page } from './desk-page.ts'
import { agent, atWork, createDeskSite, number, quick, taken, text, type DeskSite } from './desk-support.ts'
import { createGround, prefix, type Ground } from './staff-support.ts'

let ground: Ground
let site: DeskSite
let other: DeskSite

beforeAll(async () => {
  ground = await createGround()
  ;[site, other] = await Promise.all([
    createDeskSite(ground, { node: 'node-a' }),
    createDeskSite(ground, { node: 'node-b' }),
  ])
})
afterAll(async () => {
  await Promise.all([site?.close(), other?.close()])
  expect(ground?.logged()).not.toMatch(/1380000\d{4}/)
  await ground?.close()
})

const notices = (page: Page): string[] => page.all('notice').map((m) => m.text)

describe('a page that was away', () => {
  it('gets what it missed, in order, each once, and nothing that it had', async () => {
    const one = await agent(ground, site)
    const tab = newId()
    const before = await one.page({ tab }).hello()
    const { news } = site.desk
    await news.notice(one.id, 'info', '第1条')
    await before.next('notice')
    const seen = before.lastEvent!
    await before.close()
    for (let n = 2; n <= 40; n++) await news.notice(one.id, 'info', `第${n}条`)

    const after = one.page({ tab })
    await after.opened()
    // The rest comes while it is being brought up to date: from both gateways, live.
    const live = (async () => {
      for (let n = 41; n <= 80; n++) await other.desk.news.notice(one.id, 'info', `第${n}条`)
    })()
    await after.ask({ type: 'hello', tab, lastEvent: seen })
    await live
    await after.next('notice', (m) => m.text === '第80条')
    expect(notices(after)).toEqual(Array.from({ length: 79 }, (_, n) => `第${n + 2}条`))
    expect(after.all('snapshot')).toEqual([])
    const { count } = await after.next('replayed')
    expect(count).toBeGreaterThanOrEqual(39)
    const ids = after.inbox.flatMap((m) => m.event ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    await after.close()
  })

  it('is told of an offer made meanwhile, and not of one that is over', async () => {
    const one = await atWork(ground, site, 'text')
    const seen = one.desk.lastEvent!
    const { tab } = one.desk
    await one.desk.close()
    const over = await site.queue.offer((await text(site)).id, one.id)
    await site.queue.decline(over.offerId, one.id, '测试')
    const open = await site.queue.offer((await text(site)).id, one.id)
    const after = await one.page({ tab }).hello(seen)
    await after.next('replayed')
    expect(after.all('offer').map((m) => m.offer.offerId)).toEqual([open.offerId])
    expect(after.all('offerEnded').map((m) => m.offerId)).toContain(over.offerId)
    await after.close()
  })

  it.each([
    ['an event that is long gone', '1-0'],
    ['an event id that makes no sense', 'yesterday'],
  ])('gets a snapshot after %s', async (_name, lastEvent) => {
    const one = await agent(ground, site)
    const page = await one.page().hello(lastEvent)
    const snapshot = await page.next('snapshot')
    expect(snapshot.agent).toMatchObject({ agentId: one.id, intent: 'offline', epoch: 0 })
    await page.close()
  })

  it('gets a snapshot when more happened than is kept', async () => {
    const one = await agent(ground, site)
    const before = await one.page().hello()
    const seen = before.lastEvent!
    await before.close()
    for (let n = 0; n < 700; n++) await site.desk.news.notice(one.id, 'info', '很多')
    const after = await one.page().hello(seen)
    await after.next('snapshot')
    expect(after.all('replayed')).toEqual([])
    await after.close()
  })
})

describe('several gateways', () => {
  it('find the gateway that holds the desk', async () => {
    const one = await atWork(ground, site, 'text')
    const contact = await text(other)
    const offer = await other.queue.offer(contact.id, one.id)
    await one.desk.next('offer', (m) => m.offer.offerId === offer.offerId)
    await one.desk.do({ type: 'acceptOffer', offerId: offer.offerId })
    await other.contacts.conversations.end(contact.id, { kind: 'staff', id: one.id, role: 'agent' })
    await one.desk.next('contact', (m) => m.contact.id === contact.id && m.contact.state === 'wrapUp')
    await one.desk.close()
  })

  it('take a desk over from each other without a gap', async () => {
    const one = await atWork(ground, site, 'text')
    await site.desk.news.notice(one.id, 'info', '在甲')
    await one.desk.next('notice')
    const seen = one.desk.lastEvent!
    const moved = new Page(other.base, one.cookie, { tab: one.desk.tab })
    await one.desk.close()
    await site.desk.news.notice(one.id, 'info', '路上')
    await moved.hello(seen)
    await site.desk.news.notice(one.id, 'info', '在乙')
    await moved.next('notice', (m) => m.text === '在乙')
    expect(notices(moved)).toEqual(['路上', '在乙'])
    await moved.close()
  })

  it('tell both pages of an agent who has one at each', async () => {
    const one = await atWork(ground, site, 'text')
    const second = await new Page(other.base, one.cookie).hello()
    expect(await second.next('snapshot')).toMatchObject({ otherTab: true })
    await site.desk.news.notice(one.id, 'warning', '都看到')
    await Promise.all([
      one.desk.next('notice', (m) => m.text === '都看到'),
      second.next('notice', (m) => m.text === '都看到'),
    ])
    await Promise.all([one.desk.close(), second.close()])
  })
})

describe('a change whose gateway died before it told anybody', () => {
  it('is shown by whoever hears its bell, once', async () => {
    const one = await atWork(ground, site, 'text')
    const contactId = await taken(site, one, await text(site))
    const silent = createContactDoor(ground.db, contactLimits)
    const fact = { type: 'requeued', reason: 'transfer' } as const
    const applied = await silent.apply(contactId, fact, { actor: system('test') })
    await other.desk.news.contactHeard(applied.contact!)
    await one.desk.next('contactGone', (m) => m.contactId === contactId)
    // Two bells, and the news of one who lived after all.
    await other.desk.news.contactHeard(applied.contact!)
    await site.desk.news.contactChanged(applied.contact!)
    await site.desk.news.notice(one.id, 'info', '之后')
    await one.desk.next('notice', (m) => m.text === '之后')
    expect(one.desk.all('contactGone').filter((m) => m.contactId === contactId)).toHaveLength(1)
    await one.desk.close()
  })

  it('lets an agent go who drains and has nothing left', async () => {
    const one = await atWork(ground, site, 'text')
    const contactId = await taken(site, one, await text(site))
    expect(await one.desk.do({ type: 'signOut' })).toEqual({ intent: 'draining' })
    const silent = createContactDoor(ground.db, contactLimits)
    await silent.apply(contactId, { type: 'failed' }, { actor: system('test') })
    await one.desk.next('agent', (m) => m.agent.intent === 'offline')
    await one.desk.close()
  })
})

describe('when Redis is wiped', () => {
  it('every open desk gets a snapshot and everything after it', async () => {
    const one = await atWork(ground, site, 'text')
    const far = await new Page(other.base, one.cookie).hello()
    const contact = await text(site)
    const offer = await site.queue.offer(contact.id, one.id)
    await one.desk.next('offer')
    const snapshots = [one.desk, far].map((p) => p.all('snapshot').length)
    await site.redis.flushall()
    await one.desk.when(() => (one.desk.all('snapshot').length > snapshots[0]! ? true : undefined))
    await far.when(() => (far.all('snapshot').length > snapshots[1]! ? true : undefined))
    const { offers } = one.desk.all('snapshot').at(-1)!
    expect(offers.map((o) => o.offerId)).toEqual([offer.offerId])
    await site.desk.news.notice(one.id, 'info', '之后')
    await Promise.all([one.desk, far].map((p) => p.next('notice', (m) => m.text === '之后')))
    await Promise.all([one.desk.close(), far.close()])
  })

  it('a contact that leaves a desk afterwards is still taken off it', async () => {
    const one = await atWork(ground, site, 'text')
    const contact = await text(site)
    await taken(site, one, contact)
    const shown = one.desk.all('snapshot').length
    await site.redis.flushall()
    await one.desk.when(() => (one.desk.all('snapshot').length > shown ? true : undefined))
    await site.contacts.door.apply(
      contact.id,
      { type: 'requeued', reason: 'transfer' },
      { actor: system('test') },
    )
    await one.desk.next('contactGone', (m) => m.contactId === contact.id)
    await one.desk.close()
  })

  it('a page that comes back with an id of before gets a snapshot', async () => {
    const one = await agent(ground, site)
    const before = await one.page().hello()
    const seen = before.lastEvent!
    await before.close()
    await site.redis.flushall()
    await site.desk.news.notice(one.id, 'info', '新的一代')
    const after = await one.page().hello(seen)
    await after.next('snapshot')
    await after.close()
  })

  it('and dies and comes back, open desks are made whole', async () => {
    const own = await createGround()
    const alone = await createDeskSite(own)
    try {
      const one = await atWork(own, alone, 'text')
      await own.stopRedis()
      // Nothing can be published now; the change itself is in PostgreSQL.
      const contact = await text(alone)
      await alone.queue.offer(contact.id, one.id)
      expect(await one.desk.ask({ type: 'ping' })).toMatchObject({ ok: true })
      await own.restartRedis()
      await one.desk.when(() =>
        one.desk.all('snapshot').some((s) => s.offers.some((o) => o.contact.id === contact.id))
          ? true
          : undefined,
      )
      await alone.desk.news.notice(one.id, 'info', '恢复之后')
      await one.desk.next('notice', (m) => m.text === '恢复之后')
      await one.desk.close()
    } finally {
      await alone.close()
      await own.close()
    }
  })
})

describe('an offer while Redis is away', () => {
  it('is announced only where a page was shown it', async () => {
    const own = await createGround()
    const [here, elsewhere] = await Promise.all([
      createDeskSite(own, { node: 'node-a' }),
      createDeskSite(own, { node: 'node-b' }),
    ])
    try {
      const one = await atWork(own, here, 'text')
      const [near, far] = [await text(here), await text(here)]
      await own.stopRedis()
      await expect(elsewhere.queue.offer(far.id, one.id)).rejects.toThrow('Redis')
      const { offerId } = await here.queue.offer(near.id, one.id)
      await one.desk.when(() =>
        one.desk.all('snapshot').some((s) => s.offers.some((o) => o.offerId === offerId)) ? true : undefined,
      )
      await own.restartRedis()
      await one.desk.close()
    } finally {
      await Promise.all([here.close(), elsewhere.close()])
      await own.close()
    }
  })
})

describe('nothing personal goes through Redis', () => {
  it('only ids and codes', async () => {
    const one = await atWork(ground, site, 'text')
    const from = number()
    const contact = await text(site, from, '我叫王小明，电话13800001234')
    await site.requesters.describe(ground.db, contact.requesterId, { name: '王小明' })
    await site.queue.offer(contact.id, one.id)
    await one.desk.next('offer', (m) => m.offer.contact.pop.name === '王小明')
    const keys = await site.redis.keys(`${prefix}:desk:*`)
    expect(keys.some((k) => k.includes(`agent:${one.id}`))).toBe(true)
    for (const key of keys) {
      if ((await site.redis.type(key)) !== 'stream') continue
      const content = JSON.stringify(await site.redis.xrange(key, '-', '+'))
      expect(content).not.toContain('王小明')
      expect(content).not.toMatch(/1380000\d{4}/)
    }
    await one.desk.close()
  })
})

describe('a connection', () => {
  it('of the same tab replaces the one that was left behind', async () => {
    const one = await atWork(ground, site)
    const again = await one.page({ tab: one.desk.tab }).hello()
    expect(await one.desk.over()).toMatchObject({ code: closeCodes.displaced })
    const { agent: state, otherTab } = await again.next('snapshot')
    expect(otherTab).toBe(false)
    // It is the same desk: it keeps the phone and its secret.
    expect(state).toMatchObject({ intent: 'available', phone: { secret: expect.stringContaining('secret') } })
    await again.close()
  })

  it('that does not read is cut, and the page comes back with everything', async () => {
    const slow = await createDeskSite(ground, {
      node: 'node-slow',
      config: {
        socket: { ...quick.socket, unsentBytes: 1 << 20, pingMs: 5_000, pongMs: 30_000 },
      },
    })
    try {
      const one = await agent(ground, slow)
      const page = await one.page().hello()
      const seen = page.lastEvent!
      page.socket.pause()
      const long = '读'.repeat(20_000)
      for (let n = 0; n < 200; n++) await slow.desk.news.notice(one.id, 'info', `${n}${long}`)
      page.socket.resume()
      expect(await page.over()).toMatchObject({ code: 1006 })
      expect(ground.logged()).toContain('page read too slowly')
      const back = await one.page().hello(seen)
      await back.when(() => back.all('snapshot').length + back.all('replayed').length || undefined)
      await back.close()
    } finally {
      await slow.close()
    }
  })

  it('that answers no ping is dead', async () => {
    const strict = await createDeskSite(ground, {
      node: 'node-strict',
      config: {
        socket: { ...quick.socket, pingMs: 50, pongMs: 300 },
      },
    })
    try {
      const one = await atWork(ground, strict, 'text')
      // A laptop that was shut: the connection stands, nobody is there.
      one.desk.socket.pause()
      await vi.waitFor(
        async () => expect(await strict.desk.presence.row(one.id)).toMatchObject({ socket: false }),
        { timeout: 5_000 },
      )
      one.desk.socket.resume()
      expect(await one.desk.over()).toMatchObject({ code: 1006 })
    } finally {
      await strict.close()
    }
  })
})
