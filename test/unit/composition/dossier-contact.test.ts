import { expect, it } from 'vitest'
import { contactInDossier } from '../../../src/composition/closing.ts'

const at = new Date('2026-03-04T10:00:00+08:00')
const call = { channel: 'voice', receivedAt: at, endedAt: null, address: '+8613800000001' }

it('names the recordings and files of a contact in a dossier, and never its address', async () => {
  const found = await contactInDossier(
    {
      contacts: () => ({ find: async () => call as never }),
      recordings: {
        ofContacts: async ([contactId]) => [
          { id: 'r1', contactId: contactId!, kind: 'conversation', bytes: 9, sha256: 'ab', storedAt: at },
        ],
      },
      files: {
        ofContacts: async () => [
          { id: 'f1', mime: 'image/png', bytes: 4, sha256: 'cd', state: 'stored', at },
          { id: 'f2', mime: null, bytes: null, sha256: null, state: 'waiting', at },
        ],
      },
    },
    'c1',
  )
  expect(found).toEqual({
    id: 'c1',
    channel: 'voice',
    receivedAt: '2026-03-04T10:00:00+08:00',
    endedAt: null,
    attachments: [
      { id: 'r1', kind: 'conversation', at: '2026-03-04T10:00:00+08:00', bytes: 9, sha256: 'ab' },
      { id: 'f1', kind: 'image/png', at: '2026-03-04T10:00:00+08:00', bytes: 4, sha256: 'cd' },
      { id: 'f2', kind: 'file', at: '2026-03-04T10:00:00+08:00', bytes: null, sha256: null },
    ],
  })
})
