import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { system } from '../../src/base/actor.ts'
import { readLedger } from '../../src/staff/ledger.ts'
import { agent, atWork, call, createDeskSite, number, taken, text, type DeskSite } from './desk-support.ts'
import { createGround, makeMember, type Ground } from './staff-support.ts'

let ground: Ground
let site: DeskSite

beforeAll(async () => {
  ground = await createGround()
  site = await createDeskSite(ground)
})
afterAll(async () => {
  await site?.close()
  if (!ground) return
  // The canary: numbers of these tests look like 1380000xxxx.
  expect(ground.logged()).not.toMatch(/1380000\d{4}/)
  expect(ground.logged()).not.toContain('供暖')
  await ground.close()
})

describe('an offer', () => {
  it('brings everything about the caller before the first word', async () => {
    const colleague = await makeMember(ground, ['agent'], { displayName: '李坐席' })
    const caller = number()
    const old = await text(site, caller, '楼道灯坏了，请回电 13800009876')
    await site.contacts.door.apply(
      old.id,
      { type: 'offered', agentId: colleague.id },
      { actor: system('test') },
    )
    await site.contacts.door.apply(old.id, { type: 'failed' }, { actor: system('test') })
    const contact = await call(site, caller)
    await site.requesters.describe(ground.db, contact.requesterId, {
      name: '王小明',
      careGroups: ['elderly'],
    })
    await site.requesters.mark(ground.db, {
      requesterId: contact.requesterId,
      reason: 'falseReport',
      evidenceContactId: null,
      cite: 'AS19-23',
      actor: system('test'),
    })
    site.orders.open = [
      {
        number: 'AS20260301-0007',
        title: '楼道照明',
        state: 'handling',
        due: '2026-03-10T00:00:00+08:00',
        provisional: false,
        cite: 'AS19-18',
        overdue: false,
      },
    ]

    const one = await atWork(ground, site)
    await site.queue.offer(contact.id, one.id)
    const { offer } = await one.desk.next('offer')
    expect(offer.mode).toBe('desk')
    expect(Date.parse(offer.deadline)).toBeGreaterThan(Date.parse(offer.offeredAt))
    expect(offer.contact).toMatchObject({ id: contact.id, channel: 'voice', callId: contact.callId })
    const { pop } = offer.contact
    expect(pop).toMatchObject({
      name: '王小明',
      maskedAddress: `${caller.slice(3, 6)}****${caller.slice(-4)}`,
      withheld: false,
      careGroups: ['elderly'],
      integrityFlag: true,
    })
    expect(pop.openOrders).toMatchObject([{ number: 'AS20260301-0007', cite: 'AS19-18' }])
    expect(pop.recentContacts).toMatchObject([
      { id: old.id, channel: 'sms', end: 'failed', agent: '李坐席', summary: '楼道灯坏了，请回电 ****' },
    ])
    expect(JSON.stringify(offer)).not.toContain(caller.slice(3))
    site.orders.open = []

    // Whoever was shown somebody is written down, once.
    const entries = await readLedger(ground.db, { requesterId: contact.requesterId, limit: 10 })
    expect(entries).toMatchObject([
      { actorId: one.id, actorRole: 'agent', action: 'screenPop', contactId: contact.id },
    ])
    await one.desk.close()
  })

  it('shows no number and no history for a withheld caller or a confidential matter', async () => {
    const one = await atWork(ground, site)
    const person = number()
    await text(site, person)
    const secret = await call(site, person)
    await ground.db.query(`update contacts set confidential = true where id = $1`, [secret.id])
    await site.queue.offer(secret.id, one.id)
    const { offer } = await one.desk.next('offer')
    expect(offer.contact.pop.recentContacts).toEqual([])
    await one.desk.close()
  })

  it('of a call is accepted once, and only then the phone of that desk rings', async () => {
    const one = await atWork(ground, site)
    const contact = await call(site)
    const offer = await site.queue.offer(contact.id, one.id)
    await one.desk.next('offer')
    expect(site.asked.filter((a) => a.includes(contact.callId!))).toEqual([])
    const { agent: state } = await one.desk.next('agent', (m) => m.agent.phone !== null)
    const [first, second] = await Promise.all([
      one.desk.ask({ type: 'acceptOffer', offerId: offer.offerId }),
      one.desk.ask({ type: 'acceptOffer', offerId: offer.offerId }),
    ])
    expect(first).toMatchObject({ ok: true, data: { contactId: contact.id, callId: contact.callId } })
    expect(second).toMatchObject({ ok: false, problem: { status: 404 } })
    expect(site.asked.filter((a) => a.includes(contact.callId!))).toEqual([
      `ring ${contact.callId} ${state.phone!.number} 7`,
    ])
    await one.desk.next('contact', (m) => m.contact.id === contact.id && m.contact.state === 'connecting')
    await one.desk.close()
  })

  it('of a call back has the citizen called, for he is not on the line', async () => {
    const one = await atWork(ground, site)
    const contact = await call(site)
    const callId = contact.callId!
    const asked = { key: `${callId}:back`, type: 'callBackRequested', number: '13800000001' } as const
    await site.contacts.calls.handle({ ...asked, callId, node: 'n1', at: Date.now() })
    const offer = await site.queue.offer(contact.id, one.id)
    await one.desk.next('offer')
    const { agent: state } = await one.desk.next('agent', (m) => m.agent.phone !== null)
    await one.desk.do({ type: 'acceptOffer', offerId: offer.offerId })
    expect(site.asked.filter((a) => a.includes(callId) || a.includes(contact.id))).toEqual([
      `callBack ${contact.id} ${state.phone!.number}`,
    ])
    await one.desk.close()
  })

  it('of a text opens the conversation, with what was said', async () => {
    const one = await atWork(ground, site, 'text')
    const contact = await text(site, number(), '水管爆了')
    await taken(site, one, contact)
    const { contact: shown } = await one.desk.next('contact', (m) => m.contact.id === contact.id)
    expect(shown.messages).toMatchObject([{ direction: 'in', text: '水管爆了' }])
    expect(shown.sending).toMatchObject({ freeText: true })
    await one.desk.close()
  })

  it('is given back when the phone cannot be rung, and the agent is told why', async () => {
    const one = await atWork(ground, site)
    const contact = await call(site)
    const offer = await site.queue.offer(contact.id, one.id)
    site.answer({ sent: false, why: 'nodeDown' })
    const result = await one.desk.ask({ type: 'acceptOffer', offerId: offer.offerId })
    site.answer({ sent: true })
    expect(result).toMatchObject({ ok: false, problem: { status: 503, code: 'phoneSystemDown' } })
    expect(await site.contacts.find(contact.id)).toMatchObject({ state: 'queued', agentId: null })
    await one.desk.next('contactGone', (m) => m.contactId === contact.id)
    await one.desk.close()
  })

  it('that nobody answers sets the agent aside until he says that he is back', async () => {
    const one = await atWork(ground, site)
    const contact = await call(site)
    const offer = await site.queue.offer(contact.id, one.id)
    await one.desk.next('offer')
    await site.queue.expire(offer.offerId)
    expect(await one.desk.next('offerEnded')).toMatchObject({ offerId: offer.offerId, outcome: 'expired' })
    await one.desk.next('agent', (m) => m.agent.notResponding === 'noAnswer')
    expect(await site.desk.presence.facts(one.id)).toMatchObject({ routable: { voice: false, text: false } })
    const phone = (await site.desk.presence.row(one.id))!.phone!
    await vi.waitFor(() => expect(site.members.get(phone)).toBe('paused'), { timeout: 8_000 })
    await one.desk.do({ type: 'available' })
    await one.desk.next('agent', (m) => m.agent.notResponding === null && m.agent.intent === 'available')
    expect(site.members.get(phone)).toBe('available')
    expect(await site.desk.presence.facts(one.id)).toMatchObject({ routable: { voice: true, text: true } })
    await one.desk.close()
  })

  it('can be declined with a reason', async () => {
    const one = await atWork(ground, site)
    const contact = await text(site)
    const { offerId } = await site.queue.offer(contact.id, one.id)
    await one.desk.do({ type: 'declineOffer', offerId, reason: '正在交接' })
    expect(await site.queue.outcomeOf(offerId)).toEqual({ outcome: 'declined', reason: '正在交接' })
    expect(await one.desk.ask({ type: 'declineOffer', offerId, reason: '再试' })).toMatchObject({ ok: false })
    await one.desk.close()
  })

  it('is shown to nobody else', async () => {
    const one = await atWork(ground, site)
    const other = await atWork(ground, site)
    const contact = await text(site)
    const { offerId } = await site.queue.offer(contact.id, one.id)
    await one.desk.next('offer')
    expect(await other.desk.ask({ type: 'acceptOffer', offerId })).toMatchObject({
      ok: false,
      problem: { code: 'unknownOffer' },
    })
    expect(other.desk.all('offer')).toEqual([])
    await Promise.all([one.desk.close(), other.desk.close()])
  })

  it('announced twice appears once', async () => {
    const one = await atWork(ground, site)
    const contact = await text(site)
    const offer = await site.queue.offer(contact.id, one.id)
    await site.desk.news.offers.offered(offer)
    await one.desk.next('offer')
    await site.desk.news.notice(one.id, 'info', '之后的消息')
    await one.desk.next('notice')
    expect(one.desk.all('offer')).toHaveLength(1)
    await one.desk.close()
  })

  it('shows what arrives while it rings', async () => {
    const one = await atWork(ground, site)
    const from = number()
    const contact = await text(site, from)
    await site.queue.offer(contact.id, one.id)
    await one.desk.next('offer')
    await text(site, from, '还有一件事')
    await text(site, from, '再补充一句')
    // Told of each commit, perhaps twice: every message appears once.
    for (let n = 0; n < 3; n++) await site.desk.news.conversationGrew(contact.id)
    await one.desk.next('message', (m) => m.message.text === '再补充一句')
    const shown = one.desk.all('message').map((m) => m.message.text)
    expect(shown.filter((t) => t === '还有一件事')).toHaveLength(1)
    expect(shown.filter((t) => t === '再补充一句')).toHaveLength(1)
    expect(one.desk.all('message').every((m) => m.contactId === contact.id)).toBe(true)
    await one.desk.close()
  })
})

