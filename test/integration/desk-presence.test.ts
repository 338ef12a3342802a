import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { closeCodes } from '../../src/agent-desk/connection.ts'
import { system } from '../../src/base/actor.ts'
import { newId } from '../../src/base/ids.ts'
import { agent, atWork, call, createDeskSite, quick, taken, text, type DeskSite } from './desk-support.ts'
import { createGround, makeMember, signedIn, type Ground } from './staff-support.ts'

let ground: Ground
let site: DeskSite

beforeAll(async () => {
  ground = await createGround()
  site = await createDeskSite(ground)
})
afterAll(async () => {
  await site?.close()
  expect(ground?.logged()).not.toMatch(/1380000\d{4}/)
  await ground?.close()
})

const patient = { timeout: 8_000, interval: 25 }
const row = (agentId: string) => site.desk.presence.row(agentId)
const facts = (agentId: string) => site.desk.presence.facts(agentId)
const soon = <T>(look: () => Promise<T>, expected: object | null): Promise<unknown> =>
  vi.waitFor(
    async () =>
      expected === null ? expect(await look()).toBeNull() : expect(await look()).toMatchObject(expected),
    patient,
  )

describe('sign-in', () => {
  it('binds a phone, whose secret only the tab that signed in gets', async () => {
    const one = await agent(ground, site)
    const page = await one.page().hello()
    const watching = await one.page().hello()
    expect(await page.do({ type: 'signIn', mode: 'desk' })).toEqual({ epoch: 1 })
    const { agent: mine } = await page.next('agent', (m) => m.agent.phone !== null)
    expect(mine).toMatchObject({
      epoch: 1,
      intent: 'paused',
      pauseReason: 'preparing',
      mode: 'desk',
      phoneReady: true,
      phone: { secret: `secret-of-${mine.phone!.number}`, realm: 'asterisk' },
    })
    expect(site.members.get(mine.phone!.number)).toBe('paused')
    // The other tab loses the desk, and never saw the secret.
    expect(await watching.next('displaced')).toMatchObject({ reason: 'otherTab' })
    expect(await watching.over()).toMatchObject({ code: closeCodes.displaced })
    expect(JSON.stringify(watching.inbox)).not.toContain('secret-of')
    await page.close()
  })

  it('in a second tab takes the phone over, with a new epoch, and ends what rang in the first', async () => {
    const one = await atWork(ground, site)
    const { offerId } = await site.queue.offer((await call(site)).id, one.id)
    await one.desk.next('offer')
    const second = await one.page().hello()
    expect(await second.next('snapshot')).toMatchObject({
      otherTab: true,
      agent: { phone: { secret: null } },
    })
    expect(await second.ask({ type: 'acceptOffer', offerId })).toMatchObject({
      ok: false,
      problem: { code: 'otherTab' },
    })
    expect(await second.do({ type: 'signIn', mode: 'desk' })).toEqual({ epoch: 2 })
    expect(await site.queue.outcomeOf(offerId)).toMatchObject({ outcome: 'withdrawn' })
    expect(await one.desk.over()).toMatchObject({ code: closeCodes.displaced })
    await second.next('agent', (m) => m.agent.epoch === 2 && m.agent.phone?.secret !== null)
    await second.close()
  })

  it('in a second tab is refused while a caller talks with the first, and goes on when that page is gone', async () => {
    const one = await atWork(ground, site)
    const contact = await call(site)
    await taken(site, one, contact)
    const second = await one.page().hello()
    for (const mode of ['desk', 'text'] as const) {
      const refused = await second.ask({ type: 'signIn', mode })
      expect(refused).toMatchObject({ ok: false, problem: { status: 409, code: 'callElsewhere' } })
    }
    // The page with the phone heard nothing of it.
    expect(await row(one.id)).toMatchObject({ epoch: 1, intent: 'available' })
    expect(one.desk.inbox.some((m) => m.type === 'displaced')).toBe(false)
    // A browser that died can talk with nobody: its agent may work again.
    await one.desk.close()
    await soon(() => row(one.id), { phoneTab: false })
    expect(await second.do({ type: 'signIn', mode: 'desk' })).toEqual({ epoch: 2 })
    await second.close()
  })

  it('is for agents only', async () => {
    const lead = await agent(ground, site, ['teamLead'])
    const page = await lead.page().hello()
    expect(await page.ask({ type: 'signIn', mode: 'text' })).toMatchObject({
      ok: false,
      problem: { status: 403, code: 'roleMissing' },
    })
    await page.close()
  })

  it('that a newer one has overtaken does not sign that one out', async () => {
    const one = await agent(ground, site)
    const page = await one.page().hello()
    // The older sign-in asks for its phone when the newer has it already.
    const overtaken = vi.spyOn(site.phones, 'bind').mockImplementationOnce(async () => {
      await site.desk.presence.signIn(one.id, { mode: 'desk', tab: page.tab })
      throw new Error('loginSuperseded')
    })
    await expect(site.desk.presence.signIn(one.id, { mode: 'desk', tab: 'older' })).rejects.toThrow()
    overtaken.mockRestore()
    expect(await row(one.id)).toMatchObject({
      intent: 'paused',
      ownerTab: page.tab,
      phone: expect.any(String) as string,
    })
    await page.close()
  })

  it('at a telephone that is not there signs nobody in', async () => {
    const one = await agent(ground, site)
    const page = await one.page().hello()
    const bind = vi.spyOn(site.phones, 'bind').mockResolvedValueOnce({ number: '1999', secret: 'x' })
    expect(await page.ask({ type: 'signIn', mode: 'phone', phone: '1998' })).toMatchObject({
      ok: false,
      problem: { status: 409, code: 'phoneTaken' },
    })
    bind.mockRestore()
    expect(await row(one.id)).toMatchObject({ intent: 'offline', mode: null, phone: null })
    await page.close()
  })
})

