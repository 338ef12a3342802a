import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/base/ids.ts'
import { contactTallies } from '../../src/composition/analysis.ts'
import { storedReadings } from '../../src/composition/observation-store.ts'
import { insertOutbound } from '../../src/contacts/outbound-store.ts'
import { arrived, heldNew, startContacts } from '../support/contacts.ts'

/** Figures about citizens who come to the hotline. */

let world: Awaited<ReturnType<typeof startContacts>>
beforeAll(async () => {
  world = await startContacts()
})
afterAll(() => world.stop())

const figure = async (name: string) =>
  storedReadings(world.db)
    .find((one) => one.name === name)!
    .read()

describe('a call that staff make to a requester', () => {
  it('is no citizen who waits, in no figure', async () => {
    const number = '13800000071'
    const now = Date.now()
    for (const event of [arrived('n1-1.1', number), heldNew('n1-1.1')])
      await world.contacts.calls.handle({ ...event, at: now })
    const [caller] = await world.contacts.list({ callId: 'n1-1.1', limit: 1 })
    const [person] = await world.requesters.ensure(world.db, [{ kind: 'phone', address: `+86${number}` }])
    const out = await insertOutbound(world.db, {
      id: newId(),
      account: '12345',
      lookup: person!.lookup,
      sealed: person!.sealed!,
      requesterId: caller!.requesterId,
      confidential: false,
      callId: 'n1-1800000000000.1',
      node: 'n1',
      actor: { kind: 'staff', id: newId(), role: 'agent' },
    })
    expect(out).toMatchObject({ direction: 'outbound', state: 'connecting' })

    expect(await figure('contacts_open')).toEqual({ queued: 1 })
    expect(await figure('contacts_received_5m')).toEqual({ voice: 1 })
    expect(await figure('contacts_owed')).toEqual({ all: 0 })
    const from = new Date(now - 60_000)
    const to = new Date(now + 60_000)
    const tallies = await contactTallies(world.db, { from, to, asOf: to })
    expect(tallies.find(({ measure }) => measure === 'connected')).toMatchObject({
      denominator: 0,
      excluded: { waiting: 1 },
    })
  })
})
