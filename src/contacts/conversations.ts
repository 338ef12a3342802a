import { newId } from '../base/ids.ts'
import { system, type Actor } from '../base/actor.ts'
import type { Log } from '../base/log.ts'
import { Problem, problem } from '../base/problem.ts'
import { isBusyOrAway, type Db, type Tx } from '../db/pool.ts'
import * as store from './conversation-store.ts'
import type { Door } from './door.ts'

/**
 * Sends something to the requester of a contact, through the outbox of the channel slice.
 * @throws Problem 422 when his channel does not take it
 */
export type SendToRequester = (
  tx: Tx,
  message: {
    contactId: string
    /** Same key, same message: never sent twice. */
    key: string
    content: { text: string } | { template: string; params: Record<string, string> }
  },
) => Promise<void>

export type Conversations = {
  /** @throws Problem 409 when the conversation is not the agent's or is over */
  reply(
    contactId: string,
    agentId: string,
    clientId: string,
    text: string,
  ): Promise<{ messageId: string | null }>
  sendTemplate(
    contactId: string,
    agentId: string,
    clientId: string,
    template: string,
    params: Record<string, string>,
    shown: string,
  ): Promise<{ messageId: string | null }>
  end(contactId: string, actor: Actor): Promise<void>
  saveDraft(
    contactId: string,
    agentId: string,
    revision: number,
    body: Record<string, unknown>,
  ): Promise<store.Draft>
  draft(contactId: string): Promise<store.Draft | null>
  /**
   * Says a fixed line once, whoever holds the contact. The line stands in the conversation even where it cannot be sent.
   * @returns why it is not sent, or null
   */
  sayOnce(tx: Tx, contactId: string, key: string, text: string): Promise<Problem | null>
  /** One pass over expired wrap-ups and silent conversations; every gateway may run it at any time. */
  sweep(): Promise<{ wrapUps: number; silent: number }>
}

export type ConversationLimits = { silenceMs: number }

const nobodyListens = () =>
  problem(422, 'noAddress', '无法发送', '这件诉求由其他平台转来，不能在此回复诉求人，请改用电话联系。')

const notYours = () =>
  problem(409, 'conversationOver', '这次会话已不在您手中', '它可能已经结束或转给了其他坐席，请查看左侧列表。')

export const silenceNotice =
  '因长时间未收到您的消息，本次会话已结束。如仍需帮助，请直接留言，我们会再次为您服务。'

export function createConversations(
  db: Db,
  door: Door,
  send: SendToRequester,
  limits: ConversationLimits,
  log: Log,
): Conversations {
  async function say(r: Omit<store.Reply, 'id'>, content: Parameters<SendToRequester>[1]['content']) {
    const id = newId()
    return db.tx(async (tx) => {
      const outcome = await store.insertReply(tx, { id, ...r })
      if (outcome === 'refused') throw notYours()
      if (outcome === 'repeated') return { messageId: null }
      await send(tx, { contactId: r.contactId, key: `reply-${r.clientId}`, content })
      return { messageId: id }
    })
  }

  async function sayOnce(tx: Tx, contactId: string, key: string, text: string): Promise<Problem | null> {
    const line = await store.insertSystemLine(tx, { id: newId(), contactId, key, text })
    if (!line) return null
    // Behind a matter from another platform nobody listens; the line stands there for the agent.
    if (line.channel === 'web') return nobodyListens()
    try {
      await send(tx, { contactId, key, content: { text } })
      return null
    } catch (error) {
      // What cannot be said must not undo what it speaks of.
      if (error instanceof Problem && error.status === 422) return error
      throw error
    }
  }

  /** One that cannot be ended holds up nobody else. @returns how many were */
  async function endEach<T extends { id: string }>(due: T[], end: (one: T) => Promise<unknown>) {
    let ended = 0
    for (const one of due)
      try {
        await end(one)
        ended++
      } catch (error) {
        if (isBusyOrAway(error)) throw error
        log.error(
          { contactId: one.id, err: String(error) },
          'contact could not be ended; the next round tries again',
        )
      }
    return ended
  }

  return {
    reply: (contactId, agentId, clientId, text) =>
      say({ contactId, agentId, clientId, kind: 'text', text }, { text }),

    sendTemplate: (contactId, agentId, clientId, template, params, shown) =>
      say({ contactId, agentId, clientId, kind: 'template', text: shown }, { template, params }),

    async end(contactId, actor) {
      const of = actor.kind === 'staff' ? { of: actor.id } : {}
      const applied = await door.apply(contactId, { type: 'conversationEnded', ...of }, { actor })
      if (!applied.ok) throw notYours()
    },

    async saveDraft(contactId, agentId, revision, body) {
      const saved = await store.saveDraft(db, contactId, agentId, revision, body)
      if (saved) return saved
      const newer = await store.findDraft(db, contactId)
      if (!newer) throw notYours()
      throw problem(409, 'draftChanged', '草稿已在另一处修改', '请比较两份内容后再保存。', {
        extra: { revision: newer.revision, body: newer.body },
      })
    },

    draft: (contactId) => store.findDraft(db, contactId),
    sayOnce,

    async sweep() {
      const actor = system('sweep')
      const wrapUps = await endEach(await store.expiredWrapUps(db, 100), ({ id, until }) =>
        door.apply(id, { type: 'wrapUpExpired', until }, { actor }),
      )
      const silent = await endEach(await store.silentConversations(db, limits.silenceMs, 100), ({ id }) =>
        door.apply(
          id,
          { type: 'conversationEnded' },
          {
            actor,
            data: { reason: 'silence' },
            within: async (tx) => void (await sayOnce(tx, id, `silence-${id}`, silenceNotice)),
          },
        ),
      )
      return { wrapUps, silent }
    },
  }
}
