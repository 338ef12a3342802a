import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { connectAsteriskAmiClient } from '../../../src/telephony/ami/asterisk-ami-client.ts'
import { createCallControl } from '../../../src/telephony/control.ts'
import { createLink } from '../../../src/telephony/link.ts'
import { defaults, ok, startFakeAmi, type Action, type Session } from './fake-ami.ts'

/** A Redirect that Asterisk has acknowledged and not carried out: on a fake, because Asterisk loses one very rarely. */

const callId = 'n1-1800000000.1'
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** One caller in hold; `where` is what Asterisk itself says of him. */
async function heldCaller() {
  const where = { stage: 'hold', agent: '', holdN: '1' }
  const lost = { redirects: Infinity }
  const list = (action: Action, session: Session, ...rows: string[][]): null => {
    const id = `ActionID: ${action['ActionID']}`
    session.send('Response: Success', id, 'EventList: start')
    for (const row of rows) session.send(...row, id)
    session.send('Event: Complete', id, 'EventList: Complete')
    return null
  }
  const fake = await startFakeAmi((action, session) => {
    switch (action['Action']) {
      case 'CoreSettings':
        return ok(action, 'SystemName: n1')
      case 'CoreStatus':
        return ok(action, 'CoreStartupDate: 2027-01-15', 'CoreStartupTime: 08:00:00')
      case 'Status':
        return list(action, session, [
          'Event: Status',
          `Uniqueid: ${callId}`,
          `Linkedid: ${callId}`,
          'Channel: PJSIP/trunk-00000001',
          `Variable: CONTACT=${callId}`,
          'Variable: SHARED(stage)=hold',
          'Variable: HOLDN=1',
        ])
      case 'DeviceStateList':
      case 'QueueStatus':
        return list(action, session)
      case 'Getvar': {
        const value = { 'SHARED(stage)': where.stage, 'SHARED(agent)': where.agent, HOLDN: where.holdN }
        return ok(action, `Value: ${value[action['Variable'] as keyof typeof value] ?? ''}`)
      }
      case 'Redirect':
        if (lost.redirects-- <= 0) rings(session)
        return ok(action, 'Message: Redirect successful')
      default:
        return defaults(action)
    }
  })
  stops.push(() => fake.stop())
  function rings(session: Session): void {
    Object.assign(where, { stage: 'ring', agent: '1001' })
    session.send(
      'Event: DialBegin',
      `Uniqueid: ${callId}`,
      `Linkedid: ${callId}`,
      'Channel: PJSIP/trunk-00000001',
      'Context: to-agent',
      'DestUniqueid: n1-1800000001.2',
      `DestLinkedid: ${callId}`,
      'DestChannel: PJSIP/1001-00000002',
    )
  }
  const log = pino({ level: 'silent' })
  const link = createLink({
    target: fake.target,
    connect: connectAsteriskAmiClient,
    log,
    onEvents: () => {},
    onUp: () => void link.snapshot(),
    onDown: () => {},
  })
  stops.push(() => link.stop())
  await vi.waitFor(() => expect(link.legs.call(callId)).not.toBeNull())
  const control = createCallControl({ byName: () => link, all: () => [link] }, log)
  const sentTo = (context: string) =>
    fake.sessions[0]!.actions.filter((a) => a['Action'] === 'Redirect' && a['Context'] === context).length
  /** Long enough for another look, as counted by the questions that it takes. */
  const asked = () => fake.sessions[0]!.actions.filter((a) => a['Variable'] === 'HOLDN').length
  const stage = () => link.legs.call(callId)?.stage
  return { control, where, lost, sentTo, asked, stage }
}

describe('a Redirect without effect', () => {
  it('is sent again after a second, and no more once the phone rings', async () => {
    const { control, lost, sentTo, stage } = await heldCaller()
    lost.redirects = 1
    expect(await control.ringPhone(callId, '1001', 10)).toEqual({ sent: true })
    expect(sentTo('to-agent')).toBe(1)
    await vi.waitFor(() => expect(stage()).toBe('ring'), { timeout: 3_000 })
    expect(await control.ringPhone(callId, '1001', 10)).toEqual({ sent: true })
    expect(sentTo('to-agent')).toBe(2)
  })

  it('is not sent again when Asterisk says that the caller has left hold, whatever the events say', async () => {
    const { control, where, sentTo, asked } = await heldCaller()
    await control.ringPhone(callId, '1001', 10)
    Object.assign(where, { stage: 'ring', agent: '1001' })
    await vi.waitFor(() => expect(asked()).toBe(1), { timeout: 3_000 })
    // A second wish has a look of its own: by then the first would have sent again.
    await control.ringPhone(callId, '1001', 10)
    await vi.waitFor(() => expect(asked()).toBe(2), { timeout: 3_000 })
    expect(sentTo('to-agent')).toBe(2)
  })

  it('is not sent again when the caller is wanted back in hold', async () => {
    const { control, sentTo, asked } = await heldCaller()
    await control.ringPhone(callId, '1001', 10)
    await control.backToHold(callId)
    await control.ringPhone(callId, '1002', 10)
    await vi.waitFor(() => expect(asked()).toBe(1), { timeout: 3_000 })
    await vi.waitFor(() => expect(sentTo('to-agent')).toBe(3), { timeout: 3_000 })
    expect(asked()).toBe(1)
  })
})
