import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { InboundText, Intake } from '../channels/channel.ts'
import type { OutgoingContent, OutgoingDraft } from '../channels/outgoing/model.ts'
import type { Outgoing } from '../channels/outgoing/service.ts'
import {
  lastFourMissing,
  progressCommand,
  progressReply,
  type ProgressReply,
} from '../channels/progress-command.ts'
import type { AskProgress, Asker, ProgressAnswer, ProgressTold } from '../channels/progress.ts'
import type { Db } from '../db/pool.ts'
import type { Requesters } from '../requesters/service.ts'
import type { Bound, Tries } from './tries.ts'

/**
 * The requester follows his order (鞍山 2019 第十条) by number and the last four digits of his telephone: on the public
 * page, by a text, on the telephone. All limits are local policy; they count wrong tries, by the asker and by the number
 * that is tried, whether or not there is such a number, so that a limit tells nothing either.
 */
const minute = 60_000
const day = 24 * 60 * minute

const byNumber = (digits: string): Bound[] => [
  { kind: 'progressNumber', id: digits, most: 5, windowMs: 15 * minute },
  { kind: 'progressNumber', id: digits, most: 20, windowMs: day },
]
const byAsker = ({ kind, id }: Asker): Bound[] => [
  // A whole office may stand behind one address.
  { kind: `progress.${kind}`, id, most: kind === 'address' ? 15 : 5, windowMs: 15 * minute },
  { kind: `progress.${kind}`, id, most: kind === 'address' ? 100 : 20, windowMs: day },
]
/** Every answer to a text costs money: a sender gets this many, the right ones included. */
const bySender = ({ kind, id }: Asker): Bound[] => [
  { kind: `progressAnswers.${kind}`, id, most: 20, windowMs: 60 * minute },
]

/** @param progress of `src/work-orders/service.ts` */
export function createAskProgress(
  progress: (number: string, lastFour: string) => Promise<ProgressTold | null>,
  tries: Tries,
  log: Log,
): AskProgress {
  return async ({ number, lastFour, asker, tryId }) => {
    const plain = number.normalize('NFKC').replace(/[\s\-—.]/g, '')
    // The letters say which city, the digits which order: with and without them it is one number.
    const digits = /\d{13}$/.exec(plain)?.[0]
    const bounds = [...byAsker(asker), ...(digits === undefined ? [] : byNumber(digits))]
    const waitMs = await tries.take(bounds, tryId)
    const answer = await judge()
    log.info({ by: asker.kind, answer: answer.type }, 'progress asked')
    return answer

    async function judge(): Promise<ProgressAnswer> {
      if (waitMs > 0) return { type: 'locked', waitMs }
      const found = await progress(plain, lastFour.normalize('NFKC').trim())
      if (!found) return { type: 'none' }
      await tries.forgive(bounds, tryId)
      return { type: 'found', progress: found }
    }
  }
}

/** The question as a text. Like the tying of a telephone to WeChat it is answered by machine and opens no contact. */
export type ProgressTexts = {
  /** Whether this text is such a question and its answer can be sent; if not it is for a person. */
  takes(item: InboundText): boolean
  /** Whether questions on this channel are answered at all. */
  answers(channel: TextItem['channel']): boolean
  /** Wraps the committing intake; runs again with a replay and answers nothing twice. */
  wrap(intake: Intake): Intake
}

type Parts = {
  db: Db
  requesters: Pick<Requesters, 'ensure' | 'profile'>
  outgoing: () => Pick<Outgoing, 'check' | 'enqueue' | 'about'>
  ask: AskProgress
  tries: Tries
  clock: Clock
  log: Log
}

type TextItem = InboundText & { channel: 'sms' | 'wechat' }

/** An answer that could not be sent for so long is no answer any more. */
const answerLifeMs = day

export function createProgressTexts(parts: Parts): ProgressTexts {
  const { db, requesters, outgoing, ask, tries, clock, log } = parts

  const commandOf = (item: InboundText) =>
    item.channel !== 'web' && item.kind === 'text' && item.control === undefined
      ? progressCommand(item.text)
      : null
  const isText = (item: InboundText): item is TextItem => item.channel !== 'web'

  const draftOf = (item: TextItem, reply: ProgressReply): Omit<OutgoingDraft, 'key'> => ({
    channel: item.channel,
    to: item.from,
    purpose: 'reply',
    content: contentOf(reply),
    account: item.account,
    ...(item.via ? { via: item.via } : {}),
  })

  /** The channels know the address of the sender for sure; what he types is for others to prove. */
  async function ownLastFours(item: TextItem): Promise<string[]> {
    if (item.channel === 'sms') return lastFourOf(item.from)
    const [person] = await requesters.ensure(db, [{ kind: 'wechat', address: item.from }])
    const profile = await requesters.profile(person!.requesterId)
    const proven = (profile?.links ?? []).filter((l) => l.kind === 'phone' && l.status === 'verified')
    return [...new Set(proven.flatMap((l) => lastFourOf(l.address)))]
  }

  async function replyTo(item: TextItem, number: string, given: string | null): Promise<ProgressReply> {
    const lastFours = given === null ? await ownLastFours(item) : [given]
    if (lastFours.length === 0) return lastFourMissing(number, item.channel)
    const asker: Asker = { kind: item.channel, id: item.from }
    let answer: ProgressAnswer = { type: 'none' }
    for (const lastFour of lastFours) {
      if (answer.type !== 'none') break
      answer = await ask({ number, lastFour, asker, tryId: keyOf(item) })
    }
    return progressReply(number, answer)
  }

  async function run(item: InboundText): Promise<void> {
    const command = commandOf(item)
    if (!command || !isText(item) || !takes(item)) return
    const key = keyOf(item)
    if ((await outgoing().about(key)).length > 0) return
    if ((await tries.take(bySender({ kind: item.channel, id: item.from }), key)) > 0)
      return log.info({ channel: item.channel }, 'a sender asks for progress too often to be answered')
    const reply = await replyTo(item, command.number, command.lastFour)
    const made = await db.tx((tx) =>
      outgoing().enqueue(tx, {
        ...draftOf(item, reply),
        key,
        about: key,
        expiresAt: new Date(clock().getTime() + answerLifeMs),
      }),
    )
    if (!made.ok) log.warn({ code: made.refusal.code }, 'progress was asked and cannot be answered')
  }

  const takes = (item: InboundText): boolean => {
    const command = commandOf(item)
    if (!command || !isText(item)) return false
    // Any answer has the same values, so what can be said of one can be said of all.
    return outgoing().check(draftOf(item, progressReply(command.number, { type: 'none' }))) === null
  }

  return {
    takes,
    answers: (channel) =>
      outgoing().check({
        channel,
        to: '',
        purpose: 'reply',
        content: contentOf(progressReply('1', { type: 'none' })),
      }) === null,
    wrap: (intake) => ({
      async accept(items) {
        const accepted = await intake.accept(items)
        for (const [n, item] of items.entries()) {
          // With words of an emergency it became a contact: a person answers it.
          if (accepted[n]?.contactId === null) await run(item)
        }
        return accepted
      },
    }),
  }
}

/** Free words, and the approved template for carriers that take nothing else. */
const contentOf = ({ text, params }: ProgressReply): OutgoingContent => ({
  text,
  template: { name: 'orderProgress', params },
})

const keyOf = (item: InboundText): string => `progress-${item.channel}:${item.account}:${item.providerId}`

const lastFourOf = (telephone: string): string[] => {
  const four = /^\+?\d{7,}$/.test(telephone) ? telephone.slice(-4) : null
  return four === null ? [] : [four]
}
