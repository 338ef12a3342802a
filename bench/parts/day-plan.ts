import type { Caller } from './town-calls.ts'

/** One day of a city's hotline: who makes contact and when, from one seed. */
export type DayContact = {
  /** minute of the day, with a fraction */
  at: number
  way: { voice: Caller } | { text: 'wechat' | 'sms'; who: number; messages: number }
}

/** Uniform in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), a | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Shares of the 24 hours in percent: a busy hour of 12 from 10:00, a second peak in the afternoon, quiet nights. */
const hours = [
  1, 0.7, 0.5, 0.4, 0.4, 0.6, 1.2, 3, 6.2, 9.8, 12, 8.6, 5.6, 6.2, 8.6, 8.4, 7.4, 5.4, 4, 3.4, 2.8, 1.9, 1.2,
  0.7,
] as const
export const busyHour = 10
/** Ten minutes in the busy hour in which four times as many people make contact as in its other minutes. */
export const surge = { from: busyHour * 60 + 25, to: busyHour * 60 + 35, times: 4 } as const

export const inSurge = (minute: number): boolean => minute >= surge.from && minute < surge.to

/** Contacts per minute at this minute of a day of so many. */
export function perMinute(minute: number, contacts: number): number {
  const hour = Math.min(23, Math.floor(minute / 60))
  const sum = hours.reduce((a, b) => a + b, 0)
  const ofHour = (contacts * hours[hour]!) / sum
  if (hour !== busyHour) return ofHour / 60
  // The hour's sum stays the same: the surge is a part of it.
  const weight = 60 + (surge.to - surge.from) * (surge.times - 1)
  return (ofHour / weight) * (inSurge(minute) ? surge.times : 1)
}

const voiceShare = 0.85
/** Some call again on the same day. */
const telephones = 80_000

/** @returns contacts in the order of their minutes */
export function planDay(contacts: number, seed: number): DayContact[] {
  const random = seeded(seed)
  const exponential = (): number => -Math.log(1 - random())
  const sums = [0]
  for (let minute = 0; minute < 1_440; minute += 1) sums.push(sums[minute]! + perMinute(minute, contacts))
  const total = sums[1_440]!
  const minutes = Array.from({ length: contacts }, () => random() * total).sort((a, b) => a - b)
  let minute = 0
  let texts = 0
  return minutes.map((sum) => {
    while (sums[minute + 1]! < sum) minute += 1
    const at = minute + (sum - sums[minute]!) / (sums[minute + 1]! - sums[minute]!)
    if (random() < voiceShare) {
      const number = `138000${String(Math.floor(random() * telephones)).padStart(5, '0')}`
      return { at, way: { voice: { number, patienceMs: exponential(), talk: exponential() } } }
    }
    const text = random() < 0.6 ? ('wechat' as const) : ('sms' as const)
    return { at, way: { text, who: texts++, messages: random() < 0.3 ? 2 : 1 } }
  })
}
