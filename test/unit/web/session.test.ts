import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useSession, type Me } from '../../../web/src/session/session.ts'

const me = { stage: 'full' } as Me
const answers = (status: number, body: object | null = null): void => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body && JSON.stringify(body), { status })))
}

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => vi.unstubAllGlobals())

describe('signing out', () => {
  it('that the gateway did not do is no sign-out: the person is told', async () => {
    const session = useSession()
    session.me = me
    answers(503, { code: 'temporarilyUnavailable', title: '暂时不可用' })
    expect(await session.signOut()).toMatchObject({ status: 503, title: '暂时不可用' })
    expect(session.me).toEqual(me)
    vi.stubGlobal('fetch', () => Promise.reject(new Error('no network')))
    expect(await session.signOut()).toMatchObject({ code: 'unreachable' })
    expect(session.me).toEqual(me)
  })

  it.each([204, 401])('is over when the session is (%i)', async (status) => {
    const session = useSession()
    session.me = me
    answers(status)
    expect(await session.signOut()).toBeNull()
    expect(session.me).toBeNull()
  })
})
