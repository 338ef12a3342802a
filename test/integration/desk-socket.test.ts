import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeCodes } from '../../src/agent-desk/connection.ts'
import { Page } from './desk-page.ts'
import { agent, createDeskSite, quick, type DeskSite } from './desk-support.ts'
import { createGround, makeMember, signedIn, type Ground } from './staff-support.ts'

let ground: Ground
let site: DeskSite

beforeAll(async () => {
  ground = await createGround()
  site = await createDeskSite(ground)
})
afterAll(async () => {
  await site?.close()
  await ground?.close()
})

describe('the handshake', () => {
  it.each([
    ['strangers', 401, async () => ({ cookie: '' })],
    [
      'a dispatcher',
      403,
      async () => ({ cookie: await signedIn(site, (await makeMember(ground, ['dispatcher'])).id) }),
    ],
    [
      'a page of another site',
      403,
      async () => ({ cookie: (await agent(ground, site)).cookie, origin: 'https://evil.example' }),
    ],
  ])('refuses %s', async (_name, status, options) => {
    const { cookie, ...rest } = (await options()) as { cookie: string; origin?: string }
    const page = new Page(site.base, cookie, rest)
    expect(await page.opened()).toBe(status)
  })

  it('takes a page of its own address', async () => {
    const { cookie } = await agent(ground, site)
    const page = new Page(site.base, cookie, { origin: site.base })
    expect(await page.opened()).toBe(101)
    await page.close()
  })

  it('expects a hello before anything else, and soon', async () => {
    const impatient = await createDeskSite(ground, { node: 'node-impatient', config: { helloMs: 100 } })
    try {
      const { cookie } = await agent(ground, impatient)
      const page = new Page(impatient.base, cookie)
      await page.opened()
      expect(await page.ask({ type: 'available' })).toMatchObject({ problem: { code: 'helloFirst' } })
      expect(await page.ask({ type: 'ping' })).toMatchObject({ ok: true })
      expect(await page.over()).toMatchObject({ code: closeCodes.slow })
    } finally {
      await impatient.close()
    }
  })

  it('lets a page send everything at once', async () => {
    const { page } = await agent(ground, site)
    const one = page()
    await one.opened()
    const [, signedOn, ready] = await Promise.all([
      one.ask({ type: 'hello', tab: one.tab }),
      one.ask({ type: 'signIn', mode: 'text' }),
      one.ask({ type: 'available' }),
    ])
    expect(signedOn).toMatchObject({ ok: true })
    expect(ready).toMatchObject({ ok: true })
    await one.close()
  })
})

describe('what a page sends', () => {
  it.each([
    ['no JSON', '{nonsense', 'malformedMessage'],
    ['null', 'null', 'malformedMessage'],
    ['a list', '[]', 'unknownMessage'],
    ['an unknown type', '{"id":"1","type":"dropTables"}', 'unknownMessage'],
    ['a type of Object', '{"id":"1","type":"constructor"}', 'unknownMessage'],
    ['no type', '{"id":"1"}', 'unknownMessage'],
    ['a wrong field', '{"id":"1","type":"hold","contactId":7}', 'invalidMessage'],
    ['a missing field', '{"id":"1","type":"say","text":"x"}', 'invalidMessage'],
    ['an id that is too long', `{"id":"${'1'.repeat(65)}","type":"ping"}`, 'invalidMessage'],
    ['a reason outside the list', '{"id":"1","type":"pause","reason":"lunch"}', 'invalidMessage'],
  ])('is answered with a problem when it is %s, and the desk goes on', async (_name, raw, code) => {
    const page = await (await agent(ground, site)).page().hello()
    page.raw(raw)
    const refused = await page.next('result', (m) => !m.ok)
    expect(refused).toMatchObject({ ok: false, problem: { code, title: expect.stringMatching(/[一-龥]/) } })
    expect(await page.ask({ type: 'ping' })).toMatchObject({ ok: true })
    await page.close()
  })

  it('names the field that is wrong', async () => {
    const page = await (await agent(ground, site)).page().hello()
    page.raw('{"id":"9","type":"hold","contactId":"not-a-uuid"}')
    expect(await page.next('result', (m) => m.re === '9')).toMatchObject({
      problem: { status: 422, errors: [{ field: 'contactId' }] },
    })
    await page.close()
  })

  it('is refused when it comes too fast, and answered again later', async () => {
    const slow = await createDeskSite(ground, {
      node: 'node-rate',
      config: { rate: { perSecond: 20, burst: 10 } },
    })
    try {
      const { cookie } = await agent(ground, slow)
      const page = await new Page(slow.base, cookie).hello()
      const results = await Promise.all(Array.from({ length: 40 }, () => page.ask({ type: 'ping' })))
      const refused = results.filter((r) => !r.ok)
      expect(refused.length).toBeGreaterThan(20)
      expect(refused[0]).toMatchObject({ problem: { status: 429, code: 'tooManyMessages' } })
      await page.when(() => (page.all('queue').length > 2 ? true : undefined))
      expect(await page.ask({ type: 'ping' })).toMatchObject({ ok: true })
      await page.close()
    } finally {
      await slow.close()
    }
  })

  it('is cut off when a message is too big', async () => {
    const page = await (await agent(ground, site)).page().hello()
    page.raw(JSON.stringify({ id: '1', type: 'ping', pad: 'x'.repeat(quick.socket.messageBytes) }))
    expect(await page.over()).toMatchObject({ code: 1009 })
  })
})
