import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIntake, type Arrived } from '../../src/contacts/intake.ts'
import { sms, startContacts } from '../support/contacts.ts'

let world: Awaited<ReturnType<typeof startContacts>>
beforeAll(async () => {
  world = await startContacts()
})
afterAll(() => world?.stop())

/** An intake on the ledger of this file, with what it told and how often it rang for the relay. */
function newIntake() {
  const told: Arrived[] = []
  const rung = { times: 0 }
  const intake = createIntake({
    db: world.db,
    requesters: world.requesters,
    screen: (text) => ({ emergency: text.includes('着火'), urgent: false }),
    requirementFor: () => ({}),
    wake: () => void (rung.times += 1),
    arrived: (contacts) => void told.push(contacts),
  })
  return { intake, told, rung }
}

describe('contacts that texts have opened', () => {
  it('are told of at once and together, with one bell that knows their version', async () => {
    const { intake, told, rung } = newIntake()
    const senders = Array.from({ length: 30 }, (_, n) => `+86138000020${String(n).padStart(2, '0')}`)
    const accepted = await Promise.all(
      [...senders, senders[0]!].map((from) => intake.accept([sms(from, '停水了')])),
    )
    const ids = new Set(accepted.map(([a]) => a!.contactId!))
    expect(ids.size).toBe(30)
    expect(told).toHaveLength(1)
    expect(new Set(told[0]!.opened)).toEqual(ids)
    expect(told[0]!.moved).toEqual([])
    // The relay's next poll is early enough for a bell whose news is told.
    expect(rung.times).toBe(0)
    const bells = await world.db.query<{ data: { changed: { contactId: string; version: number }[] } }>(
      `select data from outbox where queue = 'contacts'`,
    )
    expect(bells).toHaveLength(1)
    expect(new Set(bells[0]!.data.changed.map((one) => one.contactId))).toEqual(ids)
    expect(bells[0]!.data.changed.every((one) => one.version === 1)).toBe(true)

    // One that only joins is no news; one that moves its contact forward is, and an alarm does not wait for a poll.
    await intake.accept([sms(senders[3]!, '三楼')])
    expect(told).toHaveLength(1)
    const [moved] = await intake.accept([sms(senders[3]!, '着火了')])
    expect(told[1]).toEqual({ opened: [], moved: [moved!.contactId] })
    expect(rung.times).toBe(1)
  })
})
