import type { BulkJob } from './jobs.ts'

/** What a bell of a contact says. Without a version it was rung by something that did not know it: look in any case. */
export type ContactNews = { contactId: string; version?: number }

/**
 * PURE. Bells of many contacts in one job, `contacts/news`: a job costs as much as what it asks for. `changed` and
 * `touched` mean what the single jobs `changed` and `message` mean, which are understood as well: another gateway may be
 * older, and one contact whose bell failed is rung again alone.
 */
export type News = { changed?: ContactNews[]; touched?: string[] }

/** Contacts in one job at most: so much is done again when a gateway dies over it. */
const most = 100

/** Jobs that only ring for contacts become few; all others stay as they are. They have no ids: twice is harmless. */
export function gatherNews(jobs: readonly BulkJob[]): BulkJob[] {
  const changed = new Map<string, ContactNews>()
  const touched = new Set<string>()
  const others: BulkJob[] = []
  for (const job of jobs) {
    const news = newsIn(job)
    if (!news) {
      others.push(job)
      continue
    }
    for (const one of news.changed ?? []) changed.set(one.contactId, later(changed.get(one.contactId), one))
    for (const contactId of news.touched ?? []) touched.add(contactId)
  }
  // Whoever looks at a changed contact sees its place, too.
  const alsoTouched = [...touched].filter((id) => !changed.has(id))
  return [
    ...others,
    ...inParts([...changed.values()]).map((part) => jobOf({ changed: part })),
    ...inParts(alsoTouched).map((part) => jobOf({ touched: part })),
  ]
}

const jobOf = (data: News): BulkJob => ({ queue: 'contacts', name: 'news', data })

function newsIn({ queue, name, data, delayMs = 0 }: BulkJob): News | null {
  if (queue !== 'contacts' || delayMs > 0) return null
  if (name === 'news') return data as News
  if (name === 'changed') return { changed: [data as ContactNews] }
  return name === 'message' ? { touched: [(data as ContactNews).contactId] } : null
}

function later(known: ContactNews | undefined, one: ContactNews): ContactNews {
  if (!known || known.version === undefined) return known ?? one
  return one.version === undefined || one.version > known.version ? one : known
}

function inParts<T>(all: T[]): T[][] {
  const parts: T[][] = []
  for (let n = 0; n < all.length; n += most) parts.push(all.slice(n, n + most))
  return parts
}
