import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { arrived, ended, fact, heldNew, startContacts, testPii } from '../support/contacts.ts'

type World = Awaited<ReturnType<typeof startContacts>>
let world: World
beforeAll(async () => {
  world = await startContacts()
})
afterAll(() => world.stop())

async function onlyContact(callId: string) {
  const [contact] = await world.contacts.list({ callId, limit: 1 })
  return contact!
}

describe('a caller without a number who asks to be called back', () => {
  const asks = async (callId: string, keyed: string): Promise<void> => {
    const { calls } = world.contacts
    for (const event of [arrived(callId, ''), heldNew(callId)]) await calls.handle(event)
    await calls.handle(fact(callId, 'callBackRequested', 3, { number: keyed }))
    await calls.handle(ended(callId, 6))
  }

  it('is reached at the number that he has keyed', async () => {
    await asks('n1-20.1', '013800000051')
    const contact = await onlyContact('n1-20.1')
    expect(contact).toMatchObject({ state: 'queued', callBack: true })
    const address = await world.contacts.addressOf(contact.id)
    expect(testPii.open(address!.sealed!)).toBe('+8613800000051')
    const facts = await world.db.query(`select data from call_facts where call_id = 'n1-20.1'`)
    expect(JSON.stringify(facts)).not.toContain('13800000051')
  })

  it('waits for nobody when it is no number', async () => {
    await asks('n1-20.2', '0000000')
    expect(await onlyContact('n1-20.2')).toMatchObject({ state: 'ended', end: 'failed' })
  })

  it('keeps the number that the network showed, whatever is keyed', async () => {
    const { calls } = world.contacts
    for (const event of [arrived('n1-20.3', '13800000053'), heldNew('n1-20.3')]) await calls.handle(event)
    await calls.handle(fact('n1-20.3', 'callBackRequested', 3, { number: '13800000054' }))
    const address = await world.contacts.addressOf((await onlyContact('n1-20.3')).id)
    expect(testPii.open(address!.sealed!)).toBe('+8613800000053')
  })
})
