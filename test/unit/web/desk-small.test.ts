import { describe, expect, it } from 'vitest'
import * as clock from '../../../web/src/desk/clock.ts'
import { decideInvite } from '../../../web/src/desk/invite.ts'
import { commandOf, keyHelp, type Key } from '../../../web/src/desk/keys.ts'
import { referralStage } from '../../../web/src/desk/labels.ts'

describe('the browser’s phone', () => {
  const headers = { contactId: 'n1-1.1', native: false, consult: false }
  const free = { acceptedCallIds: new Set(['n1-1.1']), inCall: false }

  it('answers by itself only the call that was accepted', () => {
    expect(decideInvite(headers, free)).toBe('answer')
    expect(decideInvite({ ...headers, contactId: 'n1-1.2' }, free)).toBe('reject')
    expect(decideInvite({ ...headers, contactId: null }, free)).toBe('reject')
  })

  it('rings for Asterisk’s own queue and for a colleague, and never answers those by itself', () => {
    expect(decideInvite({ ...headers, native: true }, free)).toBe('ring')
    expect(decideInvite({ ...headers, contactId: 'n1-9.9', consult: true }, free)).toBe('ring')
  })

  it('rings for the caller whom a colleague passes on, whoever had him before, but not in another call', () => {
    const passedOn = { ...headers, transfer: true }
    expect(decideInvite({ ...passedOn, contactId: 'n1-3.3' }, free)).toBe('ring')
    expect(decideInvite(passedOn, free)).toBe('ring')
    expect(decideInvite(passedOn, { ...free, inCall: true })).toBe('reject')
  })

  it('rings for the call to a requester that the person asked for, and answers it once it is known', () => {
    expect(decideInvite({ ...headers, out: true }, free)).toBe('answer')
    expect(decideInvite({ ...headers, contactId: 'n1-7.7', out: true }, free)).toBe('ring')
    expect(decideInvite({ ...headers, out: true }, { ...free, inCall: true })).toBe('reject')
  })

  it('refuses everything while a call is on', () => {
    expect(decideInvite({ ...headers, native: true }, { ...free, inCall: true })).toBe('reject')
    expect(decideInvite(headers, { ...free, inCall: true })).toBe('reject')
  })
})

describe('keys', () => {
  const key = (over: Partial<Key>): Key => ({
    code: '',
    key: '',
    alt: false,
    ctrl: false,
    shift: false,
    composing: false,
    typing: false,
    ...over,
  })

  it('work inside inputs, by the place of the key and not its letter', () => {
    expect(commandOf(key({ alt: true, code: 'KeyA', key: 'å', typing: true }))).toEqual({ do: 'answer' })
    expect(commandOf(key({ alt: true, code: 'Digit3', typing: true }))).toEqual({ do: 'select', index: 2 })
  })

  it('leave an input method alone', () => {
    expect(commandOf(key({ ctrl: true, key: 'Enter', composing: true }))).toBeNull()
  })

  it('do nothing with letters that are typed', () => {
    expect(commandOf(key({ code: 'KeyA', key: 'a' }))).toBeNull()
    expect(commandOf(key({ key: '?', typing: true }))).toBeNull()
    expect(commandOf(key({ key: '?' }))).toEqual({ do: 'keys' })
  })

  it('are all listed', () => {
    const listed = keyHelp.map((k) => k.keys).join(' ')
    for (const letter of 'AXMHREJTW') expect(listed).toContain(`Alt+${letter}`)
  })
})

describe('the server’s clock', () => {
  it('is taken from the message with the least transit', () => {
    const first = clock.nextOffset(null, 400)
    expect(clock.nextOffset(first, 350)).toBe(400)
    expect(clock.nextOffset(first, 480)).toBe(480)
  })

  it('is taken anew when the local clock was set or the computer slept', () => {
    expect(clock.nextOffset(400, -3_600_000)).toBe(-3_600_000)
  })

  it('counts down to zero and up past the hour', () => {
    const now = Date.parse('2026-11-21T10:00:00Z')
    expect(clock.secondsLeft('2026-11-21T10:00:09.001Z', now)).toBe(10)
    expect(clock.secondsLeft('2026-11-21T09:59:00Z', now)).toBe(0)
    expect(clock.span(3_725_000)).toBe('1:02:05')
    expect(clock.elapsed(null, now)).toBe('--:--')
  })

  it('tells what is left of a limit, and what is over', () => {
    const now = Date.parse('2026-11-21T10:00:00+08:00')
    expect(clock.untilDue('2026-11-21T13:30:00+08:00', now)).toEqual({ text: '剩 3 小时', overdue: false })
    expect(clock.untilDue('2026-11-24T10:00:00+08:00', now)).toEqual({ text: '剩 3 天', overdue: false })
    expect(clock.untilDue('2026-11-21T10:00:00+08:00', now).overdue).toBe(true)
  })

  it('shows China’s time wherever the computer believes to be', () => {
    expect(clock.dateTime('2026-11-20T16:30:00Z')).toBe('2026-11-21 00:30')
    expect(clock.shortTime('2026-11-20T15:59:00Z', Date.parse('2026-11-20T16:30:00Z'))).toBe('11-20 23:59')
  })
})

describe('a referral', () => {
  it('goes from dialling over joined to taken over, and says when it failed', () => {
    expect(['dialling', 'joined', 'takenOver', 'ended'].map(referralStage)).toEqual([0, 1, 2, 2])
    expect(['failed', 'cancelled', 'told'].map(referralStage)).toEqual(['failed', 'cancelled', 'told'])
  })
})
