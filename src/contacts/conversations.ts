import { newId } from '../base/ids.ts'
import { system, type Actor } from '../base/actor.ts'
import { problem } from '../base/problem.ts'
import type { Db, Tx } from '../db/pool.ts'
import * as store from './conversation-store.ts'
import type { Door } from './door.ts'

/** Sends something to the requester of a contact, through the outbox of the channel slice. */
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
  /** Says a fixed line once, whoever holds the contact. */
  sayOnce(tx: Tx, contactId: string, key: string, text: string): Promise<void>
  /** One pass over expired wrap-ups and silent conversations; every gateway may run it at any time. */
  sweep(): Promise<{ wrapUps: number; silent: number }>
}

export type ConversationLimits = { silenceMs: number }

const notYours = () =>
  problem(409, 'conversationOver', '这次会话已不在您手中', '它可能已经结束或转给了其他坐席，请查看左侧列表。')

export const silenceNotice =
  '因长时间未收到您的消息，本次会话已结束。如仍需帮助，请直接留言，我们会再次为您服务。'

export function createConversations(
  db: Db,
  door: Door,
  send: SendToRequester,
  limits: ConversationLimits,
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

  async function sayOnce(tx: Tx, contactId: string, key: string, text: string): Promise<void> {
    const line = await store.insertSystemLine(tx, { id: newId(), contactId, key, text })
    // Behind a matter from another platform nobody listens; the line stands there for the agent.
    if (line && line.channel !== 'web') await send(tx, { contactId, key, content: { text } })
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
      const wrapUps = await store.expiredWrapUps(db, 100)
      for (const { id, until } of wrapUps) await door.apply(id, { type: 'wrapUpExpired', until }, { actor })
      const silent = await store.silentConversations(db, limits.silenceMs, 100)
      for (const id of silent)
        await door.apply(
          id,
          { type: 'conversationEnded' },
          {
            actor,
            data: { reason: 'silence' },
            within: (tx) => sayOnce(tx, id, `silence-${id}`, silenceNotice),
          },
        )
      return { wrapUps: wrapUps.length, silent: silent.length }
    },
  }
}
