import { perMinute } from './day-plan.ts'

/**
 * How fast the day goes by. The clock of the day runs as fast as the gateway keeps up: what it owes (contacts that have
 * come and are neither in a talk nor registered) may be half a second's work, up to a second's. More, and the day slows
 * down; less, and it goes faster. In the surge the day keeps the speed it had, so that the surge is one.
 */
export type Pace = {
  /** minute of the day */
  minute(): number
  /** contacts per second, as they come now */
  rate(): number
  /** minutes of the day per minute */
  speedUp(): number
  /** Time goes on by so many real seconds. */
  advance(seconds: number): void
  /** @param owed contacts that the gateway has still to serve or to store */
  judge(owed: number): void
}

const enoughSeconds = 0.5
const tooMuchSeconds = 1
const slowest = 1

export function createPace(contacts: number, firstRate: number, isSurge: (minute: number) => boolean): Pace {
  let minute = 0
  let rate = firstRate
  let frozen: number | null = null
  const natural = (): number => perMinute(minute, contacts) / 60
  const speed = (): number => frozen ?? rate / natural()

  return {
    minute: () => minute,
    rate: () => speed() * natural(),
    speedUp: speed,
    advance(seconds) {
      const before = isSurge(minute)
      const now = speed()
      minute += (now * seconds) / 60
      if (!before && isSurge(minute)) frozen = now
      if (before && !isSurge(minute)) frozen = null
    },
    judge(owed) {
      if (frozen !== null) return
      const seconds = owed / rate
      if (seconds > tooMuchSeconds) rate = Math.max(slowest, rate * 0.85)
      else if (seconds < enoughSeconds) rate *= 1.04
    },
  }
}
