import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../../src/base/actor.ts'
import { arrived, fact, heldNew, startContacts } from '../support/contacts.ts'

const [first, second] = [randomUUID(), randomUUID()]
const actor = system('test')

type World = Awaited<ReturnType<typeof startContacts>>
let world: World
beforeAll(async () => {
  world = await startContacts({ agentOfPhone: async (phone) => (phone === '1001' ? first : second) })
})
afterAll(() => world.stop())

/** A caller who waits. */
async function caller(callId: string, ani: string): Promise<string> {
  for (const event of [arrived(callId, ani), heldNew(callId)]) await world.contacts.calls.handle(event)
  const [contact] = await world.contacts.list({ callId, limit: 1 })
  return contact!.id
}
const find = (id: string) => world.contacts.find(id)

describe('a telephone that is lifted late', () => {
  it('has the caller, though he is being offered to somebody else, and loses what was on its way', async () => {
    const { calls, door } = world.contacts
    const late = await caller('n1-30.1', '13800000071')
    const other = await caller('n1-30.2', '13800000072')
    await door.apply(late, { type: 'offered', agentId: first }, { actor })
    await door.apply(late, { type: 'offerEnded', outcome: 'expired' }, { actor })
    await door.apply(late, { type: 'offered', agentId: second }, { actor })
    await door.apply(other, { type: 'offered', agentId: first }, { actor })
    await calls.handle(fact('n1-30.1', 'callBridged', 12, { phone: '1001', legId: 'n1-30.9' }))
    expect(await find(late)).toMatchObject({ state: 'active', agentId: first })
    expect(await find(other)).toMatchObject({ state: 'queued', agentId: null })
  })
})
