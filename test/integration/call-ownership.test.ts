import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { system } from '../../src/base/actor.ts'
import { arrived, fact, heldNew, startContacts } from '../support/contacts.ts'

let first: string
let second: string
const actor = system('test')

type World = Awaited<ReturnType<typeof startContacts>>
let world: World
beforeAll(async () => {
  world = await startContacts({ agentOfPhone: async (phone) => (phone === '1001' ? first : second) })
})
afterAll(() => world.stop())
beforeEach(() => {
  first = randomUUID()
  second = randomUUID()
})

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

describe('a caller who comes back from a telephone', () => {
  it.each(['noAnswer', 'asked'])('late (%s) leaves the offer to the next agent alone', async (reason) => {
    const { calls, door } = world.contacts
    const callId = `n1-31.${reason.length}`
    const id = await caller(callId, `1380000008${reason.length}`)
    await door.apply(id, { type: 'offered', agentId: first }, { actor })
    await door.apply(id, { type: 'offerEnded', outcome: 'expired' }, { actor })
    await door.apply(id, { type: 'offered', agentId: second }, { actor })
    const back = { holdN: 2, reason, lastDial: 'NOANSWER', emergency: false }
    await calls.handle(fact(callId, 'callHeld', 12, back))
    expect(await find(id)).toMatchObject({ state: 'offered', agentId: second })
  })
})
