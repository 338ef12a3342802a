import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId } from '../../src/base/ids.ts'
import { Page } from './desk-page.ts'
import { agent, call, createDeskSite, taken, text, type DeskSite } from './desk-support.ts'
import { createGround, type Ground } from './staff-support.ts'

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
  await ground?.close()
})

/** An agent at work in two tabs, one at each gateway; he signed in in the first. */
async function inTwoTabs() {
  const one = await agent(ground, site)
  const first = await one.page().hello()
  await first.do({ type: 'signIn', mode: 'text' })
  await first.do({ type: 'available' })
  const second = await new Page(other.base, one.cookie).hello()
  return {
    ...one,
    desk: first,
    tabs: [first, second] as const,
    close: () => Promise.all([first.close(), second.close()]),
  }
}

const row = (agentId: string) => site.desk.presence.row(agentId)
const patient = { timeout: 10_000, interval: 20 }

describe('two tabs of one agent', () => {
  it('show the same offer; accepted in both at once it is accepted once, and is gone from both', async () => {
    const one = await inTwoTabs()
    for (let n = 0; n < 3; n++) {
      const contact = await text(site)
      const { offerId } = await site.queue.offer(contact.id, one.id)
      await Promise.all(one.tabs.map((tab) => tab.next('offer', (m) => m.offer.offerId === offerId)))
      const answers = await Promise.all(one.tabs.map((tab) => tab.ask({ type: 'acceptOffer', offerId })))
      expect(answers.filter((a) => a.ok)).toHaveLength(1)
      expect(answers.find((a) => !a.ok)).toMatchObject({ problem: { status: expect.any(Number) as number } })
      for (const tab of one.tabs) {
        await tab.next('offerEnded', (m) => m.offerId === offerId)
        await tab.next('contact', (m) => m.contact.id === contact.id && m.contact.state === 'active')
      }
      const taken = await ground.db.query(
        `select 1 from contact_events where contact_id = $1 and type = 'accepted' and to_state is not null`,
        [contact.id],
      )
      expect(taken).toHaveLength(1)
    }
    await one.close()
  })

  it('are both there: whichever closes, in whatever order, nothing is lost while one is open', async () => {
    const one = await inTwoTabs()
    const { offerId } = await site.queue.offer((await text(site)).id, one.id)
    const [first, second] = one.tabs
    await first.close()
    await vi.waitFor(() => expect(site.desk.kept()).toMatchObject({ agents: 0 }), patient)
    expect(await row(one.id)).toMatchObject({ socket: true, lostAt: null, intent: 'available' })
    const third = await new Page(site.base, one.cookie).hello()
    await second.close()
    await vi.waitFor(() => expect(other.desk.kept()).toMatchObject({ agents: 0 }), patient)
    expect(await row(one.id)).toMatchObject({ socket: true, lostAt: null, intent: 'available' })
    expect(await site.queue.outcomeOf(offerId)).toMatchObject({ outcome: null })
    await third.close()
    await vi.waitFor(async () => expect(await row(one.id)).toMatchObject({ intent: 'offline' }), patient)
    expect(await site.queue.outcomeOf(offerId)).toMatchObject({ outcome: 'withdrawn' })
  })

  it('of which the one with the phone closes: no call for him, and what rings goes back without a stain', async () => {
    const one = await agent(ground, site)
    const first = await one.page().hello()
    await first.do({ type: 'signIn', mode: 'desk' })
    await first.do({ type: 'available' })
    const second = await new Page(other.base, one.cookie).hello()
    const facts = () => site.desk.presence.facts(one.id)
    expect(await facts()).toMatchObject({ routable: { voice: true, text: true } })
    const { offerId } = await site.queue.offer((await call(site)).id, one.id, { ms: 60_000 })
    await first.close()
    await second.next('offerEnded', (m) => m.offerId === offerId && m.outcome === 'withdrawn')
    expect(await facts()).toMatchObject({ routable: { voice: false, text: true } })
    expect(await row(one.id)).toMatchObject({ intent: 'available', notResponding: null, lostAt: null })
    // A reload of that tab has the phone again.
    const back = await one.page({ tab: first.tab }).hello()
    expect(await facts()).toMatchObject({ routable: { voice: true, text: true } })
    await Promise.all([back.close(), second.close()])
  })

  it('of which the one with the phone was at a gateway that was killed: no call for him, no blame, his texts stay', async () => {
    // It closes nothing and says nothing any more.
    const silent = { beatMs: 600_000, sweepMs: 600_000 }
    const killed = await createDeskSite(ground, { node: 'node-killed', config: silent })
    try {
      const one = await agent(ground, killed)
      const first = await one.page().hello()
      await first.do({ type: 'signIn', mode: 'desk' })
      await first.do({ type: 'available' })
      const second = await new Page(other.base, one.cookie).hello()
      const letter = await site.queue.offer((await text(site)).id, one.id, { ms: 60_000 })
      const { offerId } = await site.queue.offer((await call(site)).id, one.id, { ms: 60_000 })
      await ground.db.query(
        `update desk_nodes set seen_at = seen_at - interval '1 minute' where node = 'node-killed'`,
      )
      await second.next('offerEnded', (m) => m.offerId === offerId && m.outcome === 'withdrawn')
      expect(site.queue.changed.concat(other.queue.changed)).toContain(one.id)
      expect(await site.queue.outcomeOf(letter.offerId)).toMatchObject({ outcome: null })
      // One that the matcher had under way runs out.
      const late = await site.queue.offer((await call(site)).id, one.id)
      await site.queue.expire(late.offerId)
      expect(await row(one.id)).toMatchObject({ intent: 'available', notResponding: null, lostAt: null })
      await site.queue.expire(letter.offerId)
      expect(await row(one.id)).toMatchObject({ notResponding: 'noAnswer' })
      await Promise.all([first.close(), second.close()])
    } finally {
      await killed.close()
    }
  })

  it('show the same pause and the same sign-out, wherever it was pressed', async () => {
    const one = await inTwoTabs()
    const [first, second] = one.tabs
    await second.do({ type: 'pause', reason: 'rest' })
    await first.next('agent', (m) => m.agent.intent === 'paused' && m.agent.pauseReason === 'rest')
    await first.do({ type: 'signOut' })
    await second.next('agent', (m) => m.agent.intent === 'offline')
    await one.close()
  })

  it('send one reply when both send it, keep one of two drafts, and register once', async () => {
    const one = await inTwoTabs()
    const contact = await text(site)
    const contactId = await taken(site, one, contact)
    const clientId = newId()
    const said = await Promise.all(
      one.tabs.map((tab) => tab.ask({ type: 'say', contactId, clientId, text: '正在为您查询。' })),
    )
    expect(said.every((a) => a.ok)).toBe(true)
    const replies = (await site.contacts.messagesOf(contactId)).filter((m) => m.direction === 'out')
    expect(replies).toHaveLength(1)

    const drafts = await Promise.all(
      one.tabs.map((tab, n) =>
        tab.ask({ type: 'saveDraft', contactId, revision: 0, body: { text: `${n}` } }),
      ),
    )
    expect(drafts.filter((a) => a.ok)).toHaveLength(1)
    expect(drafts.find((a) => !a.ok)).toMatchObject({ problem: { code: 'draftChanged' } })

    await one.desk.do({ type: 'endConversation', contactId })
    const before = site.registered.length + other.registered.length
    await Promise.all(
      one.tabs.map((tab) =>
        tab.ask({
          type: 'register',
          contactId,
          idempotencyKey: newId(),
          outcomes: [{ kind: 'answeredOnTheSpot' }],
        }),
      ),
    )
    expect(site.registered.length + other.registered.length).toBe(before + 1)
    for (const tab of one.tabs) await tab.next('contactGone', (m) => m.contactId === contactId)
    await one.close()
  })
})

