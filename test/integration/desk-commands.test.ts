import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { permitted, type MessageType } from '../../src/agent-desk/commands.ts'
import { system } from '../../src/base/actor.ts'
import { newId } from '../../src/base/ids.ts'
import { readLedger } from '../../src/staff/ledger.ts'
import { type Ask } from './desk-page.ts'
import {
  agent,
  atWork,
  call,
  createDeskSite,
  number,
  quick,
  taken,
  text,
  type DeskSite,
} from './desk-support.ts'
import { createGround, type Ground } from './staff-support.ts'

let ground: Ground
let site: DeskSite

beforeAll(async () => {
  ground = await createGround()
  site = await createDeskSite(ground)
})
afterAll(async () => {
  await site?.close()
  expect(ground?.logged()).not.toMatch(/1380000\d{4}/)
  expect(ground?.logged()).not.toContain('王小明')
  await ground?.close()
})

/** One of each message, right in form. */
const sample = (contactId: string): Record<Exclude<MessageType, 'hello' | 'ping'>, Ask> => ({
  signIn: { type: 'signIn', mode: 'text' },
  signOut: { type: 'signOut' },
  available: { type: 'available' },
  pause: { type: 'pause', reason: 'rest' },
  acceptOffer: { type: 'acceptOffer', offerId: newId() },
  declineOffer: { type: 'declineOffer', offerId: newId(), reason: '忙' },
  hold: { type: 'hold', contactId },
  resume: { type: 'resume', contactId },
  hangUp: { type: 'hangUp', contactId },
  suspendRecording: { type: 'suspendRecording', contactId, on: true },
  transfer: { type: 'transfer', contactId },
  say: { type: 'say', contactId, clientId: newId(), text: '您好' },
  sendTemplate: { type: 'sendTemplate', contactId, clientId: newId(), template: 't', params: {} },
  endConversation: { type: 'endConversation', contactId },
  saveDraft: { type: 'saveDraft', contactId, revision: 0, body: { title: '草稿' } },
  renewWrapUp: { type: 'renewWrapUp', contactId },
  register: { type: 'register', contactId, idempotencyKey: newId(), outcomes: [{ kind: 'x' }] },
  endAbusive: { type: 'endAbusive', contactId, warnings: 2 },
  refer: { type: 'refer', contactId, number: '110', kind: 'text' },
  takenOver: { type: 'takenOver', referralId: newId() },
  cancelReferral: { type: 'cancelReferral', referralId: newId() },
  reveal: { type: 'reveal', contactId, reason: '核实地址' },
  openContact: { type: 'openContact', contactId },
})

describe('who may do what', () => {
  it('a team lead who is no agent is refused everything that is an agent’s', async () => {
    const page = await (await agent(ground, site, ['teamLead'])).page().hello()
    const contact = await text(site)
    for (const [type, ask] of Object.entries(sample(contact.id))) {
      if (permitted[type as MessageType].includes('teamLead')) continue
      const result = await page.ask(ask)
      expect([type, result]).toMatchObject([
        type,
        { ok: false, problem: { status: 403, code: 'roleMissing' } },
      ])
    }
    await page.close()
  })

  it('an agent is refused everything with a contact that is somebody else’s', async () => {
    const owner = await atWork(ground, site)
    const contact = await call(site)
    await taken(site, owner, contact)
    const other = await atWork(ground, site)
    const before = await site.contacts.find(contact.id)
    site.asked.length = 0
    for (const [type, ask] of Object.entries(sample(contact.id))) {
      if (!('contactId' in ask)) continue
      const result = await other.desk.ask(ask)
      expect([type, result.ok]).toEqual([type, false])
      expect([403, 409]).toContain((result as { problem: { status: number } }).problem.status)
      expect(JSON.stringify(result)).not.toContain('1380000')
    }
    expect(await site.contacts.find(contact.id)).toEqual(before)
    expect(site.asked).toEqual([])
    await Promise.all([owner.desk.close(), other.desk.close()])
  })

  it('and learns nothing about whether it exists', async () => {
    const other = await atWork(ground, site, 'text')
    const mine = await text(site)
    const real = await other.desk.ask({ type: 'openContact', contactId: mine.id })
    const none = await other.desk.ask({ type: 'openContact', contactId: newId() })
    expect({ ...none, re: '', serverTime: '' }).toEqual({ ...real, re: '', serverTime: '' })
    await other.desk.close()
  })
})

