/** Lets at most `limit` pieces of work run at once; the others wait in order. */
export function createGate(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= limit) await new Promise<void>((go) => waiting.push(go))
    else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // The place is handed over, so nobody can slip in between.
      if (next) next()
      else running -= 1
    }
  }
}

/**
 * Runs work by key so that each call is answered by a run that began after it, and one key never runs twice at once:
 * a burst of calls costs two runs.
 */
export function createLatest(work: (key: string) => Promise<void>): (key: string) => Promise<void> {
  type Slot = { running: Promise<void>; next: Promise<void> | null }
  const slots = new Map<string, Slot>()

  function begin(key: string): Promise<void> {
    const running = work(key).finally(() => {
      if (slots.get(key)?.next === null) slots.delete(key)
    })
    slots.set(key, { running, next: null })
    return running
  }

  return (key) => {
    const slot = slots.get(key)
    if (!slot) return begin(key)
    slot.next ??= slot.running.then(
      () => begin(key),
      () => begin(key),
    )
    return slot.next
  }
}
