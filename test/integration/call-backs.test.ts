import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../../src/base/actor.ts'
import { callRecordings } from '../../src/composition/order-files.ts'
import { deskCalls, phoneOffers } from '../../src/composition/telephony.ts'
import { createMatchingReads } from '../../src/contacts/service.ts'
import { AmiError } from '../../src/telephony/ami/errors.ts'
import type { AmiMessage } from '../../src/telephony/ami/frames.ts'
import { createCallControl } from '../../src/telephony/control.ts'
import { createLegs } from '../../src/telephony/legs.ts'
import type { Link } from '../../src/telephony/link.ts'
import type { Recordings } from '../../src/telephony/recording.ts'
import type { Telephony } from '../../src/telephony/service.ts'
import { arrived, ended, fact, heldNew, silentLog, startContacts, testPii } from '../support/contacts.ts'

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

/** An Asterisk that takes every action, or refuses it, and two agents at their telephones. */
function startTelephones() {
  const legs = createLegs()
  const actions: string[] = []
  let refusal: Error | null = null
  const request = async (action: string) => {
    if (refusal) throw refusal
    actions.push(action)
    return { fields: {} }
  }
  const link = { ami: { request }, legs, node: () => 'n1', isKnown: () => true } as unknown as Link
  const nodes = { byName: () => link, all: () => [link] }
  const telephony = { control: createCallControl(nodes, silentLog) } as unknown as Telephony
  const agents = new Map<string, string>([randomUUID(), randomUUID()].map((id, n) => [id, `100${n + 1}`]))
  const agentOf = async (phone: string) => [...agents].find(([, his]) => his === phone)?.[0] ?? null
  const contacts = () => world.contacts
  const desk = deskCalls(() => telephony, contacts, agentOf, testPii)
  const phones = phoneOffers(
    () => telephony,
    contacts,
    async (id) => agents.get(id) ?? null,
    () => desk,
  )
  return {
    agents: [...agents.keys()] as [string, string],
    legs,
    refuse: (error: Error | null) => (refusal = error),
    dialled: () => actions.filter((action) => action === 'Originate').length,
    /** What the queue tells once the contact stands offered to him. */
    offered: (contactId: string, agentId: string) =>
      phones.offered({
        offerId: randomUUID(),
        contactId,
        channel: 'voice',
        agentId,
        agentEpoch: 1,
        mode: 'phone',
        offeredAt: new Date().toISOString(),
        deadline: new Date(Date.now() + 60_000).toISOString(),
        ring: 0,
      }),
  }
}

