import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'

/** What an agent reads when he has asked for the whole number. */
const desk = { ask: vi.fn(), tell: vi.fn() }
vi.mock('../../../web/src/desk/desk-store.ts', () => ({ useDesk: () => desk }))
vi.stubGlobal('window', globalThis)
// By a name only: the types of a page know the browser, those of the tests do not.
const page = '../../../web/src/desk/reveal.ts'
const { useReveal } = (await import(page)) as {
  useReveal: () => {
    confirm(contactId: string, reason: string): Promise<void>
    numberOf(contactId: string): string | undefined
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
})

async function shown(addresses: { address: string; status: string }[]): Promise<string | undefined> {
  desk.ask.mockResolvedValueOnce({ done: true, data: { addresses } })
  await useReveal().confirm('c1', '需要回拨诉求人')
  return useReveal().numberOf('c1')
}

const proven = { address: '+8613800000001', status: 'verified' }
const typed = { address: '+8613800000002', status: 'claimed' }

it('is the proven number, plain, whatever else he has claimed', async () => {
  expect(await shown([typed, proven])).toBe('+8613800000001')
})

it('is a number that he only typed, and says that nobody has proven it', async () => {
  expect(await shown([typed])).toBe('+8613800000002（自述，未核实）')
  vi.advanceTimersByTime(60_000)
  expect(useReveal().numberOf('c1')).toBeUndefined()
})

it('is nothing where he left none', async () => {
  expect(await shown([])).toBeUndefined()
  expect(desk.tell).toHaveBeenCalledWith('warning', '这位诉求人没有留下电话号码。')
})
