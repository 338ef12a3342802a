import { longest } from './recovery.ts'
import type { FaultReport, Reach } from './run.ts'

/** The recovery that is aimed at, ms. */
export const aimMs = 15_000

/** What must not be so; empty when all promises were kept. Speed is no promise, coming back at all is one. */
export function broken({ accounts, steps, later, stuck }: FaultReport): string[] {
  const wrong: string[] = []
  const none = (what: string, value: number | readonly unknown[]): void => {
    const count = typeof value === 'number' ? value : value.length
    if (count > 0)
      wrong.push(`${what}: ${typeof value === 'number' ? value : JSON.stringify(value).slice(0, 2_000)}`)
  }
  none('lost', accounts.lost)
  none('doubled', accounts.doubled)
  none('unbalanced', accounts.unbalanced)
  none('registered twice', accounts.registeredTwice)
  none('ended twice', accounts.endedTwice)
  none('two calls at once', accounts.overlappingVoice)
  none('over capacity', accounts.overCapacity)
  none('two offers at once', accounts.overlappingOffers)
  none('offers that ended late', accounts.lateOffers)
  none('neither ended nor waiting', stuck)
  none('a day later, answered wrongly', later.wrongAnswers)
  none('a day later, stored wrongly', later.wrongRows)
  for (const { name, recovery } of steps)
    if (longest(recovery) === Infinity) wrong.push(`never recovered: ${name}`)
  return wrong
}

export function linesOf(report: FaultReport): string[] {
  const { accounts, steps, texts, calls, callsMeanwhile, later } = report
  const ends = Object.entries(accounts.ends).map(([end, n]) => `${end} ${n}`)
  const slow = steps.filter(({ recovery }) => longest(recovery) >= aimMs)
  const worst = Math.max(0, ...steps.map(({ recovery }) => longest(recovery)))
  const missed = steps.filter((step) => step.missed)
  return [
    `seed ${report.seed}, ${report.gateways} gateways, ${steps.length - missed.length} failures` +
      (missed.length > 0 ? `, ${missed.length} boundaries that no contact reached` : ''),
    `received ${accounts.received} = ended ${accounts.received - accounts.open} (${ends.join(', ')}) + open ${accounts.open}`,
    `texts: acknowledged ${texts.acknowledged}, given up by the provider ${texts.givenUp}, tries refused ${texts.refusedTries}`,
    `lost ${accounts.lost.length}, doubled ${accounts.doubled.length}, registered twice ${accounts.registeredTwice}, ended twice ${accounts.endedTwice}`,
    `two calls at once ${accounts.overlappingVoice} (phones' own log: ${report.phonesTalkingTwice}), over capacity ${accounts.overCapacity}`,
    `offers late ${accounts.lateOffers}, late because of an outage ${accounts.lateInOutage}, two at once ${accounts.overlappingOffers}`,
    `calls: ${reachLine(calls)}; while something was broken: ${reachLine(callsMeanwhile)}; taken along by Asterisk ${report.diedWithAsterisk}`,
    `a day later: ${later.sent} sent again, ${later.wrongAnswers.length} answered wrongly, ${later.wrongRows.length} stored wrongly`,
    `recovery: longest ${(worst / 1000).toFixed(1)} s, ${
      slow.length === 0
        ? 'aim reached (< 15 s)'
        : `aim missed: ${slow.map(({ name, recovery }) => `${name} (${longest(recovery)} ms)`).join('; ')}`
    }`,
  ]
}

const reachLine = ({ placed, carried, reached, native }: Reach): string =>
  `${placed} placed, ${carried} carried, ${reached} reached a person, ${native} of them by the native queue`