describe('a call back', () => {
  const actor = system('test')
  let serial = 0

  /** Asked for, and offered to the agent. */
  async function offeredTo(agentId: string) {
    const callId = `n1-21.${++serial}`
    const number = `1380000006${serial}`
    const { calls, door } = world.contacts
    for (const event of [arrived(callId, number), heldNew(callId)]) await calls.handle(event)
    await calls.handle(fact(callId, 'callBackRequested', 3, { number }))
    const { id } = await onlyContact(callId)
    await door.apply(id, { type: 'offered', agentId }, { actor })
    return { id, callId }
  }
  const toMatch = async (id: string) => (await createMatchingReads(world.db).one(id))!.state
  const tries = async (id: string) => (await world.contacts.find(id))!.callBackTries

  it('announced twice is dialled once', async () => {
    const { agents, offered, dialled } = startTelephones()
    const { id } = await offeredTo(agents[0])
    await Promise.all([offered(id, agents[0]), offered(id, agents[0])])
    await offered(id, agents[0])
    expect(dialled()).toBe(1)
    expect(await tries(id)).toBe(1)
  })

  it('that is given back while the citizen is rung is offered to nobody, and not dialled again', async () => {
    const { agents, offered, dialled } = startTelephones()
    const { id, callId } = await offeredTo(agents[0])
    await offered(id, agents[0])
    await world.contacts.door.apply(id, { type: 'offerEnded', outcome: 'declined' }, { actor })
    expect(await toMatch(id)).toBe('received')
    // An offer that was on its way.
    await world.contacts.door.apply(id, { type: 'offered', agentId: agents[1] }, { actor })
    await offered(id, agents[1])
    expect(dialled()).toBe(1)
    await world.contacts.door.apply(id, { type: 'offerEnded', outcome: 'withdrawn' }, { actor })
    // He was not reached, though nobody has it now: the pause counts all the same.
    await world.contacts.calls.handle(fact(callId, 'callBackFailed', 40, { status: 'NOANSWER', cause: 19 }))
    const [{ pauseMs }] = (await world.db.query<{ pauseMs: number }>(
      `select (extract(epoch from call_back_after - clock_timestamp()) * 1000)::float8 as "pauseMs"
       from contacts where id = $1`,
      [id],
    )) as [{ pauseMs: number }]
    expect(pauseMs).toBeGreaterThan(4 * 60_000)
  })

  it.each(['his telephone was busy', 'his dial had ended the offer'])(
    'whose citizen waits on the line is anybody’s at once: %s',
    async (how) => {
      const { agents, offered } = startTelephones()
      const { id, callId } = await offeredTo(agents[0])
      await offered(id, agents[0])
      if (how === 'his dial had ended the offer')
        await world.contacts.door.apply(id, { type: 'offerEnded', outcome: 'expired' }, { actor })
      else await world.contacts.door.apply(id, { type: 'accepted', agentId: agents[0] }, { actor })
      await world.contacts.calls.handle(
        fact(callId, 'callHeld', 20, { holdN: 1, reason: 'noAnswer', lastDial: 'BUSY', emergency: false }),
      )
      expect(await toMatch(id)).toBe('queued')
    },
  )

  it('costs no try when Asterisk does not take it, nor while the caller still hears the farewell', async () => {
    const { agents, legs, offered, refuse, dialled } = startTelephones()
    const { id, callId } = await offeredTo(agents[0])
    refuse(new AmiError('down', 'no link'))
    await expect(offered(id, agents[0])).rejects.toThrow('nodeDown')
    refuse(null)
    const says = (UserEvent: string) =>
      legs.apply({
        name: 'UserEvent',
        fields: { UserEvent, ContactId: callId, Uniqueid: callId, Linkedid: callId },
      } as unknown as AmiMessage)
    says('ContactCallBack')
    await expect(offered(id, agents[0])).rejects.toThrow('wrongStage')
    expect(await tries(id)).toBe(0)
    says('ContactEnd')
    await offered(id, agents[0])
    expect([await tries(id), dialled()]).toEqual([1, 1])
  })

  it('without any number ends, instead of going from one agent to the next', async () => {
    const { agents, offered, dialled } = startTelephones()
    const { id } = await offeredTo(agents[0])
    await world.db.query(`update contacts set address_sealed = null where id = $1`, [id])
    await expect(offered(id, agents[0])).rejects.toThrow('gone')
    expect(await world.contacts.find(id)).toMatchObject({ state: 'ended', end: 'failed' })
    expect(dialled()).toBe(0)
  })

  it('whose citizen has hung up before anybody spoke with him is made later, and three times at most', async () => {
    const { agents, offered, dialled } = startTelephones()
    const { id, callId } = await offeredTo(agents[0])
    const { calls, door } = world.contacts
    for (const round of [1, 2, 3]) {
      await offered(id, agents[0])
      await door.apply(id, { type: 'accepted', agentId: agents[0] }, { actor })
      // He lifts, hears the greeting and hangs up.
      await calls.handle({ ...ended(callId, 30 * round), key: `ended:${round}` })
      expect(dialled()).toBe(round)
      if (round === 3) break
      expect(await toMatch(id)).toBe('received')
      await world.db.query(`update contacts set call_back_after = null where id = $1`, [id])
      await door.apply(id, { type: 'offered', agentId: agents[0] }, { actor })
    }
    expect(await world.contacts.find(id)).toMatchObject({ state: 'ended', end: 'failed' })
  })
})

