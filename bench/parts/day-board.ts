import { busyHour, inSurge, surge } from './day-plan.ts'
import { quantile } from './rounds.ts'
import type { Usage } from './usage.ts'

/** What is shown of the day while it goes by. */

/** Between two looks: what happened, who used the machine, how late the gateway's event loop was. */
export type Stretch = {
  seconds: number
  contacts: number
  waits: number[]
  usage: Usage
  lagMs: number
  mostWaiting: number
}

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(Math.floor(minute % 60)).padStart(2, '0')}`

export const heading =
  '  of the day    contacts   per s  faster  wait ms p50/95  most  loop ms  cores gateway pg redis load'

/** One line of the table. @param minutes of the day that went by */
export function tell(name: string, s: Stretch, minutes: number): void {
  const q = (at: number): string => (s.waits.length === 0 ? '–' : String(Math.round(quantile(s.waits, at))))
  const { gateway = 0, postgres = 0, redis = 0, town = 0, agents: desks = 0, bench = 0 } = s.usage
  const cells = [
    String(s.contacts).padStart(9),
    (s.contacts / s.seconds).toFixed(1).padStart(8),
    `${Math.round((minutes * 60) / s.seconds)} ×`.padStart(8),
    `${q(0.5)}/${q(0.95)}`.padStart(12),
    String(s.mostWaiting).padStart(8),
    String(Math.round(s.lagMs)).padStart(7),
    [gateway, postgres, redis, town + desks + bench]
      .map((c) => c.toFixed(2))
      .join(' ')
      .padStart(22),
  ]
  console.log(`  ${name.padEnd(12)}${cells.join('')}`)
}

/** The day in pieces: four hours at a time, the busy hour before, in and after its surge. */
export const stageOf = (minute: number): string =>
  inSurge(minute)
    ? 'surge'
    : Math.floor(minute / 60) === busyHour
      ? minute < surge.from
        ? 'busy'
        : 'after surge'
      : `${clock(Math.floor(minute / 240) * 240)}–`
