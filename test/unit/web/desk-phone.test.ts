import { createPinia, disposePinia, setActivePinia, type Pinia } from 'pinia'
import { nextTick, reactive } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { emptyDesk, type DeskState } from '../../../web/src/desk/state.ts'

type PhoneCall = { callId: string | null; kind: string; phase: string; since: number; muted: boolean }
type PhoneState = { line: string; via: string | null; call: PhoneCall | null }
type PhoneOptions = { account: { secret: string }; onState: (state: PhoneState) => void }

/** The store of the browser's phone between a desk and a telephone that the test plays. */
const account = { number: '2001', secret: 's', realm: 'asterisk', sockets: [] }
const agent = { agentId: 'a1', mode: 'desk', phone: account } as unknown as NonNullable<DeskState['agent']>

const desk = reactive({
  state: { ...emptyDesk },
  status: 'online',
  acceptedCallIds: new Set<string>(),
  tell: () => undefined,
})
const started: { options: PhoneOptions; stop: ReturnType<typeof vi.fn> }[] = []

vi.mock('../../../web/src/desk/desk-store.ts', () => ({ useDesk: () => desk }))
vi.mock('../../../web/src/desk/phone.ts', () => ({
  startPhone: (options: PhoneOptions) => {
    const one = { options, stop: vi.fn(), hangUp: vi.fn() }
    started.push(one)
    return Promise.resolve(one)
  },
}))
vi.mock('../../../web/src/desk/ring.ts', () => ({ ring: () => undefined, notify: () => undefined }))
vi.stubGlobal('window', globalThis)
// By a name only: the types of a page know the browser, those of the tests do not.
const page = '../../../web/src/desk/phone-store.ts'
const { usePhone } = (await import(page)) as {
  usePhone: () => { state: PhoneState; attach(element: object): void }
}

const call = (patch: Partial<PhoneCall> = {}): PhoneCall => ({
  callId: 'call-1',
  kind: 'contact',
  phase: 'talking',
  since: 0,
  muted: false,
  ...patch,
})
const ready: PhoneState = { line: 'ready', via: 'gateway', call: null }

async function atWork(): Promise<(state: PhoneState) => Promise<void>> {
  usePhone().attach({})
  desk.state = { ...emptyDesk, agent }
  await settled()
  const { options } = started.at(-1)!
  options.onState(ready)
  return async (state) => {
    options.onState(state)
    await settled()
  }
}
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn++) await nextTick()
}

let pinia: Pinia
beforeEach(() => {
  started.length = 0
  desk.state = { ...emptyDesk }
  setActivePinia((pinia = createPinia()))
})
// The stores of an earlier test would listen to the same desk.
afterEach(() => disposePinia(pinia))

describe('the browser’s phone, when its page loses the desk', () => {
  it.each(['otherTab', 'sessionEnded'] as const)(
    'keeps the call and hangs up on nobody (%s), and stops after it',
    async (displaced) => {
      const tell = await atWork()
      await tell({ ...ready, call: call() })
      desk.state = { ...desk.state, displaced }
      await settled()
      expect(started[0]?.stop).not.toHaveBeenCalled()
      expect(usePhone().state.call?.phase).toBe('talking')

      await tell(ready)
      expect(started[0]?.stop).toHaveBeenCalledOnce()
      expect(usePhone().state.line).toBe('off')
    },
  )

  it('keeps the call when the secret goes to another page, and a new account waits for its end', async () => {
    const tell = await atWork()
    await tell({ ...ready, call: call() })
    desk.state = { ...desk.state, agent: { ...agent, phone: { ...account, secret: 'another' } } }
    await settled()
    expect(started).toHaveLength(1)
    expect(started[0]?.stop).not.toHaveBeenCalled()
    await tell(ready)
    expect(started[0]?.stop).toHaveBeenCalledOnce()
    expect(started[1]?.options.account.secret).toBe('another')
  })

  it('does not hold a ring that nobody can answer here', async () => {
    const tell = await atWork()
    await tell({ ...ready, call: call({ kind: 'native', phase: 'ringing' }) })
    desk.state = { ...desk.state, displaced: 'otherTab' }
    await settled()
    expect(started[0]?.stop).toHaveBeenCalledOnce()
  })

  it('stops at once when nobody talks', async () => {
    await atWork()
    desk.state = { ...desk.state, displaced: 'sessionEnded' }
    await settled()
    expect(started[0]?.stop).toHaveBeenCalledOnce()
  })
})
