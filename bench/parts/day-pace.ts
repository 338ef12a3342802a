import { perMinute } from './day-plan.ts'

/**
 * How fast the day goes by. As many contacts come as are served, and so many more or fewer that a certain number is always
 * under way (come, and neither in a talk nor registered): enough that the machine is never idle for want of work, so few
 * that nobody waits for long. In the surge the day keeps the speed it had, so that the surge is one.
 */
export type Pace = {
  /** minute of the day */
  minute(): number
  /** contacts per second, as they come now */
  rate(): number
  /** contacts per second, as they were served lately */
  served(): number
  /** minutes of the day per minute */
  speedUp(): number
  /** Time goes on by so many real seconds. */
  advance(seconds: number): void
  /** @param owed contacts that the gateway has still to serve or to store */
  judge(owed: number): void
}

/** Two thirds of a second of what two cores serve: as fast a day as with 60, and callers wait 0.3 s in the middle and not 1.6. */
const underWay = 25
/** In so many seconds the difference is made up for. */
const makeUpSeconds = 3
/** Share of the latest look in what counts as served. */
const latest = 0.15
/** While a backlog is made up for, the day goes on at this share of what is served. */
const slowed = 0.5
const slowest = 1

export function createPace(contacts: number, firstRate: number, isSurge: (minute: number) => boolean): Pace {
  let minute = 0
  let rate = firstRate
  let served = firstRate
  let frozen: number | null = null
  /** Since the last look. */
  let seconds = 0
  let came = 0
  let before = 0
  const natural = (): number => perMinute(minute, contacts) / 60
  const speed = (): number => frozen ?? rate / natural()

  return {
    minute: () => minute,
    rate: () => speed() * natural(),
    served: () => served,
    speedUp: speed,
    advance(passed) {
      const surged = isSurge(minute)
      const now = speed()
      seconds += passed
      came += now * natural() * passed
      minute += (now * passed) / 60
      if (!surged && isSurge(minute)) frozen = now
      if (surged && !isSurge(minute)) frozen = null
    },
    judge(owed) {
      const wasServed = Math.max(0, came - (owed - before)) / seconds
      served += latest * (wasServed - served)
      before = owed
      seconds = 0
      came = 0
      if (frozen === null)
        rate = Math.max(slowest, slowed * served, served + (underWay - owed) / makeUpSeconds)
    },
  }
}