describe('routing sees an agent', () => {
  it('only when he wants, is there and has a free phone', async () => {
    const one = await agent(ground, site)
    const page = await one.page().hello()
    expect(await facts(one.id)).toBeNull()
    await page.do({ type: 'signIn', mode: 'desk' })
    expect(await facts(one.id)).toMatchObject({ routable: { voice: false, text: false } })
    await page.do({ type: 'available' })
    expect(await facts(one.id)).toMatchObject({
      epoch: 1,
      mode: 'desk',
      routable: { voice: true, text: true },
    })
    const { phone } = (await row(one.id))!
    expect(site.members.get(phone!)).toBe('available')

    site.queue.changed.length = 0
    await site.desk.presence.deviceState(phone!, 'inUse')
    expect(await facts(one.id)).toMatchObject({ routable: { voice: false, text: true } })
    expect(site.queue.changed).toContain(one.id)
    await page.next('agent', (m) => !m.agent.phoneReady && m.agent.intent === 'available')
    await site.desk.presence.deviceState(phone!, 'notInUse')
    expect(await facts(one.id)).toMatchObject({ routable: { voice: true } })
    expect(await site.desk.presence.agentOfPhone(phone!)).toBe(one.id)

    await page.do({ type: 'pause', reason: 'meal' })
    await page.next('agent', (m) => m.agent.pauseReason === 'meal')
    expect(await facts(one.id)).toMatchObject({ routable: { voice: false, text: false } })
    expect(site.members.get(phone!)).toBe('paused')
    await page.do({ type: 'signOut' })
    expect(await facts(one.id)).toBeNull()
    expect(site.members.has(phone!)).toBe(false)
    await page.next('agent', (m) => m.agent.intent === 'offline' && m.agent.phone === null)
    await page.close()
  })

  it('for text alone when he signed in for text', async () => {
    const one = await atWork(ground, site, 'text')
    expect(await facts(one.id)).toMatchObject({
      capacity: { voice: 0 },
      routable: { voice: false, text: true },
    })
    await one.desk.close()
  })

  it('not while he owes no more than a wrap-up, and again afterwards', async () => {
    const one = await atWork(ground, site, 'text')
    const contact = await text(site)
    await taken(site, one, contact)
    expect(await facts(one.id)).toMatchObject({ load: { text: 1 }, routable: { text: true } })
    const idleBefore = (await facts(one.id))!.idleSinceMs
    await one.desk.do({ type: 'endConversation', contactId: contact.id })
    expect(await facts(one.id)).toMatchObject({ routable: { text: false } })
    site.queue.changed.length = 0
    await site.contacts.door.apply(contact.id, { type: 'wrapUpExpired' }, { actor: system('test') })
    await soon(() => facts(one.id), { load: { text: 0 }, routable: { text: true } })
    await vi.waitFor(() => expect(site.queue.changed).toContain(one.id), patient)
    expect((await facts(one.id))!.idleSinceMs).toBeGreaterThan(idleBefore)
    await one.desk.close()
  })

  it('with the skills he has now', async () => {
    const one = await atWork(ground, site, 'text')
    const admin = await makeMember(ground, ['systemAdministrator'])
    site.queue.changed.length = 0
    await site.staff.administration.change(
      { kind: 'staff', id: admin.id, role: 'systemAdministrator' },
      one.id,
      { attributes: { topic: ['heating'] }, capacity: { voice: 0, text: 5 } },
    )
    await vi.waitFor(() => expect(site.queue.changed).toContain(one.id), patient)
    expect(await facts(one.id)).toMatchObject({ attributes: { topic: ['heating'] }, capacity: { text: 5 } })
    await one.desk.close()
  })

  it('as free after a call whose Asterisk has died: the others know his phone', async () => {
    const one = await atWork(ground, site)
    const { phone } = (await row(one.id))!
    site.phoneStates.set(phone!, 'inUse')
    await site.desk.presence.deviceState(phone!, 'inUse')
    await site.desk.presence.released(one.id, true)
    expect(await facts(one.id)).toMatchObject({ routable: { voice: false } })
    site.phoneStates.set(phone!, 'notInUse')
    await site.desk.presence.released(one.id, true)
    expect(await facts(one.id)).toMatchObject({ routable: { voice: true } })
    await one.desk.close()
  })

  it('set aside when his phone cannot be reached, but not when he was busy', async () => {
    const one = await atWork(ground, site)
    await site.desk.presence.phoneFailed(one.id, 'BUSY')
    expect(await row(one.id)).toMatchObject({ notResponding: null })
    await site.desk.presence.phoneFailed(one.id, 'CHANUNAVAIL')
    await one.desk.next('agent', (m) => m.agent.notResponding === 'phoneFailed')
    expect(await facts(one.id)).toMatchObject({ routable: { voice: false } })
    expect(site.members.get((await row(one.id))!.phone!)).toBe('paused')
    await one.desk.close()
  })
})

