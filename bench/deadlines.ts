import chineseDays from 'chinese-days'
import { formatDay } from '../src/statutes/calendar.ts'
import { dueOf } from '../src/statutes/deadline.ts'
import { createStatutes } from '../src/statutes/registry.ts'
import { stateCouncilCalendar } from '../src/statutes/state-council.ts'
import { perSecond, rate } from './parts/rounds.ts'

/**
 * Due dates per second, beside the calendar library by itself counting the same working days. The aim: at least half
 * of its speed, although a due date also knows pauses, provisional years and the calendar's version.
 */
const statutes = createStatutes()
const calendar = stateCouncilCalendar()
const per = 5_000
const begin = Date.UTC(2026, 0, 5, 2)
const starts = Array.from({ length: per }, (_, n) => new Date(begin + n * 97 * 60_000))
const days = starts.map((start) => formatDay(Math.floor((start.getTime() + 8 * 3_600_000) / 86_400_000)))

const term = (id: string) => statutes.findTerm(id)!.term
const due = (id: string) => {
  const one = term(id)
  return () => {
    for (const start of starts) dueOf(one, start, calendar)
  }
}
const library = (count: number) => () => {
  for (const day of days) chineseDays.findWorkday(count, day)
}

const cases = [
  { name: 'five working days (AS19-D06)', ours: due('AS19-D06'), alone: library(5) },
  { name: 'fifteen working days (DD-D05)', ours: due('DD-D05'), alone: library(15) },
]
console.log(`${per} due dates a round, median of 9 rounds`)
console.log(
  ['limit', 'due dates/s', 'library/s', 'ratio'].map((h, n) => (n ? h.padStart(14) : h.padEnd(34))).join(''),
)
for (const { name, ours, alone } of cases) {
  const speed = await perSecond({ ours, alone }, { rounds: 9, per })
  const shown = [rate(speed.ours), rate(speed.alone), (speed.ours / speed.alone).toFixed(2)]
  console.log(name.padEnd(34) + shown.map((v) => v.padStart(14)).join(''))
}
