import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Problem } from '../../../src/base/problem.ts'
import { judgeSource, momentOf, momentPattern, sourceOf, timesOf } from '../../../src/matters/decide/entry.ts'
import { directSource } from '../../../src/matters/model.ts'
import { statuteOf, statuteSlugs } from '../../../src/statutes/registry.ts'

const anshan = statuteOf('anshan-2019')
const now = new Date('2026-03-02T10:00+08:00')

describe('the times of a matter', () => {
  it.each([
    ['2026-03-02', '2026-03-01T16:00:00.000Z'],
    ['2026-03-02T10:00+08:00', '2026-03-02T02:00:00.000Z'],
    ['2026-03-02T10:00:30.5Z', '2026-03-02T10:00:30.500Z'],
    ['2024-02-29', '2024-02-28T16:00:00.000Z'],
  ])('reads %s', (text, instant) => expect(momentOf(text)?.toISOString()).toBe(instant))

  it.each(['2026-02-29', '2026-13-01', '2026-03-02T24:01Z', '2026-03-02T10:60+08:00'])(
    'takes %s for none, though it looks like one',
    (text) => {
      expect(text).toMatch(new RegExp(momentPattern))
      expect(momentOf(text)).toBeNull()
    },
  )

  it('never lie in the future, and the centre never has a matter before it was raised', () => {
    const day = 86_400_000
    const around = fc.integer({ min: -40 * day, max: 2 * day }).map((ms) => new Date(now.getTime() + ms))
    fc.assert(
      fc.property(around, fc.option(around, { nil: undefined }), (raised, received) => {
        const times = timesOf(
          { raisedAt: raised.toISOString(), receivedAt: received?.toISOString() },
          anshan,
          now,
        )
        const possible =
          raised.getTime() <= now.getTime() + 60_000 &&
          (received ?? now).getTime() <= now.getTime() + 60_000 &&
          Math.min(raised.getTime(), now.getTime()) <= Math.min((received ?? now).getTime(), now.getTime())
        expect(times instanceof Problem).toBe(!possible)
        if (times instanceof Problem) return
        expect(times.raisedAt <= times.receivedAt && times.receivedAt <= now).toBe(true)
      }),
    )
  })

  it('第二十条 (鞍山 2019): names the article when they contradict each other', () =>
    expect(timesOf({ raisedAt: '2026-02-20', receivedAt: '2026-02-19' }, anshan, now)).toMatchObject({
      code: 'receivedBeforeRaised',
      fields: { cite: expect.stringContaining('第二十条') },
    }))
})

describe('where a matter comes from', () => {
  it.each([
    ['anshan-2019', 'mayorMailbox', '《鞍山市群众诉求办理条例》第六条第二款'],
    ['anshan-2019', 'province', '《鞍山市群众诉求办理条例》第五条第二款'],
    ['anshan-2019', 'letter', null],
    ['anshan-draft', 'province', null],
    ['baiyin-2024', 'scanCode', '《白银市民情直通平台诉求办理条例》第三条'],
    ['baiyin-2024', 'messageBoard', '《白银市民情直通平台诉求办理条例》第三条'],
    ['baiyin-2024', 'mayorMailbox', null],
    ['dandong-first-asked', 'letter', expect.stringContaining('第十二条')],
    ['dandong-first-asked', 'stateCouncilBoard', expect.stringContaining('第二条')],
    ['dandong-first-asked', 'visit', null],
  ])('%s: %s by %s', (slug, code, cite) =>
    expect(sourceOf(statuteOf(slug), code)).toMatchObject({ cite, localPolicy: cite === null }),
  )

  it.each(statuteSlugs())('%s names each source once, and none that comes by itself', (slug) => {
    const codes = (statuteOf(slug).topics.acceptance.sourceChannels ?? []).flatMap((a) =>
      a.basis === 'silent' ? [] : [a.value.code],
    )
    expect(new Set(codes).size).toBe(codes.length)
    expect(codes).toEqual(expect.arrayContaining(['letter', 'visit', 'dutyLog', 'police110', 'province']))
    for (const own of ['phone', 'voice', 'sms', 'wechat', 'web', directSource])
      expect(codes).not.toContain(own)
  })

  it('tells of an unknown one which there are', () =>
    expect(judgeSource(anshan, 'fax')).toMatchObject({
      status: 422,
      code: 'sourceUnknown',
      detail: expect.stringContaining('市长信箱'),
    }))
})
