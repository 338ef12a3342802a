/**
 * Group commit: items that arrive while a batch is being written go out together in the next one. At most `inFlight`
 * batches are written at a time, so under load the batches grow instead of the queue of statements.
 */
export type Batcher<I, O> = { add(item: I): Promise<O>; depth(): number }

type Waiting<I, O> = { item: I; resolve: (value: O) => void; reject: (error: unknown) => void }

export function createBatcher<I, O>(
  write: (items: I[]) => Promise<O[]>,
  { max, inFlight }: { max: number; inFlight: number },
): Batcher<I, O> {
  const waiting: Waiting<I, O>[] = []
  let running = 0

  const pump = (): void => {
    while (running < inFlight && waiting.length > 0) {
      const batch = waiting.splice(0, max)
      running++
      write(batch.map((w) => w.item))
        .then(
          (results) => batch.forEach((w, i) => w.resolve(results[i] as O)),
          (error: unknown) => batch.forEach((w) => w.reject(error)),
        )
        .finally(() => {
          running--
          pump()
        })
    }
  }

  return {
    add: (item) =>
      new Promise<O>((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        // Everything that arrives in this turn of the event loop shares the batch.
        if (waiting.length === 1) setImmediate(pump)
        else if (waiting.length >= max) pump()
      }),
    depth: () => waiting.length,
  }
}
