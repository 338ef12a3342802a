import { createBatcher } from '../base/batcher.ts'
import { sqlState } from './pool.ts'

/** One statement reads so many keys. Two of a kind are under way: with more, a storm would come as single readings. */
const batches = { max: 200, inFlight: 2 }

/** What a single key got wrong (SQLSTATE class 22, e.g. no uuid) must not fail whoever asked in the same moment. */
const isItemFault = (error: unknown): boolean => sqlState(error)?.startsWith('22') ?? false

/**
 * Reads by key, where many ask in the same moment (a thousand desks that come back at once), as few statements. Nothing
 * is kept: each is answered by a statement that began after it asked.
 * @param some what is found, by key
 * @returns null for what is not found
 */
export function createReads<T>(
  some: (keys: string[]) => Promise<Map<string, T>>,
): (key: string) => Promise<T | null> {
  const reads = createBatcher<string, T | null>(
    async (keys) => {
      const found = await some([...new Set(keys)])
      return keys.map((key) => found.get(key) ?? null)
    },
    { ...batches, isItemFault },
  )
  return (key) => reads.add(key)
}
