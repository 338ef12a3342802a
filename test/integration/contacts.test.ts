import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { system } from '../../src/base/actor.ts'
import { callBackTries } from '../../src/contacts/calls.ts'
import { silenceNotice } from '../../src/contacts/conversations.ts'
import { credits } from '../../src/contacts/model.ts'
import { createMatchingReads } from '../../src/contacts/service.ts'
import { reconcile } from '../../src/telephony/reconcile.ts'
import { arrived, ended, fact, heldNew, sms, startContacts } from '../support/contacts.ts'

type World = Awaited<ReturnType<typeof startContacts>>
let world: World
beforeAll(async () => {
  world = await startContacts()
})
afterAll(() => world.stop())

const count = async (sql: string, values: unknown[] = []): Promise<number> =>
  (await world.db.query<{ n: number }>(`select count(*) as n from ${sql}`, values))[0]!.n

async function onlyContact(callId: string) {
  const [contact] = await world.contacts.list({ callId, limit: 1 })
  return contact!
}

describe('texts', () => {
  it('join the open contact of their sender; a duplicate creates nothing', async () => {
    const first = sms('+8613800000001', '路灯不亮')
    const [a] = await world.contacts.intake.accept([first])
    const [b, again] = await world.contacts.intake.accept([sms('+8613800000001', '在建国路'), first])
    expect(a).toMatchObject({ duplicate: false })
    expect(b).toMatchObject({ contactId: a!.contactId, duplicate: false })
    expect(again).toMatchObject({ contactId: a!.contactId, duplicate: true })
    expect(await count('messages where contact_id = $1', [a!.contactId])).toBe(2)
  })

  it('keep one contact however many arrive at once, and hurt nobody else', async () => {
    const loud = Array.from({ length: 2_000 }, (_, n) => sms('+8613800000002', `第${n}条`))
    const quiet = Array.from({ length: 20 }, (_, n) =>
      sms(`+86138000010${String(n).padStart(2, '0')}`, '停水了'),
    )
    const answers = await Promise.all([...loud, ...quiet].map((m) => world.contacts.intake.accept([m])))
    expect(new Set(answers.slice(0, 2_000).map(([a]) => a!.contactId)).size).toBe(1)
    expect(new Set(answers.slice(2_000).map(([a]) => a!.contactId)).size).toBe(20)
    expect(answers.flat().every((a) => !a.duplicate)).toBe(true)
  })

  it('that cannot be stored fail alone, whoever shares their commit', async () => {
    const senders = Array.from({ length: 30 }, (_, n) => `+86138000011${String(n).padStart(2, '0')}`)
    const outcomes = await Promise.allSettled(
      senders.map((from, n) =>
        world.contacts.intake.accept([sms(from, '停电了', n === 17 ? { providerTime: 'no time' } : {})]),
      ),
    )
    expect(outcomes.flatMap((o, n) => (o.status === 'rejected' ? [n] : []))).toEqual([17])
  })

  it('ring for the matcher when they open a contact or move it forward, and not when they only join', async () => {
    const bells = () => count(`outbox where queue = 'contacts'`)
    const from = '+8613800000030'
    const before = await bells()
    const [a] = await world.contacts.intake.accept([sms(from, '井盖坏了')])
    expect(await bells()).toBe(before + 1)
    const reads = createMatchingReads(world.db)
    const { changedAtMs } = (await reads.one(a!.contactId!))!
    await world.contacts.intake.accept([sms(from, '在路口')])
    expect(await bells()).toBe(before + 1)
    expect((await reads.one(a!.contactId!))!.changedAtMs).toBe(changedAtMs)
    const [urgent] = await world.contacts.intake.accept([sms(from, '着火了')])
    expect(urgent).toMatchObject({ contactId: a!.contactId, held: false })
    expect(await bells()).toBe(before + 2)
  })

  it('open a new contact after the end of the last one, once, however they race', async () => {
    const [a] = await world.contacts.intake.accept([sms('+8613800000003', '你好')])
    await world.contacts.door.apply(a!.contactId!, { type: 'failed' }, { actor: system('test') })
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => world.contacts.intake.accept([sms('+8613800000003', '还在吗')])),
    )
    const ids = new Set(answers.map(([x]) => x!.contactId))
    expect(ids.size).toBe(1)
    expect(ids.has(a!.contactId)).toBe(false)
  })

  it('store rare characters exactly and jump the queue in an emergency', async () => {
    const text = '着火了😱​𠮷'
    const [a] = await world.contacts.intake.accept([sms('+8613800000004', text)])
    const [message] = await world.contacts.messagesOf(a!.contactId!)
    expect(message!.body).toBe(text)
    const contact = await world.contacts.find(a!.contactId!)
    expect(contact).toMatchObject({ emergency: true, state: 'queued' })
    expect(contact!.creditMs).toBeGreaterThan(0)
    expect(await count(`outbox where queue = 'referrals' and data->>'contactId' = $1`, [a!.contactId])).toBe(
      1,
    )
  })

  it('第九条: come sooner from somebody who said that he is old, and from one who gave up before', async () => {
    const creditOf = async (phone: string): Promise<number> => {
      const [accepted] = await world.contacts.intake.accept([sms(phone, '你好')])
      return (await world.contacts.find(accepted!.contactId!))!.creditMs
    }
    const endAll = (how: string) =>
      world.db.query(
        `update contacts set state = 'ended', "end" = $1, ended_at = clock_timestamp() where ended_at is null`,
        [how],
      )
    const old = '+8613800000091'
    expect(await creditOf(old)).toBe(0)
    const [row] = await world.db.query<{ id: string }>(
      `select requester_id as id from contacts order by id desc limit 1`,
    )
    await world.requesters.describe(world.db, row!.id, { careGroups: ['elderly'] })
    await endAll('completed')
    expect(await creditOf(old)).toBe(credits.care)
    const impatient = '+8613800000092'
    await creditOf(impatient)
    await endAll('abandoned')
    expect(await creditOf(impatient)).toBe(credits.abandonedBefore)
    await endAll('completed')
  })

  it('are kept without a contact when they ask for nobody', async () => {
    const follow = sms('oX1', '', {
      channel: 'wechat',
      account: 'gh_a',
      kind: 'event',
      event: { name: 'subscribe', fields: {} },
    })
    expect(await world.contacts.intake.accept([follow])).toMatchObject([
      { contactId: null, duplicate: false },
    ])
    expect(await world.contacts.intake.accept([follow])).toMatchObject([{ contactId: null, duplicate: true }])
    expect(await count(`channel_events where name = 'subscribe'`)).toBe(1)
  })
})

