import { describe, expect, it } from 'vitest'
import { followPhones } from '../../../src/composition/call-wiring.ts'
import type { DeviceFact, PhoneState } from '../../../src/telephony/call-event.ts'

describe('a phone that two nodes know', () => {
  const told = async (state: PhoneState, overall: PhoneState | null): Promise<string[]> => {
    const written: string[] = []
    const telephony = overall && { phoneState: () => overall }
    const fact: DeviceFact = { type: 'deviceState', key: 'k', node: 'n2', at: 0, phone: '1001', state }
    const deviceState = async (phone: string, now: string) => void written.push(`${phone} ${now}`)
    await followPhones(
      () => telephony,
      () => ({ deviceState }),
    )(fact)
    return written
  }

  it('is as all of them together say', async () => {
    // n2 has started anew; the phone is registered at n1.
    expect(await told('unavailable', 'notInUse')).toEqual(['1001 notInUse'])
    expect(await told('notInUse', 'inUse')).toEqual(['1001 inUse'])
  })

  it('is as the one says while nobody here hears the others', async () => {
    expect(await told('notInUse', 'unknown')).toEqual(['1001 notInUse'])
    expect(await told('ringing', null)).toEqual(['1001 ringing'])
  })
})
