import type { Actor, Role } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import type { Pii } from '../base/pii.ts'
import { problem, type Problem } from '../base/problem.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Calendar } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import { decide } from './decide.ts'
import { runningAndMet } from './deadline-store.ts'
import type { OrderEvent } from './model.ts'
import { identityOf, sealIdentity } from './identity.ts'
import { refusalProblem } from './refusals.ts'
import type { OrderRow } from './rows.ts'
import { ruleOf, type BodyOf, type Command } from './rules/registry.ts'
import { wearing, type Context, type PersonFacts } from './rules/rule.ts'
import { makeSiblings, withNumbers } from './siblings.ts'
import * as store from './store.ts'
import { writeEvents, type By } from './write-events.ts'

/** Who acts: a person of staff with all his hats, and his unit. */
export type Acting = { actor: Actor; roles: readonly Role[]; unitCode: string | null }

export type Directory = (
  tx: Tx,
  order: Pick<OrderRow, 'category' | 'title' | 'facts' | 'place'>,
  units: readonly string[],
) => Promise<ReadonlyMap<string, readonly string[]>>

export type ActionParts = {
  db: Db
  clock: Clock
  pii: Pii
  calendar: () => Calendar
  statutes: Statutes
  /** Posts of people of staff by their ids; unknown ones are missing. */
  postsOf?: (tx: Tx, ids: readonly string[]) => Promise<Map<string, Omit<PersonFacts, 'id'>>>
  /** Orders that do not exist for this person (`visibility.ts`); judged under the lock, so that no change slips between. */
  hidden?: (order: OrderRow, acting: Acting) => boolean
  /** What the dispatch directory has against each unit as the leading one of this order. */
  directory?: Directory
  /** Tells people of what happened; through the outbox, so that what commits is sent. */
  announce?: (tx: Tx, order: OrderRow, events: readonly OrderEvent[], by: By) => Promise<void>
}

/** What people do with an order after its registration. */
export function createActions(parts: ActionParts) {
  const { db, clock, pii, calendar, statutes } = parts

  /**
   * Two at once: the row lock lets one win; the other is judged against the new state and hears 409 with it. A refused
   * attempt changes nothing and is on record.
   */
  async function act(number: string, command: Command & { version?: number }, acting: Acting): Promise<void> {
    const at = clock()
    const refused = await db.tx(async (tx): Promise<Problem | null> => {
      const rule = ruleOf(command.action)
      // Two merges of the same pair lock in the same order, whichever way they point.
      const others = rule.orders?.(command) ?? []
      const locked = new Map<string, OrderRow>()
      for (const one of [...new Set([number, ...others])].sort()) {
        const found = await store.lockOrder(tx, one)
        if (found && !parts.hidden?.(found, acting)) locked.set(one, found)
      }
      const order = locked.get(number)
      if (!order) throw problem(404, 'unknownOrder', '没有这张办理单', '请核对编号，或返回列表重新查找。')
      if (command.version !== undefined && command.version !== order.version) return changed(order)
      const statute = statutes.of(order.statute.slug)
      const named = rule.units?.(command, order) ?? []
      const directory = named.length > 0 ? await parts.directory?.(tx, order, named) : undefined
      const context: Context = {
        actor: wearing(acting.actor, acting.roles, rule.roles(statute, order)),
        actorUnit: acting.unitCode,
        statute,
        now: at,
        calendar: calendar(),
        units: await store.unitsByCode(tx, named),
        ...(directory ? { directory } : {}),
        people: await peopleOf(tx, rule.people?.(command, order, acting.actor.id) ?? []),
        orders: locked,
        clocks: await runningAndMet(tx, order.id),
        petitionOffice: await store.petitionOffice(tx),
        identity: identityOf(order),
      }
      const decided = decide(order, command, context)
      if ('refused' in decided) {
        const by = { actor: context.actor, at, cite: decided.cite }
        await store.insertAttempt(tx, order.id, { action: command.action, refused: decided.refused }, by)
        return withState(refusalProblem(decided), order)
      }
      const by: By = { actor: context.actor, at, cite: decided.cite, statute, calendar: context.calendar }
      await sideEffects(tx, order, command)
      const made = command.action === 'split' ? await makeSiblings(tx, order, command, context, by) : []
      const events = withNumbers(decided.events, made)
      const after = await writeEvents(tx, order, events, by)
      await parts.announce?.(tx, after, events, by)
      for (const sibling of made) await parts.announce?.(tx, sibling.order, sibling.events, by)
      return null
    })
    if (refused) throw refused
  }

  async function peopleOf(tx: Tx, ids: readonly string[]): Promise<Map<string, PersonFacts>> {
    if (ids.length === 0 || !parts.postsOf) return new Map()
    return new Map([...(await parts.postsOf(tx, ids))].map(([id, post]) => [id, { id, ...post }]))
  }

  /** What an action says that events must not hold: words of the identity, and links to contacts. */
  async function sideEffects(tx: Tx, order: OrderRow, command: Command): Promise<void> {
    if (command.action === 'supply') await keepIdentity(tx, order, command)
    if (command.action === 'append' && command.contactId)
      await store.joinContact(tx, order.id, command.contactId, 'appended', clock())
  }

  async function keepIdentity(tx: Tx, order: OrderRow, said: BodyOf<'supply'>): Promise<void> {
    const wish = said.confidentialityWish?.trim() || null
    await store.supplyIdentity(tx, order.id, {
      ...sealIdentity(pii, said.requester ?? {}),
      confidentialityWish: wish,
      confidentialityAsked: wish !== null,
    })
  }

  return { act }
}

const changed = (order: OrderRow): Problem =>
  withState(problem(409, 'changedMeanwhile', '办理单刚被他人更新', '请查看最新状态后再操作。'), order)

/** Whoever lost a race sees what won it. */
function withState(p: Problem, order: OrderRow): Problem {
  const extra = { ...p.fields.extra, state: order.state, version: order.version }
  return problem(p.status, p.code, p.title, p.detail, { ...p.fields, extra })
}