describe('a conversation', () => {
  const elevenMinutes = `interval '11 minutes'`

  /** A text of eleven minutes ago, accepted just now. */
  async function accepted(from: string, text = '路灯不亮'): Promise<{ id: string; agentId: string }> {
    const [opened] = await world.contacts.intake.accept([sms(from, text)])
    const contactId = opened!.contactId!
    const agentId = randomUUID()
    await later(contactId)
    for (const fact of [
      { type: 'offered', agentId },
      { type: 'accepted', agentId },
    ] as const)
      await world.contacts.door.apply(contactId, fact, { actor: system('test') })
    return { id: contactId, agentId }
  }
  /** Eleven minutes pass for this contact. */
  async function later(id: string): Promise<void> {
    await world.db.query(
      `update contacts set received_at = received_at - ${elevenMinutes}, last_inbound_at = last_inbound_at - ${elevenMinutes},
         changed_at = changed_at - ${elevenMinutes} where id = $1`,
      [id],
    )
    await world.db.query(
      `update messages set received_at = received_at - ${elevenMinutes}, stored_at = stored_at - ${elevenMinutes}
       where contact_id = $1`,
      [id],
    )
  }
  const stateAfterRound = async (id: string): Promise<string | undefined> => {
    await world.contacts.conversations.sweep()
    return (await world.contacts.find(id))?.state
  }
  const reply = ({ id, agentId }: { id: string; agentId: string }) =>
    world.contacts.conversations.reply(id, agentId, randomUUID(), '请问在哪条路？')

  it('ends when the citizen leaves the agent’s words without an answer for ten minutes', async () => {
    const talk = await accepted('+8613800000300')
    await reply(talk)
    expect(await stateAfterRound(talk.id)).toBe('active')
    await later(talk.id)
    expect(await stateAfterRound(talk.id)).toBe('wrapUp')
    expect((await world.contacts.messagesOf(talk.id)).at(-1)).toMatchObject({ body: silenceNotice })
  })

  it('that waited longer than that for an agent is not over as he takes it', async () => {
    const talk = await accepted('+8613800000301')
    expect(await stateAfterRound(talk.id)).toBe('active')
    // However long he reads: the citizen waits for him.
    await later(talk.id)
    expect(await stateAfterRound(talk.id)).toBe('active')
  })

  it('in which the citizen had the last word is not over, whatever the system said to him', async () => {
    const talk = await accepted('+8613800000302')
    await reply(talk)
    await later(talk.id)
    await world.contacts.intake.accept([sms('+8613800000302', '建国路12号')])
    await world.db.tx((tx) =>
      world.contacts.conversations.sayOnce(tx, talk.id, `line-${talk.id}`, '请拨打119。'),
    )
    await later(talk.id)
    expect(await stateAfterRound(talk.id)).toBe('active')
  })

  it('that another agent has just taken over is not over for the silence before him', async () => {
    const talk = await accepted('+8613800000303')
    await reply(talk)
    await later(talk.id)
    await world.contacts.door.apply(
      talk.id,
      { type: 'transferred', agentId: randomUUID() },
      { actor: system('test') },
    )
    expect(await stateAfterRound(talk.id)).toBe('active')
  })
})

