import type { Actor } from '../base/actor.ts'
import { problem } from '../base/problem.ts'
import type { Db, Tx } from '../db/pool.ts'
import { deleteDraft } from './conversation-store.ts'
import type { Door } from './door.ts'
import type { Contact } from './model.ts'
import { findContact } from './store.ts'

/** What wrap-up asks of the work-order slice: everything inside the transaction that ends the contact. */
export type Registrar<Outcome, Registered> = {
  /** @throws Problem 422 when an outcome is malformed; never for a missing element of an order */
  register(
    tx: Tx,
    input: { contact: Contact; idempotencyKey: string; outcomes: Outcome[]; actor: Actor },
  ): Promise<Registered>
  /** What was registered, as far as this person may know of it; null: nothing yet. */
  find(contactId: string, actor: Actor): Promise<Registered | null>
}

export type Register<Outcome, Registered> = (
  contactId: string,
  idempotencyKey: string,
  outcomes: Outcome[],
  actor: Actor,
) => Promise<Registered>

/**
 * Ends a contact with its registration, both or neither. A repeated call answers with what the first one registered,
 * so a double press or a lost reply makes one order.
 */
export function createRegister<Outcome, Registered>(
  db: Db,
  door: Door,
  registrar: Registrar<Outcome, Registered>,
): Register<Outcome, Registered> {
  return async (contactId, idempotencyKey, outcomes, actor) => {
    const [contact, known] = await Promise.all([findContact(db, contactId), registrar.find(contactId, actor)])
    if (!contact) throw problem(404, 'unknownContact', '没有这次联络', '请刷新页面后再试。')
    if (actor.kind === 'staff' && actor.role === 'agent' && contact.agentId !== actor.id)
      throw problem(403, 'notYours', '这次联络由其他坐席处理', '如需代为登记，请联系班长。')
    // Only now: what somebody else's contact led to is not told for the asking.
    if (known) return known
    let registered: Registered | undefined
    // A team lead registers in the place of whoever has it; an agent only what is still his.
    const of = contact.agentId === actor.id ? { of: actor.id } : {}
    const applied = await door.apply(
      contactId,
      { type: 'registered', ...of },
      {
        actor,
        known: contact,
        within: async (tx, ended) => {
          const input = { contact: ended, idempotencyKey, outcomes, actor }
          const [done] = await Promise.all([registrar.register(tx, input), deleteDraft(tx, contactId)])
          registered = done
        },
      },
    )
    if (applied.ok && registered !== undefined) return registered
    const first = await registrar.find(contactId, actor)
    if (first) return first
    throw problem(409, 'notInWrapUp', '现在还不能登记', '请先结束通话或会话，再提交登记。', {
      extra: { state: applied.contact?.state ?? null },
    })
  }
}