describe('a call', () => {
  it('is held, resumed, kept out of the recording and ended through telephony', async () => {
    const one = await atWork(ground, site)
    const contact = await call(site)
    await taken(site, one, contact)
    const { callId } = contact
    site.asked.length = 0
    await one.desk.do({ type: 'hold', contactId: contact.id })
    await one.desk.do({ type: 'resume', contactId: contact.id })
    await one.desk.do({ type: 'suspendRecording', contactId: contact.id, on: true })
    await one.desk.next('contact', (m) => m.contact.id === contact.id && m.contact.recordingSuspended)
    await one.desk.do({ type: 'suspendRecording', contactId: contact.id, on: false })
    await one.desk.do({ type: 'hangUp', contactId: contact.id })
    expect(site.asked).toEqual([
      `hold ${callId}`,
      `resume ${callId}`,
      `pauseRecording ${callId} true`,
      `pauseRecording ${callId} false`,
      `hangup ${callId}`,
    ])
    site.answer({ sent: false, why: 'gone' })
    expect(await one.desk.ask({ type: 'hold', contactId: contact.id })).toMatchObject({
      problem: { status: 409, code: 'callGone' },
    })
    site.answer({ sent: true })
    await one.desk.close()
  })

  it('goes to a colleague who is free, or back to the queue', async () => {
    const one = await atWork(ground, site)
    const free = await atWork(ground, site)
    const paused = await atWork(ground, site)
    await paused.desk.do({ type: 'pause', reason: 'rest' })
    const contact = await call(site)
    await taken(site, one, contact)
    site.asked.length = 0
    const transfer = (toAgentId?: string) =>
      one.desk.ask({ type: 'transfer', contactId: contact.id, ...(toAgentId ? { toAgentId } : {}) })
    expect(await transfer(paused.id)).toMatchObject({ problem: { code: 'colleagueBusy' } })
    expect(await transfer(one.id)).toMatchObject({ problem: { code: 'toYourself' } })
    expect(await transfer(free.id)).toMatchObject({ ok: true })
    expect(await transfer()).toMatchObject({ ok: true })
    const { phone } = (await site.desk.presence.row(free.id))!
    expect(site.asked).toEqual([
      `blindTransfer ${contact.callId} ${phone} 15`,
      `backToHold ${contact.callId}`,
    ])
    await Promise.all([one, free, paused].map((a) => a.desk.close()))
  })

  it('is ended for abuse only after two warnings', async () => {
    const one = await atWork(ground, site)
    const contact = await call(site)
    await taken(site, one, contact)
    const end = (warnings: number) => one.desk.ask({ type: 'endAbusive', contactId: contact.id, warnings })
    expect(await end(1)).toMatchObject({ problem: { status: 422, code: 'warningsMissing' } })
    expect(await site.contacts.find(contact.id)).toMatchObject({ state: 'active' })
    expect(await end(2)).toMatchObject({ ok: true })
    expect(site.asked.at(-1)).toBe(`dismiss ${contact.callId}`)
    await one.desk.next('contactGone', (m) => m.end === 'abusive')
    await one.desk.close()
  })
})

describe('a conversation', () => {
  it('repeats nothing when the page sends a message twice', async () => {
    const one = await atWork(ground, site, 'text')
    const contact = await text(site)
    await taken(site, one, contact)
    const clientId = newId()
    const say: Ask = { type: 'say', contactId: contact.id, clientId, text: '您好，我是坐席。' }
    await Promise.all([one.desk.do(say), one.desk.do(say)])
    const out = (await site.contacts.messagesOf(contact.id)).filter((m) => m.direction === 'out')
    expect(out).toHaveLength(1)
    await one.desk.next(
      'message',
      (m) => m.message.id === out[0]!.id && m.message.text === '您好，我是坐席。',
    )
    await one.desk.close()
  })

  it('keeps the order in which the agent spoke', async () => {
    const one = await atWork(ground, site, 'text')
    const contact = await text(site)
    await taken(site, one, contact)
    const words = Array.from({ length: 12 }, (_, n) => `第${n}句`)
    await Promise.all(
      words.map((w) => one.desk.do({ type: 'say', contactId: contact.id, clientId: newId(), text: w })),
    )
    const out = (await site.contacts.messagesOf(contact.id)).filter((m) => m.direction === 'out')
    expect(out.map((m) => m.body)).toEqual(words)
    await one.desk.close()
  })

  it('goes over to a colleague with its history, and leaves the first desk', async () => {
    const one = await atWork(ground, site, 'text')
    const two = await atWork(ground, site, 'text')
    const contact = await text(site, number(), '请帮我查一下')
    await taken(site, one, contact)
    await one.desk.do({ type: 'transfer', contactId: contact.id, toAgentId: two.id })
    await one.desk.next('contactGone', (m) => m.contactId === contact.id)
    const { contact: shown } = await two.desk.next('contact', (m) => m.contact.id === contact.id)
    expect(shown.messages.map((m) => m.text)).toEqual(['请帮我查一下'])
    await Promise.all([one.desk.close(), two.desk.close()])
  })

  it('shows both when two wrote the draft', async () => {
    const one = await atWork(ground, site, 'text')
    const contact = await text(site)
    await taken(site, one, contact)
    const save = (revision: number, title: string) =>
      one.desk.ask({ type: 'saveDraft', contactId: contact.id, revision, body: { title } })
    expect(await save(0, '甲')).toMatchObject({ ok: true, data: { revision: 1 } })
    expect(await save(1, '乙')).toMatchObject({ ok: true, data: { revision: 2 } })
    expect(await save(1, '丙')).toMatchObject({ ok: false, problem: { status: 409, code: 'draftChanged' } })
    const { contact: shown } = await one.desk.next('contact', (m) => m.contact.draft?.revision === 2)
    expect(shown.draft).toMatchObject({ revision: 2, body: { title: '乙' } })
    await one.desk.close()
  })

  it('is wrapped up with one renewal and registered once', async () => {
    const one = await atWork(ground, site, 'text')
    const contact = await text(site)
    await taken(site, one, contact)
    await one.desk.do({ type: 'endConversation', contactId: contact.id })
    const { contact: wrapping } = await one.desk.next('contact', (m) => m.contact.state === 'wrapUp')
    expect(Date.parse(wrapping.wrapUpUntil!)).toBeGreaterThan(Date.now())
    expect(await one.desk.ask({ type: 'renewWrapUp', contactId: contact.id })).toMatchObject({ ok: true })
    expect(await one.desk.ask({ type: 'renewWrapUp', contactId: contact.id })).toMatchObject({
      problem: { code: 'noRenewal' },
    })
    const register: Ask = {
      type: 'register',
      contactId: contact.id,
      idempotencyKey: newId(),
      outcomes: [{ kind: 'workOrder' }],
    }
    expect(await one.desk.ask(register)).toMatchObject({ ok: true, data: { orders: ['AS20260302-0001'] } })
    expect(site.registered.filter((r) => r.contactId === contact.id)).toMatchObject([
      { actor: { id: one.id, role: 'agent' } },
    ])
    await one.desk.next('contactGone', (m) => m.end === 'completed')
    await one.desk.close()
  })
})

