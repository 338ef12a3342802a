import { describe, expect, it } from 'vitest'
import { gatherNews } from '../../../src/queue/news.ts'

const changed = (contactId: string, version?: number) => ({
  queue: 'contacts',
  name: 'changed',
  id: `outbox-${contactId}-${version}`,
  data: { contactId, ...(version === undefined ? {} : { version }) },
})
const touched = (contactId: string) => ({ queue: 'contacts', name: 'message', data: { contactId } })

describe('bells of contacts', () => {
  it('of one moment are rung by one job, each contact once, with the latest version', () => {
    expect(
      gatherNews([
        changed('a', 1),
        changed('b', 4),
        touched('a'),
        changed('a', 3),
        touched('c'),
        changed('b', 2),
        {
          queue: 'contacts',
          name: 'news',
          data: { changed: [{ contactId: 'd', version: 1 }], touched: ['e'] },
        },
      ]),
    ).toEqual([
      {
        queue: 'contacts',
        name: 'news',
        data: {
          changed: [
            { contactId: 'a', version: 3 },
            { contactId: 'b', version: 4 },
            { contactId: 'd', version: 1 },
          ],
        },
      },
      { queue: 'contacts', name: 'news', data: { touched: ['c', 'e'] } },
    ])
  })

  it('without a version are heard in any case, whichever comes first', () => {
    for (const jobs of [
      [changed('a'), changed('a', 3)],
      [changed('a', 3), changed('a')],
    ])
      expect(gatherNews(jobs)[0]!.data).toEqual({ changed: [{ contactId: 'a' }] })
  })

  it('of many contacts are shared among jobs of a hundred', () => {
    const jobs = gatherNews(Array.from({ length: 230 }, (_, n) => changed(`c${n}`, 1)))
    expect(jobs.map((job) => (job.data as { changed: unknown[] }).changed.length)).toEqual([100, 100, 30])
  })

  it('leave every other job as it is', () => {
    const others = [
      { queue: 'contacts', name: 'changed', data: { contactId: 'late' }, delayMs: 500 },
      { queue: 'contacts', name: 'rematch', data: { contactId: 'a' } },
      { queue: 'offers', name: 'expire', data: { offerId: 'o' }, delayMs: 20_000, id: 'outbox-7-1' },
    ]
    expect(gatherNews([...others, changed('b', 1)]).slice(0, 3)).toEqual(others)
    expect(gatherNews(others)).toEqual(others)
  })
})