describe('pause and sign-out', () => {
  it('a pause while it rings counts as declined', async () => {
    const one = await atWork(ground, site)
    const { offerId } = await site.queue.offer((await call(site)).id, one.id)
    await one.desk.next('offer')
    await one.desk.do({ type: 'pause', reason: 'rest' })
    expect(await site.queue.outcomeOf(offerId)).toEqual({ outcome: 'declined', reason: 'paused' })
    await one.desk.close()
  })

  it('with an open conversation drains, and ends with the last one', async () => {
    const one = await atWork(ground, site, 'text')
    const contact = await text(site)
    await taken(site, one, contact)
    expect(await one.desk.do({ type: 'signOut' })).toEqual({ intent: 'draining' })
    expect(await facts(one.id)).toMatchObject({ routable: { text: false } })
    await one.desk.do({ type: 'endConversation', contactId: contact.id })
    expect(await row(one.id)).toMatchObject({ intent: 'draining' })
    await one.desk.do({
      type: 'register',
      contactId: contact.id,
      idempotencyKey: newId(),
      outcomes: [{ kind: 'answeredOnTheSpot' }],
    })
    await one.desk.next('agent', (m) => m.agent.intent === 'offline')
    await one.desk.close()
  })

  it('can hand the conversations back at their place', async () => {
    const one = await atWork(ground, site, 'text')
    const contact = await text(site)
    await taken(site, one, contact)
    expect(await one.desk.do({ type: 'signOut', handBack: true })).toEqual({ intent: 'offline' })
    expect(await site.contacts.find(contact.id)).toMatchObject({
      state: 'queued',
      agentId: null,
      receivedAt: contact.receivedAt,
    })
    expect(site.queue.contactsChanged).toContain(contact.id)
    await one.desk.next('contactGone', (m) => m.contactId === contact.id)
    await one.desk.close()
  })
})

