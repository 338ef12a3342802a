import { describe, expect, it } from 'vitest'
import type {
  AgentStateView,
  DeskContact,
  MessageView,
  ServerMessage,
} from '../../../src/agent-desk/contract.ts'
import { deskContact as contact } from '../../support/desk-contact.ts'
import { announcementOf } from '../../../web/src/desk/announce.ts'
import { emptyForm } from '../../../web/src/desk/form.ts'
import { draftLeft, repliesLeft } from '../../../web/src/desk/left-behind.ts'
import * as desk from '../../../web/src/desk/state.ts'

const now = Date.parse('2026-11-21T10:00:00Z')
const serverTime = '2026-11-21T10:00:00.000Z'

type Loose<M> = M extends { serverTime: string } ? Omit<M, 'serverTime'> : never
const from = (message: Loose<ServerMessage>): ServerMessage => ({ ...message, serverTime })
const run = (state: desk.DeskState, ...messages: Loose<ServerMessage>[]): desk.DeskState =>
  messages.reduce((s, m) => desk.apply(s, from(m), now), state)

const message = (id: string, direction: 'in' | 'out' = 'in'): MessageView => ({
  id,
  direction,
  kind: 'text',
  text: 'x',
  author: null,
  at: serverTime,
})
const agent: AgentStateView = {
  agentId: 'a1',
  name: '赵敏',
  epoch: 1,
  intent: 'available',
  pauseReason: null,
  since: serverTime,
  mode: 'desk',
  phone: null,
  phoneReady: true,
  notResponding: null,
}
const snapshot = (
  contacts: DeskContact[],
  owed: DeskContact[] = [],
): Loose<Extract<ServerMessage, { type: 'snapshot' }>> => ({
  type: 'snapshot',
  event: '10-0',
  agent,
  offers: [],
  contacts,
  owed,
  otherTab: false,
})
const offer = (of: DeskContact) => ({
  offerId: `o-${of.id}`,
  contact: { ...of, state: 'offered' },
  mode: 'desk' as const,
  offeredAt: serverTime,
  deadline: serverTime,
  ring: 0,
})

describe('the desk as the server tells it', () => {
  it('leaves selection and contacts untouched when something rings', () => {
    const before = run(desk.emptyDesk, snapshot([contact()]))
    const after = run(before, { type: 'offer', offer: offer(contact({ id: 'c2' })) })
    expect(after.selectedId).toBe('c1')
    expect(after.contacts).toBe(before.contacts)
    expect(after.offers.map((o) => o.offerId)).toEqual(['o-c2'])
  })

  it('keeps one offer when the same one is told twice', () => {
    const twice = run(
      desk.emptyDesk,
      { type: 'offer', offer: offer(contact()) },
      { type: 'offer', offer: offer(contact()) },
    )
    expect(twice.offers).toHaveLength(1)
  })

  it('turns an accepted offer into a contact, whichever message comes first', () => {
    const ringing = run(desk.emptyDesk, snapshot([]), { type: 'offer', offer: offer(contact()) })
    const after = run(ringing, { type: 'contact', contact: contact({ state: 'connecting', version: 2 }) })
    expect(after.offers).toEqual([])
    expect(after.contacts.map((c) => c.id)).toEqual(['c1'])
  })

  it('keeps the places of contacts, so that Alt+1 stays Alt+1', () => {
    const two = run(desk.emptyDesk, snapshot([contact(), contact({ id: 'c2' })]))
    const changed = run(two, { type: 'contact', contact: contact({ state: 'held', version: 2 }) })
    expect(changed.contacts.map((c) => c.id)).toEqual(['c1', 'c2'])
    const again = run(changed, snapshot([contact({ id: 'c3' }), contact({ id: 'c2' }), contact()]))
    expect(again.contacts.map((c) => c.id)).toEqual(['c1', 'c2', 'c3'])
  })

  it('does not go back to an older view of a contact', () => {
    const state = run(desk.emptyDesk, snapshot([contact({ state: 'wrapUp', version: 5 })]))
    const late = run(state, { type: 'contact', contact: contact({ state: 'active', version: 4 }) })
    expect(late.contacts[0]?.state).toBe('wrapUp')
  })

  it('drops what a snapshot does not name', () => {
    const state = run(
      desk.emptyDesk,
      snapshot([contact(), contact({ id: 'c2' })]),
      { type: 'offer', offer: offer(contact({ id: 'c3' })) },
      snapshot([contact({ id: 'c2' })]),
    )
    expect(state.contacts.map((c) => c.id)).toEqual(['c2'])
    expect(state.offers).toEqual([])
    expect(state.selectedId).toBe('c2')
  })

  it('moves an expired wrap-up to what is owed and keeps it selected', () => {
    const state = run(desk.emptyDesk, snapshot([contact()]), {
      type: 'contact',
      contact: contact({ state: 'wrapUp', owedSince: serverTime, version: 3 }),
    })
    expect(state.contacts).toEqual([])
    expect(state.owed.map((c) => c.id)).toEqual(['c1'])
    expect(desk.find(state, state.selectedId)?.id).toBe('c1')
  })

  it('forgets the session when a page is displaced', () => {
    const state = run(
      desk.emptyDesk,
      snapshot([]),
      { type: 'offer', offer: offer(contact()) },
      { type: 'displaced', reason: 'otherTab' },
    )
    expect(state.displaced).toBe('otherTab')
    expect(state.offers).toEqual([])
  })
})