describe('a flood of messages', () => {
  it('ends with all of them on the desk, in far fewer steps', async () => {
    const one = await atWork(ground, site, 'text')
    const from = number()
    const contact = await text(site, from, '第0条')
    await taken(site, one, contact)
    const before = one.desk.inbox.length
    await Promise.all(
      Array.from({ length: 150 }, async (_, n) => {
        await text(site, from, `第${n + 1}条`)
        await site.desk.news.conversationGrew(contact.id)
      }),
    )
    await one.desk.next('contact', (m) => m.contact.id === contact.id && m.contact.messages.length === 151)
    expect(one.desk.inbox.length - before).toBeLessThan(100)
    await one.desk.close()
  })
})

describe('a team lead', () => {
  it('sees what is owed by anybody and registers it in the agent’s place', async () => {
    const one = await atWork(ground, site, 'text')
    const contact = await text(site)
    await taken(site, one, contact)
    await one.desk.do({ type: 'endConversation', contactId: contact.id })
    await site.contacts.door.apply(contact.id, { type: 'wrapUpExpired' }, { actor: system('test') })
    await one.desk.next('contact', (m) => m.contact.owedSince !== null)
    const lead = await agent(ground, site, ['teamLead'])
    const page = await lead.page().hello()
    const { owed } = await page.next('snapshot')
    expect(owed.map((c) => c.id)).toContain(contact.id)
    const result = await page.ask({
      type: 'register',
      contactId: contact.id,
      idempotencyKey: lead.id,
      outcomes: [{ kind: 'answeredOnTheSpot' }],
    })
    expect(result).toMatchObject({ ok: true })
    expect(site.registered.at(-1)).toMatchObject({
      contactId: contact.id,
      actor: { id: lead.id, role: 'teamLead' },
    })
    await one.desk.next('contactGone', (m) => m.contactId === contact.id && m.end === 'completed')
    await Promise.all([one.desk.close(), page.close()])
  })
})
