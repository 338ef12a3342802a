/**
 * Runs `work` again and again, `ms` after it ended; the first time at once. `work` must not reject. The timer keeps no
 * process alive.
 */
export function repeat(ms: number, work: () => Promise<void>): { stop(): void } {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const loop = (): void => {
    void work().finally(() => {
      if (stopped) return
      timer = setTimeout(loop, ms)
      timer.unref()
    })
  }
  loop()
  return {
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

/** Work in lanes: one after the other within a lane, lanes beside each other. An empty lane costs nothing. */
export type Lanes = {
  /** @returns what `work` returns; a failure stays with the caller and does not block the lane */
  run<T>(lane: string, work: () => Promise<T>): Promise<T>
  /** Items waiting or running. */
  size(): number
}

export function createLanes(): Lanes {
  const tails = new Map<string, Promise<unknown>>()
  let size = 0
  return {
    size: () => size,
    run(lane, work) {
      size++
      const result = (tails.get(lane) ?? Promise.resolve()).then(work)
      const tail = result
        .catch(() => {})
        .finally(() => {
          size--
          if (tails.get(lane) === tail) tails.delete(lane)
        })
      tails.set(lane, tail)
      return result
    },
  }
}