describe('a call taken by lifting the handset', () => {
  const other = contact({ id: 't1', channel: 'sms', callId: null })
  const rings = { type: 'offer' as const, offer: { ...offer(contact()), mode: 'phone' as const } }
  const ringing = run(desk.emptyDesk, snapshot([other]), rings)
  const active = { type: 'contact' as const, contact: contact({ version: 2 }) }
  const accepted = {
    type: 'offerEnded' as const,
    offerId: 'o-c1',
    contactId: 'c1',
    outcome: 'accepted',
    reason: null,
  }

  it('comes to the front, whichever message is first, and its ring did not', () => {
    expect(ringing.selectedId).toBe('t1')
    expect(run(ringing, active).selectedId).toBe('c1')
    expect(run(ringing, accepted).selectedId).toBe('t1')
    expect(run(ringing, accepted, active).selectedId).toBe('c1')
    expect(run(ringing, snapshot([other, contact()])).selectedId).toBe('c1')
  })

  it('comes to the front once: what the person chooses afterwards stays', () => {
    const chosen = desk.select(run(ringing, accepted, active), 't1')
    expect(run(chosen, { type: 'contact', contact: contact({ version: 3 }) }).selectedId).toBe('t1')
  })

  it('is said aloud', () => {
    const connected = from(active)
    const after = desk.apply(ringing, connected, now)
    expect(announcementOf(ringing, after, connected)).toMatchObject({
      text: expect.stringContaining('已接通：王秀兰') as string,
    })
  })

  it('nothing of the kind happens to a call that rang at somebody’s page', () => {
    const desktop = run(desk.emptyDesk, snapshot([other]), { type: 'offer', offer: offer(contact()) })
    expect(run(desktop, active).selectedId).toBe('t1')
  })
})

describe('unread messages', () => {
  const text = contact({ id: 't1', channel: 'wechat', callId: null })
  const two = run(desk.emptyDesk, snapshot([contact(), text]))

  it('are counted only where the agent does not look, and once each', () => {
    const state = run(
      two,
      { type: 'message', contactId: 't1', message: message('m1') },
      { type: 'message', contactId: 't1', message: message('m1') },
      { type: 'message', contactId: 't1', message: message('m2') },
      { type: 'message', contactId: 't1', message: message('m3', 'out') },
    )
    expect(state.unread['t1']).toBe(2)
    expect(desk.select(state, 't1').unread['t1']).toBe(0)
    const looking = run(desk.select(state, 't1'), {
      type: 'message',
      contactId: 't1',
      message: message('m4'),
    })
    expect(looking.unread['t1']).toBe(0)
  })

  it('survive a snapshot and take in what came meanwhile', () => {
    const state = run(two, { type: 'message', contactId: 't1', message: message('m1') })
    const later = run(state, snapshot([contact(), { ...text, messages: [message('m1'), message('m2')] }]))
    expect(later.unread['t1']).toBe(2)
  })

  it('of a contact seen for the first time are those after the last answer', () => {
    const messages = [message('m1'), message('m2', 'out'), message('m3'), message('m4')]
    const state = run(two, { type: 'contact', contact: { ...text, id: 't2', messages } })
    expect(state.unread['t2']).toBe(2)
  })
})

describe('a message on its way out', () => {
  const outgoing: desk.Outgoing = {
    clientId: 'k1',
    contactId: 't1',
    text: '您好',
    template: null,
    at: serverTime,
    problem: null,
    messageId: null,
  }
  const state = desk.sending(run(desk.emptyDesk, snapshot([contact({ id: 't1', channel: 'sms' })])), outgoing)

  it('is shown until its stored form arrives, in either order', () => {
    const answered = desk.sent(state, 'k1', 'm9')
    expect(answered.outgoing).toHaveLength(1)
    const stored = { type: 'message' as const, contactId: 't1', message: message('m9', 'out') }
    expect(run(answered, stored).outgoing).toEqual([])
    expect(desk.sent(run(state, stored), 'k1', 'm9').outgoing).toEqual([])
  })

  it('keeps its text and says why when it was refused', () => {
    const failed = desk.sendingFailed(state, 'k1', '已超过 48 小时')
    expect(failed.outgoing[0]).toMatchObject({ text: '您好', problem: '已超过 48 小时' })
    expect(desk.forgotten(failed, 'k1').outgoing).toEqual([])
  })
})

