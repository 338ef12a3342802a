import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { toE164 } from '../base/phone.ts'
import { Problem } from '../base/problem.ts'
import type { InboundText, Intake } from '../channels/channel.ts'
import type { Outgoing } from '../channels/outgoing/service.ts'
import type { PassiveReply } from '../channels/wechat/reply.ts'
import type { Db } from '../db/pool.ts'
import { codeLifeMs, linkCommand } from '../requesters/model.ts'
import type { Requesters } from '../requesters/service.ts'

/** Ties a telephone to a WeChat user: his number is claimed, a code goes to that number, the code comes back. */
export type Linking = {
  /** Wraps the committing intake; runs again with a replay and does nothing twice. */
  wrap(intake: Intake): Intake
  /** What WeChat shows at once. Decides nothing: it may be asked again for the same push. */
  reply(item: InboundText): Promise<PassiveReply | null>
}

type Parts = {
  db: Db
  requesters: Requesters
  outgoing: () => Outgoing
  clock: Clock
  log: Log
}

export function createLinking({ db, requesters, outgoing, clock, log }: Parts): Linking {
  const commandOf = (item: InboundText) =>
    item.channel === 'wechat' && item.kind === 'text' ? linkCommand(item.text) : null

  const requesterOf = async (item: InboundText): Promise<string> => {
    const [person] = await requesters.ensure(db, [{ kind: 'wechat', address: item.from }])
    return person!.requesterId
  }

  async function run(item: InboundText): Promise<void> {
    const command = commandOf(item)
    if (!command) return
    const requesterId = await requesterOf(item)
    try {
      if (command.type === 'confirm') {
        if (await requesters.hasOpenClaim(requesterId))
          await requesters.confirmPhone(requesterId, command.code)
        return
      }
      const number = toE164(command.phone)
      if (!number) return
      const askedBy = `${item.account}:${item.providerId}`
      await requesters.claimPhone(requesterId, number, askedBy, async (tx, code) => {
        await outgoing().enqueue(tx, {
          key: `code-${askedBy}`,
          channel: 'sms',
          to: number,
          purpose: 'code',
          content: {
            text: `您的验证码是${code}，十分钟内有效，用于绑定微信。如非本人操作请忽略。`,
            template: { name: 'linkCode', params: { code } },
          },
          expiresAt: new Date(clock().getTime() + codeLifeMs),
        })
      })
    } catch (error) {
      // A wrong or late code is an answer for the citizen, not a failure of the intake.
      if (!(error instanceof Problem)) throw error
      log.info({ code: error.code }, 'telephone not tied to WeChat')
    }
  }

  return {
    wrap: (intake) => ({
      async accept(items) {
        const accepted = await intake.accept(items)
        for (const item of items) await run(item)
        return accepted
      },
    }),

    async reply(item) {
      const command = commandOf(item)
      if (!command) return null
      const text = (content: string): PassiveReply => ({ type: 'text', content })
      if (command.type === 'claim')
        return toE164(command.phone)
          ? text('验证码已通过短信发送到您的手机，请直接回复短信中的六位数字。')
          : text('手机号码格式不正确，请按“绑定 手机号”重新发送。')
      const requesterId = await requesterOf(item)
      if (await requesters.hasOpenClaim(requesterId)) return text('验证码不正确或已失效，请核对后重新回复。')
      return (await requesters.samePerson(requesterId)).length > 1
        ? text('绑定成功。您通过电话、短信和微信反映的事项将合并显示。')
        : null
    },
  }
}
