import { describe, expect, it } from 'vitest'
import { createPasswords } from '../../../src/staff/passwords.ts'

const quick = { N: 1024, r: 8, p: 1 }

describe('password hashes', () => {
  it('accept the password and nothing else', async () => {
    const passwords = createPasswords(quick)
    const stored = await passwords.hash('Correct-Horse-1')
    expect(await passwords.verify('Correct-Horse-1', stored)).toBe(true)
    expect(await passwords.verify('correct-Horse-1', stored)).toBe(false)
    expect(await passwords.verify('Correct-Horse-1', null)).toBe(false)
  })

  it('salt, so equal passwords look different', async () => {
    const passwords = createPasswords(quick)
    expect(await passwords.hash('Correct-Horse-1')).not.toBe(await passwords.hash('Correct-Horse-1'))
  })

  it('carry their cost, so an old hash is still read after the cost was raised', async () => {
    const stored = await createPasswords(quick).hash('Correct-Horse-1')
    expect(await createPasswords({ N: 2048, r: 8, p: 2 }).verify('Correct-Horse-1', stored)).toBe(true)
  })

  it('treat composed and decomposed characters as the same password', async () => {
    const passwords = createPasswords(quick)
    expect(await passwords.verify('e\u0301tat-Major-1', await passwords.hash('\u00e9tat-Major-1'))).toBe(true)
  })

  it('refuse a crowd instead of drowning in it', async () => {
    const passwords = createPasswords({ N: 16, r: 1, p: 1 })
    const tries = await Promise.allSettled(Array.from({ length: 260 }, () => passwords.verify('x', null)))
    const refused = tries.filter((t) => t.status === 'rejected')
    expect(refused.length).toBe(260 - 202)
    expect(refused[0]!.reason).toMatchObject({ status: 503, code: 'signInBusy' })
  })
})