describe('one person', () => {
  it('shares a history over channels once a code proves the number, and no longer when it is undone', async () => {
    const { requesters, contacts, db } = world
    const [byPhone] = await contacts.intake.accept([sms('+8613800000005', '下水堵了')])
    const [byWechat] = await contacts.intake.accept([
      sms('oFive', '还没来修', { channel: 'wechat', account: 'gh_a' }),
    ])
    const phone = (await contacts.find(byPhone!.contactId!))!
    const wechat = (await contacts.find(byWechat!.contactId!))!
    expect(wechat.requesterId).not.toBe(phone.requesterId)

    let code = ''
    await requesters.claimPhone(
      wechat.requesterId,
      '+8613800000005',
      'ask1',
      async (_tx, sent) => void (code = sent),
    )
    expect(await requesters.samePerson(wechat.requesterId)).toEqual([wechat.requesterId])
    const wrong = code === '000000' ? '000001' : '000000'
    await expect(requesters.confirmPhone(wechat.requesterId, wrong)).rejects.toMatchObject({
      code: 'codeWrong',
    })
    await requesters.confirmPhone(wechat.requesterId, code)

    const person = await requesters.samePerson(wechat.requesterId)
    expect(person.sort()).toEqual([phone.requesterId, wechat.requesterId].sort())
    const history = await contacts.historyOf(person, wechat.id)
    expect(history.map((h) => h.id)).toContain(phone.id)

    const [join] = await db.query<{ id: string }>(`select id from requester_joins where requester_a = $1`, [
      wechat.requesterId,
    ])
    await requesters.undoJoin(join!.id, system('test'))
    expect(await requesters.samePerson(wechat.requesterId)).toEqual([wechat.requesterId])
  })

  it('sends a code that is delivered again after it was used, and no contact waits with it', async () => {
    const { requesters, contacts, db } = world
    const from = 'oAgain'
    const wechat = (text: string) => sms(from, text, { channel: 'wechat', account: 'gh_a' })
    const [person] = await requesters.ensure(db, [{ kind: 'wechat', address: from }])
    let code = ''
    await requesters.claimPhone(
      person!.requesterId,
      '+8613800000009',
      'ask9',
      async (_tx, sent) => void (code = sent),
    )
    const item = wechat(code)
    expect(await contacts.intake.accept([item])).toMatchObject([{ contactId: null, duplicate: false }])
    await requesters.confirmPhone(person!.requesterId, code)
    expect(await contacts.intake.accept([item])).toMatchObject([{ contactId: null, duplicate: true }])
    expect(await count('contacts where requester_id = $1', [person!.requesterId])).toBe(0)
    // Six digits that nobody asked for are what a citizen says.
    const [said] = await contacts.intake.accept([wechat('114000')])
    expect(said!.contactId).not.toBeNull()
  })

  it('is not proven by guessing', async () => {
    const [a] = await world.contacts.intake.accept([
      sms('oGuess', '在吗', { channel: 'wechat', account: 'gh_a' }),
    ])
    const { requesterId } = (await world.contacts.find(a!.contactId!))!
    let code = ''
    await world.requesters.claimPhone(
      requesterId,
      '+8613800000006',
      'ask2',
      async (_tx, sent) => void (code = sent),
    )
    const wrong = code === '111111' ? '222222' : '111111'
    for (let n = 0; n < 5; n++) await world.requesters.confirmPhone(requesterId, wrong).catch(() => {})
    await expect(world.requesters.confirmPhone(requesterId, code)).rejects.toMatchObject({
      code: 'codeExpired',
    })
  })
})

