/** PURE. The server's clock, as far as a page can know it, and the words for spans of time. */

/** A message came at `receivedAt` (ms, local) and was sent at `serverTime`: transit only ever makes it look slow. */
export const offsetSample = (serverTime: string, receivedAt: number): number =>
  Date.parse(serverTime) - receivedAt

/**
 * Keeps the sample with the least transit. A jump of more than two seconds is not transit: the local clock was set,
 * or the computer slept, and the newest sample is right.
 */
export function nextOffset(previous: number | null, sample: number): number {
  if (Number.isNaN(sample)) return previous ?? 0
  if (previous === null || Math.abs(sample - previous) > 2000) return sample
  return Math.max(previous, sample)
}

const two = (n: number): string => String(n).padStart(2, '0')

/** `mm:ss`, from an hour on `h:mm:ss`. Negative spans count as zero. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const h = Math.floor(seconds / 3600)
  const m = Math.floor((seconds % 3600) / 60)
  return h > 0 ? `${h}:${two(m)}:${two(seconds % 60)}` : `${two(m)}:${two(seconds % 60)}`
}

export const elapsed = (since: string | null, now: number): string =>
  since === null ? '--:--' : span(now - Date.parse(since))

/** Whole seconds left until `deadline`, rounded up so that "0" means over. */
export const secondsLeft = (deadline: string, now: number): number =>
  Math.max(0, Math.ceil((Date.parse(deadline) - now) / 1000))

/** How long until a statutory due date, in the unit a person would use. */
export function untilDue(due: string, now: number): { text: string; overdue: boolean } {
  const ms = Date.parse(due) - now
  const overdue = ms <= 0
  const hours = Math.abs(ms) / 3_600_000
  const amount =
    hours >= 48
      ? `${Math.floor(hours / 24)} 天`
      : hours >= 1
        ? `${Math.floor(hours)} 小时`
        : `${Math.max(1, Math.floor(hours * 60))} 分钟`
  return { text: overdue ? `超期 ${amount}` : `剩 ${amount}`, overdue }
}

// Citizens and agents live by one clock, whatever the computer's settings say.
const beijing = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

const parts = (at: string): Record<string, string> =>
  Object.fromEntries(beijing.formatToParts(new Date(at)).map((p) => [p.type, p.value]))

/** `2026-11-28 00:10` in China Standard Time. */
export function dateTime(at: string): string {
  const p = parts(at)
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}`
}

/** `00:10` today, `11-28 00:10` on other days. */
export function shortTime(at: string, now: number): string {
  const p = parts(at)
  const today = parts(new Date(now).toISOString())
  const clock = `${p.hour}:${p.minute}`
  return p.day === today.day && p.month === today.month && p.year === today.year
    ? clock
    : `${p.month}-${p.day} ${clock}`
}
