import type { Log } from '../base/log.ts'
import type { AskProgress, ProgressAnswer } from '../channels/progress.ts'
import type { AmiMessage } from './ami/frames.ts'
import type { Link } from './link.ts'
import { progressSpeech } from './progress-speech.ts'

/** What the dialplan asks (`asterisk/conf/dialplan/progress.conf`): digits the caller keyed, and where to answer. */
export type ProgressAsked = {
  /** `Uniqueid` of the caller's channel. */
  channelId: string
  /** Counts the questions of one call, from 1. */
  ask: number
  number: string
  lastFour: string
  /** As the network showed it; null when withheld. */
  caller: string | null
}

/** The question in a UserEvent, or null for any other event. A malformed one is none. */
export function progressAsked({ name, fields }: AmiMessage): ProgressAsked | null {
  if (name !== 'UserEvent' || fields['UserEvent'] !== 'ProgressAsked') return null
  const text = (field: string): string => fields[field] ?? ''
  const fits =
    /^[\w.-]{1,80}$/.test(text('Uniqueid')) &&
    /^\d{1,2}$/.test(text('Ask')) &&
    /^\d{13}$/.test(text('Number')) &&
    /^\d{4}$/.test(text('LastFour'))
  if (!fits) return null
  return {
    channelId: text('Uniqueid'),
    ask: Number(text('Ask')),
    number: text('Number'),
    lastFour: text('LastFour'),
    caller: /^\+?\d{5,20}$/.test(text('CallerIDNum')) ? text('CallerIDNum') : null,
  }
}

/** The value of `PROGRESS_ANSWER_<n>`: a word of the dialplan, or the prompts to be said. */
const spoken = (answer: ProgressAnswer, now: Date): string =>
  answer.type === 'found' ? progressSpeech(answer.progress, now).join('&') : answer.type

/**
 * Answers callers who follow their order. The dialplan waits 3 s and then apologises by itself, so what comes late or
 * fails is only logged.
 */
export const createProgressCalls =
  (ask: AskProgress, now: () => Date, log: Log) =>
  (message: AmiMessage, link: Pick<Link, 'ami'>): void => {
    const asked = progressAsked(message)
    if (!asked) return
    const { channelId, number, lastFour, caller } = asked
    const say = (value: string) =>
      link.ami.request('Setvar', {
        Channel: channelId,
        Variable: `PROGRESS_ANSWER_${asked.ask}`,
        Value: value,
      })
    // Whoever hides his number is counted by his call.
    const asker = { kind: 'call' as const, id: caller ?? channelId }
    ask({ number, lastFour, asker, tryId: `${channelId}:${asked.ask}` })
      .then((answer) => spoken(answer, now()))
      .catch((error: Error) => {
        log.warn({ reason: error.message }, 'progress not found out for a caller')
        return 'sorry'
      })
      .then(say)
      .catch((error: Error) => log.info({ reason: error.message }, 'progress not told to a caller'))
  }
