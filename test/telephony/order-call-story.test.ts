import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { shortPrompts } from '../support/asterisk.ts'
import { startHotline, type Hotline } from '../support/hotline.ts'
import { endAllSipp, startPhones, type Phones } from '../support/sipp.ts'
import { kannelText, sendSms } from '../support/sms-push.ts'
import { wait } from '../support/wait.ts'

/**
 * Staff call the requester of an order whose number they do not see: gateway process, PostgreSQL, Redis, Asterisk, and
 * telephones that SIPp plays on both sides.
 */
let city: Hotline
let desks: Phones
let citizens: Phones | null = null
beforeAll(async () => {
  city = await startHotline({
    asterisk: { promptOverrides: shortPrompts(['order-call', 'notice']), timings: { qualify: 0 } },
  })
  const bank = city.asterisk.banks[0]!
  desks = await startPhones({ host: bank.host, port: bank.port, answerAfterMs: 200, limitMs: 600_000 })
  await city.staff('lead', ['dispatcher'])
  await city.staff('visits', ['followUp'])
}, 120_000)
afterEach(async () => {
  await citizens?.kill()
  citizens = null
})
afterAll(async () => {
  await endAllSipp()
  await city.stop()
}, 60_000)

const canary = '13800009911'

/** An order that somebody has sent by SMS and an agent has written. */
async function orderBy(agent: string): Promise<string> {
  const desk = await city.agent(agent)
  await desk.begin()
  await sendSms(city.url(), kannelText(city.smsToken, canary, '路灯不亮', randomUUID()))
  const offer = await desk.offer()
  await desk.ask({ type: 'acceptOffer', offerId: offer.offerId })
  await desk.contact(offer.contact.id, 'active')
  const registered = (await desk.register(offer.contact.id, [
    {
      type: 'workOrder',
      kind: 'help',
      category: 2,
      facts: '路灯不亮',
      place: '建国路12号',
      requester: { name: '甲某', home: '建国路12号' },
      confidential: false,
    },
  ])) as { orders: { number: string }[] }
  await desk.ask({ type: 'signOut' })
  desk.close()
  return registered.orders[0]!.number
}

type Call = { id: string; contactId: string; state: string; result: string | null; seconds: number | null }
async function ask<T>(who: string, path: string, body?: object): Promise<{ status: number; body: T }> {
  const init = body ? { method: 'POST', body: JSON.stringify(body) } : {}
  const answer = await city.api(who, `/api/work-orders/${path}`, init)
  return { status: answer.status, body: (await answer.json()) as T }
}

const eventOf = async (number: string) => {
  const [event] = await city.db.query<{ data: Record<string, unknown> }>(
    `select e.data from work_order_events e join work_orders o on o.id = e.order_id
     where o.number = $1 and e.type = 'requesterCalled' order by e.id desc limit 1`,
    [number],
  )
  return event?.data ?? null
}