describe('calls', () => {
  it('become one contact each, whatever is repeated', async () => {
    const { calls } = world.contacts
    for (const event of [
      arrived('n1-1.1', '13800000011'),
      arrived('n1-1.1', '13800000011'),
      heldNew('n1-1.1'),
      heldNew('n1-1.1'),
    ])
      await calls.handle(event)
    expect(await count(`contacts where call_id = 'n1-1.1'`)).toBe(1)
    expect(await onlyContact('n1-1.1')).toMatchObject({ state: 'queued', channel: 'voice', account: '12345' })
  })

  it('given up in the queue leave one debt to call back, paid when the caller reaches an agent himself', async () => {
    const { calls } = world.contacts
    const number = '13800000012'
    for (const event of [arrived('n1-2.1', number), heldNew('n1-2.1'), ended('n1-2.1', 20)])
      await calls.handle(event)
    for (const event of [arrived('n1-2.2', number), heldNew('n1-2.2'), ended('n1-2.2', 20)])
      await calls.handle(event)
    expect(await onlyContact('n1-2.1')).toMatchObject({ state: 'ended', end: 'abandoned' })
    const debts = () =>
      count(`contacts where call_back and ended_at is null and parent_contact_id = $1`, [first.id])
    const first = await onlyContact('n1-2.1')
    expect(await debts()).toBe(1)

    await calls.handle(arrived('n1-2.3', number))
    await calls.handle(heldNew('n1-2.3'))
    const third = await onlyContact('n1-2.3')
    const agentId = '0190d9a0-0000-7000-8000-0000000000aa'
    const actor = system('test')
    await world.contacts.door.apply(third.id, { type: 'offered', agentId }, { actor })
    await world.contacts.door.apply(third.id, { type: 'accepted', agentId }, { actor })
    await calls.handle(fact('n1-2.3', 'callBridged', 5, { phone: '1001', legId: 'n1-2.4' }))
    expect(await debts()).toBe(0)
  })

  it('that slipped within five seconds owe nothing', async () => {
    const { calls } = world.contacts
    for (const event of [arrived('n1-3.1', '13800000013'), heldNew('n1-3.1'), ended('n1-3.1', 3)])
      await calls.handle(event)
    const contact = await onlyContact('n1-3.1')
    expect(contact.end).toBe('shortAbandon')
    expect(await count(`contacts where parent_contact_id = $1`, [contact.id])).toBe(0)
  })

  it('are not put behind all others by an Asterisk whose clock runs ahead', async () => {
    const early = { ...arrived('n1-4.9', '13800000049'), at: Date.now() + 3_600_000 }
    await world.contacts.calls.handle(early)
    const { receivedAt } = await onlyContact('n1-4.9')
    expect(receivedAt.getTime()).toBeLessThan(Date.now() + 60_000)
  })

  it('from withheld numbers never merge', async () => {
    const { calls } = world.contacts
    await calls.handle(arrived('n1-4.1', ''))
    await calls.handle(arrived('n1-4.2', ''))
    const [a, b] = [await onlyContact('n1-4.1'), await onlyContact('n1-4.2')]
    expect(a.requesterId).not.toBe(b.requesterId)
  })

  it('answered by the native queue while the gateway was away leave the registration owed', async () => {
    const { calls } = world.contacts
    await calls.handle(arrived('n1-5.1', '13800000015'))
    await calls.handle(ended('n1-5.1', 60, true))
    const contact = await onlyContact('n1-5.1')
    expect(contact).toMatchObject({ state: 'wrapUp', end: null })
    expect(contact.owedAt).not.toBeNull()
  })

  it('whose end was seen before their beginning are ended all the same', async () => {
    const { calls } = world.contacts
    await calls.handle(ended('n1-7.1', 30, true))
    await calls.handle(arrived('n1-7.1', '13800000017'))
    expect(await onlyContact('n1-7.1')).toMatchObject({ state: 'wrapUp' })
    await calls.handle(ended('n1-7.2', 30))
    await calls.handle(arrived('n1-7.2', '13800000018'))
    expect(await onlyContact('n1-7.2')).toMatchObject({ state: 'ended', end: 'abandoned' })
  })

  it('taken over by a colleague are his from then on', async () => {
    const [first, second] = ['0190d9a0-0000-7000-8000-0000000000e1', '0190d9a0-0000-7000-8000-0000000000e2']
    const other = await startContacts({
      agentOfPhone: async (phone) => (phone === '1001' ? first : second),
    })
    try {
      const { calls, door } = other.contacts
      const actor = system('test')
      for (const event of [arrived('n1-8.1', '13800000019'), heldNew('n1-8.1')]) await calls.handle(event)
      const [contact] = await other.contacts.list({ callId: 'n1-8.1', limit: 1 })
      await door.apply(contact!.id, { type: 'offered', agentId: first }, { actor })
      await door.apply(contact!.id, { type: 'accepted', agentId: first }, { actor })
      await calls.handle(fact('n1-8.1', 'callBridged', 5, { phone: '1001', legId: 'n1-8.2' }))
      await calls.handle(fact('n1-8.1', 'callBridged', 25, { phone: '1002', legId: 'n1-8.3' }))
      expect(await other.contacts.find(contact!.id)).toMatchObject({ state: 'active', agentId: second })
    } finally {
      await other.stop()
    }
  })

  it('left by the emergency line after the agent wait for an agent again, and are not lost when registered', async () => {
    const agentId = '0190d9a0-0000-7000-8000-0000000000e3'
    const stranded: string[] = []
    const other = await startContacts({
      agentOfPhone: async () => agentId,
      stranded: async (contact) => void stranded.push(contact.callId!),
    })
    try {
      const { calls, door } = other.contacts
      const actor = system('test')
      const only = async (callId: string) => (await other.contacts.list({ callId, limit: 1 }))[0]!
      async function handedOver(callId: string, ani: string): Promise<string> {
        for (const event of [arrived(callId, ani), heldNew(callId)]) await calls.handle(event)
        const { id } = await only(callId)
        await door.apply(id, { type: 'offered', agentId }, { actor })
        await door.apply(id, { type: 'accepted', agentId }, { actor })
        await calls.handle(fact(callId, 'callBridged', 5, { phone: '1001', legId: `${callId}1` }))
        await door.apply(id, { type: 'conversationEnded' }, { actor })
        return id
      }
      const lineLeft = (callId: string, reason: string) =>
        fact(callId, 'callHeld', 90, { holdN: 2, reason, lastDial: '', emergency: false })

      const id = await handedOver('n1-8.5', '13800000181')
      await door.apply(id, { type: 'wrapUpExpired' }, { actor })
      await calls.handle(lineLeft('n1-8.5', 'farSideLeft'))
      expect(await only('n1-8.5')).toMatchObject({
        state: 'queued',
        agentId: null,
        owedAt: null,
        wrapUpUntil: null,
        emergency: true,
      })
      // A gateway that was away has not seen why he waits.
      await handedOver('n1-8.6', '13800000182')
      await calls.handle(lineLeft('n1-8.6', 'agentLost'))
      expect(await only('n1-8.6')).toMatchObject({ state: 'queued' })
      expect(stranded).toEqual([])

      // Told late, after his hang-up; and by the telephone of a colleague who did not take him over.
      await handedOver('n1-8.8', '13800000184')
      await calls.handle(ended('n1-8.8', 100, true))
      await calls.handle(lineLeft('n1-8.8', 'agentLost'))
      await handedOver('n1-8.9', '13800000185')
      await calls.handle(lineLeft('n1-8.9', 'noAnswer'))
      for (const callId of ['n1-8.8', 'n1-8.9']) expect(await only(callId)).toMatchObject({ state: 'wrapUp' })
      // A try to call him back has ended before: that says nothing of this one.
      await handedOver('n1-8.10', '13800000186')
      await calls.handle({ ...ended('n1-8.10', 3), key: 'the end of an earlier try' })
      await calls.handle(lineLeft('n1-8.10', 'farSideLeft'))
      expect(await only('n1-8.10')).toMatchObject({ state: 'queued' })

      const registered = await handedOver('n1-8.7', '13800000183')
      await door.apply(registered, { type: 'registered' }, { actor })
      await calls.handle(lineLeft('n1-8.7', 'farSideLeft'))
      expect(await only('n1-8.7')).toMatchObject({ state: 'ended', end: 'completed' })
      expect(stranded).toEqual(['n1-8.7'])
    } finally {
      await other.stop()
    }
  })

  it('never give two voice contacts to one agent', async () => {
    const { calls, door } = world.contacts
    const agentId = '0190d9a0-0000-7000-8000-0000000000bb'
    for (const id of ['n1-6.1', 'n1-6.2']) {
      await calls.handle(arrived(id, '13800000016'))
      await calls.handle(heldNew(id))
    }
    const offer = async (callId: string) =>
      door.apply((await onlyContact(callId)).id, { type: 'offered', agentId }, { actor: system('test') })
    await expect(offer('n1-6.1')).resolves.toMatchObject({ ok: true })
    await expect(offer('n1-6.2')).rejects.toMatchObject({ code: '23505' })
  })
})