describe('an offer whose end nobody told', () => {
  const at = (ms: number) => new Date(now + ms).toISOString()
  const rings = (mode: 'desk' | 'phone') =>
    run(desk.emptyDesk, {
      type: 'offer' as const,
      offer: { ...offer(contact()), mode, deadline: at(10_000) },
    })

  it('stops ringing a few seconds after its deadline, by the server’s clock', () => {
    const state = rings('desk')
    expect(desk.expire(state, now + 10_500)).toBe(state)
    expect(desk.expire(state, now + 15_000).offers).toEqual([])
    const slow = { ...state, clockOffset: 60_000 }
    expect(desk.expire(slow, now - 60_000 + 10_500)).toBe(slow)
    expect(desk.expire(slow, now - 60_000 + 15_000).offers).toEqual([])
  })

  it('stays while a telephone on the table may ring', () => {
    expect(desk.expire(rings('phone'), now + 15_000).offers).toHaveLength(1)
  })
})

describe('words whose contact has left', () => {
  const t1 = contact({ id: 't1', channel: 'sms', callId: null })
  const reply: desk.Outgoing = {
    clientId: 'k1',
    contactId: 't1',
    text: '您好，已为您登记。',
    template: null,
    at: serverTime,
    problem: null,
    messageId: null,
  }
  const before = desk.sending(run(desk.emptyDesk, snapshot([t1])), reply)
  const gone = { type: 'contactGone' as const, contactId: 't1', state: 'queued', end: null }

  it('are given back when a reply was not confirmed, after a snapshot or one by one', () => {
    for (const after of [run(before, snapshot([])), run(before, gone)])
      expect(repliesLeft(before, after)).toEqual([
        { says: expect.stringContaining('王秀兰') as string, copy: '您好，已为您登记。' },
      ])
  })

  it('are nobody’s worry when the server has them, or the contact is still here', () => {
    const known = desk.sent(before, 'k1', 'm1')
    expect(repliesLeft(known, run(known, gone))).toEqual([])
    expect(repliesLeft(before, run(before, snapshot([t1])))).toEqual([])
  })

  it('of a form are given back with the names of their fields', () => {
    const body = { ...emptyForm, title: '路灯不亮', facts: '东门路灯坏了' }
    expect(draftLeft(before, 't1', body)?.copy).toBe('标题：路灯不亮\n诉求内容：东门路灯坏了')
    expect(draftLeft(before, 't1', { ...emptyForm })).toBeNull()
  })

  it('are pushed out of view by no other notice', () => {
    let state = desk.notice(desk.emptyDesk, 'error', '回复没有送出', now, '您好')
    for (let n = 0; n < 9; n++) state = desk.notice(state, 'warning', `另一条 ${n}`, now)
    expect(state.notices.map((n) => n.copy ?? n.text)).toEqual([
      '您好',
      ...[5, 6, 7, 8].map((n) => `另一条 ${n}`),
    ])
  })
})

describe('notices', () => {
  it('fade when they only inform, and stay when something went wrong', () => {
    const state = desk.notice(desk.notice(desk.emptyDesk, 'info', 'a', now), 'error', 'b', now)
    expect(desk.expire(state, now + 60_000).notices.map((n) => n.text)).toEqual(['b'])
    expect(desk.expire(state, now + 1_000)).toBe(state)
  })
})

describe('what is announced', () => {
  it('names the channel, the person and the key of a ring, without a full number', () => {
    const ringing = from({ type: 'offer', offer: offer(contact({ emergency: true })) })
    const news = announcementOf(desk.emptyDesk, desk.apply(desk.emptyDesk, ringing, now), ringing)
    expect(news).toMatchObject({ urgent: true, text: '电话来话，紧急：王秀兰。按 Alt+A 接听' })
  })

  it('tells in words how an offer ended, but not when the agent took it himself', () => {
    const ringing = run(desk.emptyDesk, { type: 'offer', offer: offer(contact()) })
    const ended = (outcome: string) =>
      from({ type: 'offerEnded', offerId: 'o-c1', contactId: 'c1', outcome, reason: 'code' })
    expect(announcementOf(ringing, ringing, ended('abandoned'))?.text).toBe('对方已挂断')
    expect(announcementOf(ringing, ringing, ended('accepted'))).toBeNull()
  })

  it('says when the wrap-up begins', () => {
    const before = run(desk.emptyDesk, snapshot([contact()]))
    const wrap = from({ type: 'contact', contact: contact({ state: 'wrapUp', version: 2 }) })
    expect(announcementOf(before, desk.apply(before, wrap, now), wrap)?.text).toContain('通话已结束')
  })
})