describe('a lost socket', () => {
  it('that is back within the grace keeps what rings', async () => {
    // A database of its own: the quick sweeps of the other tests would not wait.
    const own = await createGround()
    const calm = await createDeskSite(own, {
      config: { loss: { ...quick.loss, ringGraceMs: 5_000, offlineMs: 6_000, textsBackMs: 9_000 } },
    })
    try {
      const one = await atWork(own, calm)
      const { offerId } = await calm.queue.offer((await call(calm)).id, one.id)
      await one.desk.next('offer')
      const { tab } = one.desk
      await one.desk.close()
      await soon(() => calm.desk.presence.row(one.id), { lostAt: expect.any(Date) as Date })
      expect(await calm.desk.presence.facts(one.id)).toMatchObject({ routable: { voice: false } })
      const back = await one.page({ tab }).hello()
      const { offers } = await back.next('snapshot')
      expect(offers.map((o) => o.offerId)).toEqual([offerId])
      expect(await calm.queue.outcomeOf(offerId)).toMatchObject({ outcome: null })
      expect(await calm.desk.presence.row(one.id)).toMatchObject({ lostAt: null, intent: 'available' })
      await back.close()
    } finally {
      await calm.close()
      await own.close()
    }
  })

  it('withdraws what rings without penalty, signs out, and returns the conversations', async () => {
    const one = await atWork(ground, site)
    const conversation = await text(site)
    await taken(site, one, conversation)
    const { offerId } = await site.queue.offer((await call(site)).id, one.id)
    await one.desk.next('offer', (m) => m.offer.offerId === offerId)
    const started = performance.now()
    await one.desk.close()
    await soon(() => site.queue.outcomeOf(offerId), { outcome: 'withdrawn', reason: 'socketLost' })
    expect(performance.now() - started).toBeGreaterThanOrEqual(quick.loss.ringGraceMs - 50)
    await soon(() => row(one.id), { intent: 'offline', notResponding: null })
    expect(await site.contacts.find(conversation.id)).toMatchObject({ state: 'active', agentId: one.id })
    await soon(() => site.contacts.find(conversation.id), { state: 'queued', agentId: null })
    expect(performance.now() - started).toBeGreaterThanOrEqual(quick.loss.textsBackMs - 50)
    expect(await facts(one.id)).toBeNull()
  })

  it('during a call lets the call go on and signs out after it', async () => {
    const one = await atWork(ground, site)
    const contact = await call(site)
    await taken(site, one, contact)
    const { phone } = (await row(one.id))!
    await one.desk.close()
    await soon(() => row(one.id), { intent: 'draining', phone })
    await vi.waitFor(() => expect(site.members.has(phone!)).toBe(false), patient)
    expect(await site.contacts.find(contact.id)).toMatchObject({ state: 'active', agentId: one.id })
    const hungUp = { type: 'hungUp', at: new Date() } as const
    await site.contacts.door.apply(contact.id, hungUp, { actor: system('test') })
    await site.contacts.door.apply(contact.id, { type: 'wrapUpExpired' }, { actor: system('test') })
    await soon(() => row(one.id), { intent: 'offline', phone: null })
    // The debt stays his.
    expect(await site.contacts.find(contact.id)).toMatchObject({ agentId: one.id, owedAt: expect.any(Date) })
  })

  it('leaves an agent with a telephone on the table signed in', async () => {
    const one = await agent(ground, site)
    const page = await one.page().hello()
    await page.do({ type: 'signIn', mode: 'phone', phone: '1801' })
    await page.do({ type: 'available' })
    await site.desk.presence.deviceState('1801', 'inUse')
    await site.desk.presence.deviceState('1801', 'notInUse')
    const other = await atWork(ground, site, 'text')
    await Promise.all([page.close(), other.desk.close()])
    await soon(() => row(other.id), { intent: 'offline' })
    expect(await facts(one.id)).toMatchObject({ routable: { voice: true, text: false } })
    // Without telephone and page nobody is there.
    await site.desk.presence.deviceState('1801', 'unavailable')
    await soon(() => row(one.id), { intent: 'offline' })
  })

  it('of a gateway that was killed counts from the moment it falls silent', async () => {
    const one = await atWork(ground, site, 'text')
    // A second socket on a gateway that will never say another word.
    await ground.db.query(`insert into desk_nodes (node) values ('node-dead')`)
    await ground.db.query(
      `insert into desk_sockets (id, agent_id, node, tab) values ($1, $2, 'node-dead', 'x')`,
      [newId(), one.id],
    )
    const started = performance.now()
    await one.desk.close()
    expect(await facts(one.id)).toMatchObject({ routable: { text: true } })
    await soon(() => facts(one.id), { routable: { text: false } })
    await soon(() => row(one.id), { intent: 'offline' })
    expect(performance.now() - started).toBeGreaterThan(quick.nodeDeadMs)
    expect(await ground.db.query(`select 1 from desk_nodes where node = 'node-dead'`)).toEqual([])
  })

  it('that a neighbour took for dead by mistake comes back with the next sign of life', async () => {
    const one = await atWork(ground, site, 'text')
    await ground.db.query(`delete from desk_sockets where agent_id = $1`, [one.id])
    await soon(() => facts(one.id), { routable: { text: true } })
    await soon(() => row(one.id), { socket: true, lostAt: null, intent: 'available' })
    await one.desk.close()
  })
})

