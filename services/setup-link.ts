import { createLog } from '../src/base/log.ts'
import { createPool } from '../src/db/pool.ts'
import { issueLink, withdrawLinks } from '../src/staff/links.ts'
import { countSystemAdministrators } from '../src/staff/store.ts'

const lifeMs = 24 * 3_600_000

/**
 * Path of a link that makes the first administrator, valid once and for a day; undefined when there is one already. An
 * older link stops working.
 */
export async function setupLink(databaseUrl: string): Promise<string | undefined> {
  const db = createPool(databaseUrl, createLog('silent', 'setup'), 1)
  try {
    return await db.tx(async (tx) => {
      if ((await countSystemAdministrators(tx)) > 0) return undefined
      await withdrawLinks(tx, 'setup', null)
      return issueLink(tx, { purpose: 'setup', staffId: null }, { lifeMs })
    })
  } finally {
    await db.end()
  }
}
