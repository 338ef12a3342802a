import { createPinia, setActivePinia } from 'pinia'
import { nextTick, reactive } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { DeskContact } from '../../../src/agent-desk/contract.ts'
import { deskContact } from '../../support/desk-contact.ts'

const contact = deskContact()
const drafts = reactive({ form: { outcome: 'workOrder', place: '', title: '' } })
const questions: { text: string; answer: (titles: string[]) => void }[] = []

vi.mock('../../../web/src/desk/desk-store.ts', () => ({ useDesk: () => ({ contact }) }))
vi.mock('../../../web/src/desk/draft-store.ts', () => ({ useDrafts: () => drafts }))
vi.mock('../../../web/src/session/session.ts', () => ({
  request: (_method: string, path: string) =>
    new Promise((resolve) => {
      const text = new URL(path, 'http://desk').searchParams.get('text') ?? ''
      questions.push({
        text,
        answer: (titles) =>
          resolve({ ok: true, data: { items: titles.map((title) => ({ number: title, title })) } }),
      })
    }),
}))
vi.stubGlobal('window', globalThis)
// By a name only: the types of a page know the browser, those of the tests do not.
const page = '../../../web/src/desk/similar-store.ts'
const { useSimilar } = (await import(page)) as {
  useSimilar: () => { of(contact: DeskContact): { title: string }[] }
}

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
})
afterEach(() => void vi.useRealTimers())

it('shows similar orders of what was typed last, whichever answer comes first', async () => {
  const similar = useSimilar()
  for (const place of ['幸福小区', '幸福小区东门']) {
    drafts.form = { ...drafts.form, place }
    await nextTick()
    await vi.advanceTimersByTimeAsync(400)
  }
  const [older, newer] = questions
  expect([older?.text, newer?.text]).toEqual(['幸福小区', '幸福小区东门'])
  newer?.answer(['东门路灯'])
  await vi.advanceTimersByTimeAsync(0)
  older?.answer(['停水'])
  await vi.advanceTimersByTimeAsync(0)
  expect(similar.of(contact).map((o) => o.title)).toEqual(['东门路灯'])
})