describe('a number', () => {
  it('is uncovered for a reason, written down first, and not too often', async () => {
    const one = await atWork(ground, site)
    const from = number()
    const contact = await call(site, from)
    await taken(site, one, contact)
    const reveal = (reason: string) => one.desk.ask({ type: 'reveal', contactId: contact.id, reason })
    expect(await reveal(' ')).toMatchObject({ problem: { code: 'reasonMissing' } })
    const shown = await reveal('掉线，需要回拨')
    expect(shown).toMatchObject({
      ok: true,
      data: { addresses: [{ kind: 'phone', status: 'verified', address: from }] },
    })
    const [entry] = await readLedger(ground.db, {
      requesterId: contact.requesterId,
      action: 'reveal',
      limit: 5,
    })
    expect(entry).toMatchObject({ actorId: one.id, reason: '掉线，需要回拨', contactId: contact.id })
    for (let n = 1; n < quick.revealsPerMinute; n++) await reveal('再看一次')
    expect(await reveal('再看一次')).toMatchObject({ problem: { status: 429, code: 'tooManyReveals' } })
    await one.desk.close()
  })

  it('stays covered once the contact has ended', async () => {
    const one = await atWork(ground, site, 'text')
    const contact = await text(site)
    await taken(site, one, contact)
    await site.contacts.door.apply(contact.id, { type: 'failed' }, { actor: system('test') })
    expect(await one.desk.ask({ type: 'reveal', contactId: contact.id, reason: '想再看看' })).toMatchObject({
      problem: { status: 403, code: 'contactEnded' },
    })
    await one.desk.close()
  })
})

describe('colleagues on shift', () => {
  it('are listed with what they are free for', async () => {
    const one = await atWork(ground, site, 'text')
    const response = await site.app.inject({ url: '/api/desk/agents', headers: { cookie: one.cookie } })
    const { agents } = response.json<{ agents: { agentId: string }[] }>()
    expect(agents.find((a) => a.agentId === one.id)).toMatchObject({
      name: '测试人员',
      intent: 'available',
      free: { voice: false, text: true },
    })
    expect((await site.app.inject({ url: '/api/desk/agents' })).statusCode).toBe(401)
    await one.desk.close()
  })
})

describe('a failure inside', () => {
  it('is told without its inside, and logged without what was said', async () => {
    const one = await atWork(ground, site, 'text')
    const contact = await text(site)
    await taken(site, one, contact)
    const result = await one.desk.ask({ type: 'refer', contactId: contact.id, number: '110', kind: 'text' })
    expect(result).toMatchObject({ ok: false, problem: { status: 500, code: 'internal' } })
    expect(JSON.stringify(result)).not.toContain('not here')
    expect(ground.logged()).toContain('desk message failed')
    expect(ground.logged()).not.toContain('not here')
    await one.desk.close()
  })
})
