/**
 * Slices that need each other are tied here: a holder is given out before its content exists and read only when
 * everything is composed.
 */
export type Deferred<T> = { get: () => T; set: (value: T) => T }

export function deferred<T>(name: string): Deferred<T> {
  let held: { value: T } | null = null
  return {
    get: () => {
      if (!held) throw new Error(`${name} is used before the context is composed`)
      return held.value
    },
    set: (value) => {
      held = { value }
      return value
    },
  }
}