describe('whoever was given back after a talk and gives up', () => {
  const actor = system('test')
  const talkedAndGivenBack = async (callId: string, number: string) => {
    const agentId = randomUUID()
    const { calls, door } = world.contacts
    for (const event of [arrived(callId, number), heldNew(callId)]) await calls.handle(event)
    const { id } = await onlyContact(callId)
    await door.apply(id, { type: 'offered', agentId }, { actor })
    await door.apply(id, { type: 'accepted', agentId }, { actor })
    await door.apply(id, { type: 'connected' }, { actor })
    await door.apply(id, { type: 'requeued', reason: 'transfer' }, { actor })
    return id
  }
  /** The dialplan keeps that he has spoken with somebody. */
  const givesUp = (callId: string, stage: 'hold' | 'ring') =>
    world.contacts.calls.handle(
      fact(callId, 'callEnded', 60, { stage, cause: 0, phone: null, answered: true }),
    )
  const owedTo = (callId: string) =>
    world.db.query(
      `select 1 from contacts c join contacts p on p.id = c.parent_contact_id where p.call_id = $1 and c.call_back`,
      [callId],
    )

  it('in hold is called back', async () => {
    const id = await talkedAndGivenBack('n1-22.1', '13800000071')
    await givesUp('n1-22.1', 'hold')
    expect(await world.contacts.find(id)).toMatchObject({ state: 'ended', end: 'abandoned' })
    expect(await owedTo('n1-22.1')).toHaveLength(1)
  })

  it('while the next telephone rings is no call of that agent', async () => {
    const id = await talkedAndGivenBack('n1-22.2', '13800000072')
    await world.contacts.door.apply(id, { type: 'offered', agentId: randomUUID() }, { actor })
    await givesUp('n1-22.2', 'ring')
    expect(await world.contacts.find(id)).toMatchObject({ end: 'abandonedRinging', agentId: null })
    expect(await owedTo('n1-22.2')).toHaveLength(1)
  })
})

describe('whoever waits in vain a second time', () => {
  it('is owed a call back though his first call is still to be registered', async () => {
    const number = '13800000081'
    const { calls, door } = world.contacts
    const actor = system('test')
    for (const event of [arrived('n1-23.1', number), heldNew('n1-23.1')]) await calls.handle(event)
    const first = await onlyContact('n1-23.1')
    await door.apply(first.id, { type: 'offered', agentId: first.id }, { actor })
    await door.apply(first.id, { type: 'accepted', agentId: first.id }, { actor })
    await door.apply(first.id, { type: 'connected' }, { actor })
    await calls.handle(ended('n1-23.1', 30, true))
    expect(await world.contacts.find(first.id)).toMatchObject({ state: 'wrapUp' })

    const again = { ...arrived('n1-23.2', number), at: Date.now() + 1_000 }
    for (const event of [again, heldNew('n1-23.2')]) await calls.handle(event)
    const second = await onlyContact('n1-23.2')
    await calls.handle({ ...ended('n1-23.2', 0), at: second.receivedAt.getTime() + 20_000 })
    expect(await world.contacts.find(second.id)).toMatchObject({ end: 'abandoned' })
    const [debt] = await world.db.query<{ state: string }>(
      `select state from contacts where parent_contact_id = $1`,
      [second.id],
    )
    expect(debt?.state).toBe('queued')
  })
})

describe('a message on the voicemail', () => {
  const leaves = async (callId: string, ani: string) => {
    const { calls } = world.contacts
    for (const event of [arrived(callId, ani), heldNew(callId)]) await calls.handle(event)
    await calls.handle(fact(callId, 'callNative', 20, { reason: 'asked' }))
    await calls.handle(fact(callId, 'voicemailLeft', 60, { file: 'vm', seconds: 9 }))
    await calls.handle(ended(callId, 61))
    return onlyContact(callId)
  }
  /** Recordings as telephony keeps them, by the call. */
  const kept = (callId: string) =>
    ({
      ofCall: async (asked: string) =>
        asked === callId
          ? [{ id: 'r1', callId, kind: 'voicemail', bytes: 9, sha256: '', storedAt: new Date(0) }]
          : [],
      open: async (id: string) => (id === 'r1' ? Readable.from(['RIFF']) : null),
    }) as unknown as Recordings

  it('is among the recordings of the call back that it asked for', async () => {
    const parent = await leaves('n1-24.1', '13800000091')
    expect(parent).toMatchObject({ end: 'voicemail' })
    const [debt] = await world.db.query<{ id: string }>(
      `select id from contacts where parent_contact_id = $1`,
      [parent.id],
    )
    const recordings = callRecordings(
      () => world.contacts,
      () => kept('n1-24.1'),
    )
    expect(await recordings.ofContacts([debt!.id])).toMatchObject([
      { id: 'r1', contactId: debt!.id, kind: 'voicemail' },
    ])
    expect(await recordings.open('r1')).not.toBeNull()
  })

  it('of a caller without a number is owed, for nobody can call him back', async () => {
    const contact = await leaves('n1-24.2', '')
    expect(contact).toMatchObject({ state: 'wrapUp', agentId: null, end: null })
    expect((await world.contacts.owed(10)).map(({ id }) => id)).toContain(contact.id)
    const done = await world.contacts.door.apply(
      contact.id,
      { type: 'registered' },
      { actor: system('test') },
    )
    expect(done).toMatchObject({ ok: true, contact: { end: 'completed' } })
  })
})