describe('the masked line', () => {
  it('rings the agent, then the citizen, and leaves contact and event; the number is seen nowhere', async () => {
    const number = await orderBy('writer')
    citizens = await startPhones({ ...city.asterisk.trunk, answerAfterMs: 300 })
    const desk = await city.agent('caller')
    const phone = city.asterisk.banks[0]!.numbers[0]!
    await desk.begin(phone)
    const begun = await ask<Call>('caller', `${number}/calls`, { purpose: 'inform' })
    expect(begun.status, JSON.stringify(begun.body)).toBe(202)
    const { contactId } = begun.body
    const shown = await desk.contact(contactId, 'active')
    expect(shown).toMatchObject({ direction: 'outbound', pop: { name: null, maskedAddress: null } })
    expect(citizens.records().find(({ what }) => what === 'rings')!.detail).toContain(canary)
    await expect(desk.ask({ type: 'reveal', contactId, reason: '核实号码' })).rejects.toThrow()
    await desk.ask({ type: 'hold', contactId })
    await desk.contact(contactId, 'held')
    await desk.ask({ type: 'resume', contactId })
    await desk.until(
      (m) =>
        m.type === 'contact' &&
        m.contact.id === contactId &&
        m.contact.version > 3 &&
        m.contact.state === 'active',
    )
    await desk.ask({ type: 'hangUp', contactId })
    await desk.until((m) => m.type === 'contactGone' && m.contactId === contactId && m.end === 'completed')
    await wait(async () => (await eventOf(number)) !== null)
    expect(await eventOf(number)).toMatchObject({ purpose: 'inform', result: 'reached', contactId })
    const contact = await city.api('lead', `/api/contacts/${contactId}`)
    expect(await contact.json()).toMatchObject({
      direction: 'outbound',
      end: 'completed',
      owed: false,
      workOrders: [number],
    })

    expect(desks.messages()).toContain('X-Contact-Id')
    expect(desks.messages()).not.toContain(canary)
    expect(JSON.stringify(desk.heard)).not.toContain(canary)
    expect(readFileSync(city.logs[0]!, 'utf8')).not.toContain(canary)
    for (const file of ['messages', 'security', 'cdr-custom/contacts.csv'])
      expect(readFileSync(join(city.asterisk.paths.log, file), 'utf8')).not.toContain(canary)

    // Without a desk: whoever only follows up names the telephone on his table.
    const other = city.asterisk.banks[0]!.numbers[1]!
    const telephone = await city.api('visits', '/api/telephone', {
      method: 'PUT',
      body: JSON.stringify({ number: other }),
    })
    expect(await telephone.json()).toEqual({ number: other, ofDesk: false, ready: true })
    const again = await ask<Call>('visits', `${number}/calls`, { purpose: 'hear' })
    expect(again.status, JSON.stringify(again.body)).toBe(202)
    const see = () => ask<Call>('visits', `${number}/calls/${again.body.id}`)
    await wait(async () => (await see()).body.state === 'talking')
    await ask('visits', `${number}/calls/${again.body.id}/end`, {})
    await wait(async () => (await see()).body.result === 'reached')
    desk.close()
  }, 120_000)

  it('to somebody who is busy is a result, and one that outlives its gateway is closed by the next', async () => {
    const number = await orderBy('writer2')
    citizens = await startPhones({ ...city.asterisk.trunk, refuseWith: '486 Busy Here' })
    const telephone = city.asterisk.banks[0]!.numbers[2]!
    await city.staff('visits2', ['followUp'])
    await city.api('visits2', '/api/telephone', {
      method: 'PUT',
      body: JSON.stringify({ number: telephone }),
    })
    const busy = await ask<Call>('visits2', `${number}/calls`, { purpose: 'inform' })
    await wait(async () => (await eventOf(number))?.['result'] === 'busy')
    expect((await ask<Call>('visits2', `${number}/calls/${busy.body.id}`)).body).toMatchObject({
      state: 'ended',
      seconds: 0,
    })
    await citizens.kill()

    citizens = await startPhones({ ...city.asterisk.trunk, answerAfterMs: 200 })
    await wait(async () => {
      const answer = await city.api('visits2', '/api/telephone')
      return ((await answer.json()) as { ready: boolean }).ready
    })
    const cut = await ask<Call>('visits2', `${number}/calls`, { purpose: 'inform' })
    expect(cut.status, JSON.stringify(cut.body)).toBe(202)
    await wait(
      async () => (await ask<Call>('visits2', `${number}/calls/${cut.body.id}`)).body.state === 'talking',
    )
    await city.killGateway(0)
    await citizens.hangUp(canary)
    await city.startGateway(0)
    await wait(async () => (await eventOf(number))?.['contactId'] === cut.body.contactId, 40_000)
    expect(await eventOf(number)).toMatchObject({ result: 'reached', seconds: null })
    const [contact] = await city.db.query<{ end: string }>(`select "end" from contacts where id = $1`, [
      cut.body.contactId,
    ])
    expect(contact!.end).toBe('completed')
  }, 150_000)
})
