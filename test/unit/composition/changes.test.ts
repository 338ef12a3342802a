import { expect, it } from 'vitest'
import type { Desk } from '../../../src/agent-desk/desk.ts'
import { createLog } from '../../../src/base/log.ts'
import type { Accepted } from '../../../src/channels/channel.ts'
import { followTexts } from '../../../src/composition/changes.ts'

it('a text is told to the desk whose contact it joined, also when it is the retry of one whose answer was lost', async () => {
  const told: string[] = []
  const news = { conversationGrew: async (contactId: string) => void told.push(contactId) }
  const accepted: Accepted[] = [
    { providerId: '1', contactId: 'has-agent', duplicate: false, held: true },
    { providerId: '2', contactId: 'has-agent', duplicate: true, held: false },
    { providerId: '3', contactId: 'waits', duplicate: false, held: false },
    { providerId: '4', contactId: 'retried', duplicate: true, held: false },
    { providerId: '5', contactId: null, duplicate: false },
  ]
  const intake = { accept: async () => accepted }
  const follow = followTexts(intake, () => ({ news }) as unknown as Desk, createLog('silent'))
  expect(await follow.accept([])).toBe(accepted)
  expect(told).toEqual(['has-agent', 'retried'])
})