describe('the end of a session', () => {
  it('closes every desk of that session at once and signs the agent out', async () => {
    const far = await createDeskSite(ground, { node: 'node-far' })
    try {
      const one = await atWork(ground, site)
      const security = await makeMember(ground, ['securityAdministrator'])
      const cookie = await signedIn(far, security.id)
      const response = await far.app.inject({
        method: 'DELETE',
        url: `/api/staff/${one.id}/sessions`,
        headers: { cookie },
      })
      expect(response.statusCode).toBe(204)
      expect(await one.desk.next('displaced')).toMatchObject({ reason: 'sessionEnded' })
      expect(await one.desk.over()).toMatchObject({ code: closeCodes.sessionEnded })
      await soon(() => row(one.id), { intent: 'offline' })
      expect(await one.page().opened()).toBe(401)
    } finally {
      await far.close()
    }
  })

  it('is found out when nobody told', async () => {
    const one = await atWork(ground, site, 'text')
    await ground.db.query(
      `update staff_sessions set expires_at = clock_timestamp() - interval '1 second' where staff_id = $1`,
      [one.id],
    )
    expect(await one.desk.over()).toMatchObject({ code: closeCodes.sessionEnded })
    await soon(() => row(one.id), { intent: 'offline' })
  })

  it('comes with signing out of the page', async () => {
    const one = await atWork(ground, site, 'text')
    await site.app.inject({ method: 'DELETE', url: '/api/session', headers: { cookie: one.cookie } })
    expect(await one.desk.over()).toMatchObject({ code: closeCodes.sessionEnded })
  })
})