describe('the door', () => {
  it('lets one of two rivals win and tells the other the new state', async () => {
    const [a] = await world.contacts.intake.accept([sms('+8613800000021', '你好')])
    const rivals = ['0190d9a0-0000-7000-8000-0000000000c1', '0190d9a0-0000-7000-8000-0000000000c2']
    const results = await Promise.all(
      rivals.map((agentId) =>
        world.contacts.door.apply(a!.contactId!, { type: 'offered', agentId }, { actor: system('test') }),
      ),
    )
    expect(results.filter((r) => r.ok)).toHaveLength(1)
    expect(results.find((r) => !r.ok)).toMatchObject({ refused: 'wrongState', contact: { state: 'offered' } })
  })
})

describe('a call back', () => {
  it('is not given up by a resync while the telephone of the citizen rings', async () => {
    const { calls, door, openCallsOf } = world.contacts
    for (const event of [arrived('n1-9.9', '13800000032'), heldNew('n1-9.9')]) await calls.handle(event)
    await calls.handle(fact('n1-9.9', 'callBackRequested', 3, { number: '13800000032' }))
    await calls.handle({ ...ended('n1-9.9', 4), key: 'n1-9.9/ended:n1-9.9' })
    const { id } = await onlyContact('n1-9.9')
    const agentId = '0190d9a0-0000-7000-8000-0000000000de'
    const actor = system('test')
    await door.apply(id, { type: 'offered', agentId }, { actor })
    await door.apply(id, { type: 'accepted', agentId }, { actor })

    const resync = async (): Promise<void> => {
      const open = (await openCallsOf('n1')).filter(({ callId }) => callId === 'n1-9.9')
      // Asterisk knows no caller of this call: nobody has answered yet, or nobody is being called at all.
      const evidence = { node: 'n1', rows: [], ended: [], connects: [], now: Date.now() }
      for (const fact of reconcile({ ...evidence, open }).orphans) await calls.handle(fact)
    }
    await resync()
    expect(await onlyContact('n1-9.9')).toMatchObject({ state: 'connecting', agentId })

    // Once he has spoken with the agent his call ends like any other.
    await calls.handle(fact('n1-9.9', 'calledBack', 9, {}))
    await calls.handle(fact('n1-9.9', 'callBridged', 12, { phone: '1001', legId: 'n1-9.10' }))
    await resync()
    expect(await onlyContact('n1-9.9')).toMatchObject({ state: 'wrapUp', agentId })
  })
})

