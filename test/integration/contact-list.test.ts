import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { person, startOrderSite, type OrderSite } from '../support/order-site.ts'
import { draft } from '../support/work-orders.ts'

/** `GET /api/contacts` narrowed by each thing that a contact shows. */
let site: OrderSite
beforeAll(async () => {
  site = await startOrderSite()
})
afterAll(() => site.stop())

const lead = person('teamLead')
async function listed(query: Record<string, string>): Promise<string[]> {
  const { status, body } = await site.ask(
    lead,
    'GET',
    `/api/contacts?${new URLSearchParams(query).toString()}`,
  )
  expect(status, JSON.stringify(query)).toBe(200)
  return (body['items'] as { id: string }[]).map((c) => c.id)
}

describe('the list of contacts', () => {
  it('is narrowed by what a contact shows, alone and together', async () => {
    const [first, second] = [await site.wrappedUp('+8613800071001'), await site.wrappedUp('+8613800071002')]
    const { orders } = await site.register(first, draft())
    const number = orders[0]!.number
    await site.register(second, draft())
    const at = async (id: string, received: string, ended: string) =>
      site.db.query(`update contacts set received_at = $2, ended_at = $3 where id = $1`, [
        id,
        received,
        ended,
      ])
    await at(first, '2026-03-01T23:59:59.999+08:00', '2026-03-02T00:10:00+08:00')
    await at(second, '2026-03-02T00:00:00+08:00', '2026-03-02T00:20:00+08:00')

    const midnight = '2026-03-02T00:00:00+08:00'
    expect(await listed({ id: first })).toEqual([first])
    expect(await listed({ receivedFrom: '2026-03-01T00:00:00+08:00', receivedUntil: midnight })).toEqual([
      first,
    ])
    expect(await listed({ receivedFrom: midnight, receivedUntil: '2026-03-03T00:00:00+08:00' })).toEqual([
      second,
    ])
    expect(await listed({ endedFrom: midnight, endedUntil: '2026-03-02T00:15:00+08:00' })).toEqual([first])
    // The number as it is on paper.
    expect(await listed({ workOrder: `${number.slice(0, 2)}-${number.slice(2)}`.toLowerCase() })).toEqual([
      first,
    ])
    expect(await listed({ workOrder: number, receivedFrom: midnight })).toEqual([])
    for (const workOrder of ['AS0000000000000', '今天']) expect(await listed({ workOrder })).toEqual([])
  })

  it('refuses an instant that is none', async () => {
    for (const query of [
      'receivedFrom=today',
      'endedUntil=2026-13-01',
      'id=1',
      `workOrder=${'9'.repeat(41)}`,
    ]) {
      const { status } = await site.ask(lead, 'GET', `/api/contacts?${query}`)
      expect(status, query).toBe(400)
    }
  })
})