describe('a page that comes back after its agent was signed out', () => {
  it('does not keep his conversations from going back: only a new sign-in does', async () => {
    const one = await agent(ground, site)
    const page = await one.page().hello()
    await page.do({ type: 'signIn', mode: 'text' })
    await page.do({ type: 'available' })
    const contactId = await taken(site, { ...one, desk: page }, await text(site))
    await page.close()
    await vi.waitFor(async () => expect(await row(one.id)).toMatchObject({ intent: 'offline' }), patient)
    // Nobody sits before it: it only reconnected by itself.
    const back = await one.page({ tab: page.tab }).hello()
    await vi.waitFor(
      async () =>
        expect(await site.contacts.find(contactId)).toMatchObject({ state: 'queued', agentId: null }),
      patient,
    )
    await back.close()
  })
})

describe('whoever is signed out with conversations open', () => {
  async function withConversation() {
    const one = await agent(ground, site)
    const page = await one.page().hello()
    await page.do({ type: 'signIn', mode: 'text' })
    await page.do({ type: 'available' })
    const contactId = await taken(site, { ...one, desk: page }, await text(site))
    return { ...one, desk: page, contactId }
  }

  it('is not, when his page came back while he was about to be', async () => {
    const one = await withConversation()
    await site.desk.presence.leave(one.id, 'socketLost')
    expect(await row(one.id)).toMatchObject({ intent: 'available', lostAt: null })
    await one.desk.close()
  })

  it('by a sign-in that failed does not keep them: they go back in time, though his page is open', async () => {
    const one = await withConversation()
    const refusing = vi.spyOn(site.phones, 'bind').mockRejectedValue(new Error('no phone'))
    const answer = await one.desk.ask({ type: 'signIn', mode: 'desk' })
    refusing.mockRestore()
    expect(answer.ok).toBe(false)
    expect(await row(one.id)).toMatchObject({ intent: 'offline', socket: true })
    await vi.waitFor(
      async () =>
        expect(await site.contacts.find(one.contactId)).toMatchObject({ state: 'queued', agentId: null }),
      patient,
    )
    await one.desk.close()
  })
})