describe('a call back that is not answered', () => {
  it('is tried again after a pause and given up after the last try', async () => {
    const { calls, door } = world.contacts
    const number = '13800000031'
    for (const event of [arrived('n1-9.1', number), heldNew('n1-9.1'), ended('n1-9.1', 20)])
      await calls.handle(event)
    const abandoned = await onlyContact('n1-9.1')
    const [debt] = await world.db.query<{ id: string; callId: string }>(
      `select id, call_id as "callId" from contacts where parent_contact_id = $1`,
      [abandoned.id],
    )
    const agentId = '0190d9a0-0000-7000-8000-0000000000dd'
    const actor = system('test')
    const waiting = async () => (await createMatchingReads(world.db).one(debt!.id))!.state
    for (let n = 1; n <= callBackTries; n++) {
      expect(await waiting()).toBe('queued')
      await door.apply(debt!.id, { type: 'offered', agentId }, { actor })
      await door.apply(debt!.id, { type: 'accepted', agentId }, { actor })
      expect(await world.contacts.beginCallBack(debt!.id, agentId, 'n1')).toBe(true)
      await calls.handle(fact(debt!.callId, 'callBackFailed', 100 * n, { status: 'NOANSWER', cause: 19 }))
      if (n === callBackTries) break
      // Nobody is asked to make it meanwhile.
      expect(await waiting()).toBe('received')
      expect(await world.contacts.releaseCallBacks()).toBe(0)
      await world.db.query(`update contacts set call_back_after = clock_timestamp() where id = $1`, [
        debt!.id,
      ])
      expect(await world.contacts.releaseCallBacks()).toBe(1)
    }
    expect(await world.contacts.find(debt!.id)).toMatchObject({ state: 'ended', end: 'failed' })
  })
})
