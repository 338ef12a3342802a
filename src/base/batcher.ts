/**
 * Many small pieces of work as few large ones (group commit): what arrives while a batch is under way goes out together
 * in the next. At most `inFlight` batches are under way at a time, so under load the batches grow instead of the queue
 * of statements. Invariants:
 * - each item is answered exactly once, and only when the batch that it was written in has ended;
 * - of items with the same key none is begun before the batches of those added earlier have ended, and within a batch
 *   they stand in the order of their adding;
 * - an item at fault fails alone: its neighbours are written again without it.
 */
export type Batcher<I, O> = { add(item: I): Promise<O>; depth(): number }

export type BatcherOptions<I> = {
  /** Items in one batch at most. */
  max: number
  inFlight: number
  /** What must not overtake itself. */
  keyOf?: (item: I) => string
  /**
   * Whether an error is the fault of one of the items, so that the others should be tried without it. Everything else
   * fails the batch. `write` must then bear to be called again with items that it wrote before.
   */
  isItemFault?: (error: unknown) => boolean
}

type Waiting<I, O> = {
  item: I
  key: string | undefined
  resolve: (value: O) => void
  reject: (error: unknown) => void
}

export function createBatcher<I, O>(
  write: (items: I[]) => Promise<O[]>,
  { max, inFlight, keyOf, isItemFault = () => false }: BatcherOptions<I>,
): Batcher<I, O> {
  let waiting: Waiting<I, O>[] = []
  const underWay = new Set<string>()
  let running = 0
  let scheduled = false

  /** The oldest items that overtake nobody. */
  function take(): Waiting<I, O>[] {
    if (underWay.size === 0) return waiting.splice(0, max)
    const batch: Waiting<I, O>[] = []
    const rest: Waiting<I, O>[] = []
    for (const w of waiting)
      (batch.length < max && !(w.key !== undefined && underWay.has(w.key)) ? batch : rest).push(w)
    waiting = rest
    return batch
  }

  /** Answers every item of the batch. Halves of a failed batch are written one after the other, in order. */
  async function settle(batch: Waiting<I, O>[]): Promise<void> {
    try {
      const results = await write(batch.map((w) => w.item))
      batch.forEach((w, n) => w.resolve(results[n] as O))
    } catch (error) {
      if (batch.length === 1 || !isItemFault(error)) return batch.forEach((w) => w.reject(error))
      const half = Math.ceil(batch.length / 2)
      await settle(batch.slice(0, half))
      await settle(batch.slice(half))
    }
  }

  async function run(batch: Waiting<I, O>[]): Promise<void> {
    const keys = new Set(batch.flatMap((w) => (w.key === undefined ? [] : [w.key])))
    for (const key of keys) underWay.add(key)
    running += 1
    await settle(batch)
    running -= 1
    for (const key of keys) underWay.delete(key)
    pump()
  }

  function pump(): void {
    while (running < inFlight && waiting.length > 0) {
      const batch = take()
      if (batch.length === 0) return
      void run(batch)
    }
  }

  return {
    add: (item) =>
      new Promise<O>((resolve, reject) => {
        waiting.push({ item, key: keyOf?.(item), resolve, reject })
        // Everything that arrives in this turn of the event loop shares the batch.
        if (scheduled) return
        scheduled = true
        setImmediate(() => {
          scheduled = false
          pump()
        })
      }),
    depth: () => waiting.length,
  }
}
