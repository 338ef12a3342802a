import type { Actor } from '../base/actor.ts'
import type { Clock } from '../base/clock.ts'
import type { Pii } from '../base/pii.ts'
import { problem, type Problem } from '../base/problem.ts'
import type { Db, Tx } from '../db/pool.ts'
import type { Calendar } from '../statutes/calendar.ts'
import { statuteOf } from '../statutes/registry.ts'
import type { actionBodies } from './contract.ts'
import type { Static } from 'typebox'
import { decide, type Command, type Supplied } from './decide.ts'
import { isPetition } from './elements.ts'
import { demandRequester, identityOf, refusalProblem, sealIdentity, unitsOf } from './registrar.ts'
import type { OrderRow } from './rows.ts'
import * as store from './store.ts'
import { writeEvents } from './write-events.ts'

type Bodies = { [A in keyof typeof actionBodies]: Static<(typeof actionBodies)[A]> }
/** An action's name with its body; `version` guards against acting on an old sight. */
export type ActionBody = { [A in keyof Bodies]: { action: A } & Bodies[A] }[keyof Bodies]

/** What people do with an order after its registration. */
export function createActions(parts: { db: Db; clock: Clock; pii: Pii; calendar: () => Calendar }) {
  const { db, clock, pii, calendar } = parts

  /**
   * Two at once: the row lock lets one win; the other is judged against the new state and hears 409 with it. A refused
   * attempt changes nothing and is on record.
   */
  async function act(number: string, body: ActionBody, actor: Actor): Promise<void> {
    const at = clock()
    const refused = await db.tx(async (tx): Promise<Problem | null> => {
      // Two merges of the same pair lock in the same order, whichever way they point.
      const wanted = [number, ...(body.action === 'merge' ? [body.into] : [])].sort()
      const locked = new Map<string, OrderRow | null>()
      for (const one of wanted) locked.set(one, await store.lockOrder(tx, one))
      const order = found(locked.get(number))
      if (body.version !== undefined && body.version !== order.version) return changed(order)
      const statute = statuteOf(order.statute.slug)
      if (body.action === 'supply' && body.requester) demandRequester(statute, body.requester)
      const command = await commandOf(tx, body, order, (into) => locked.get(into) ?? null)
      const decided = decide(order, command, {
        actor,
        statute,
        now: at,
        units: await unitsOf(tx, command),
        identity: identityOf(order),
      })
      if ('refused' in decided) {
        await store.insertAttempt(
          tx,
          order.id,
          { action: body.action, refused: decided.refused },
          { actor, at, cite: decided.cite },
        )
        return withState(refusalProblem(decided), order)
      }
      if (body.action === 'supply') await keepIdentity(tx, order, body)
      await writeEvents(tx, order, decided.events, {
        actor,
        at,
        cite: decided.cite,
        statute,
        calendar: calendar(),
      })
      return null
    })
    if (refused) throw refused
  }

  async function keepIdentity(tx: Tx, order: OrderRow, body: Bodies['supply']): Promise<void> {
    const wish = body.confidentialityWish?.trim() || null
    await store.supplyIdentity(tx, order.id, {
      ...sealIdentity(pii, body.requester ?? {}),
      confidentialityWish: wish,
      confidentialityAsked: wish !== null,
    })
  }

  return { act }
}

function found(order: OrderRow | null | undefined): OrderRow {
  if (!order) throw problem(404, 'unknownOrder', '没有这张办理单', '请核对编号，或返回列表重新查找。')
  return order
}

async function commandOf(
  tx: Tx,
  body: ActionBody,
  order: OrderRow,
  target: (number: string) => OrderRow | null,
): Promise<Command> {
  switch (body.action) {
    case 'accept':
      return { action: 'accept' }
    case 'refuse':
      return {
        action: 'refuse',
        reason: body.reason,
        tell: body.tell,
        otherChannel: body.otherChannel ?? null,
      }
    case 'dispatch': {
      const petition = isPetition(statuteOf(order.statute.slug), order.category)
      return {
        action: 'dispatch',
        leadUnit: body.leadUnit,
        coUnits: body.coUnits ?? [],
        petitionUnit: body.petitionUnit ?? (petition ? await store.petitionOffice(tx) : null),
        basis: body.basis ?? null,
      }
    }
    case 'supply':
      return { action: 'supply', supplied: suppliedOf(body) }
    case 'append':
      return { action: 'append', facts: body.facts, contactId: null }
    case 'merge': {
      const into = target(body.into)
      if (!into) throw problem(422, 'mergeTargetUnknown', '没有要并入的办理单', '请核对编号后重新选择。')
      return { action: 'merge', into }
    }
  }
}

const said = (text: string | undefined): boolean => text !== undefined && text.trim() !== ''

function suppliedOf(body: Bodies['supply']): Supplied {
  const { kind, category, place, facts, requester, confidentialityWish } = body
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(category === undefined ? {} : { category }),
    ...(said(place) ? { place: place!.trim() } : {}),
    ...(said(facts) ? { facts: facts!.trim() } : {}),
    name: said(requester?.name),
    home: said(requester?.home),
    contact: said(requester?.contact),
    confidentialityAsked: said(confidentialityWish),
  }
}

const changed = (order: OrderRow): Problem =>
  withState(problem(409, 'changedMeanwhile', '办理单刚被他人更新', '请查看最新状态后再操作。'), order)

/** Whoever lost a race sees what won it. */
function withState(p: Problem, order: OrderRow): Problem {
  const extra = { ...p.fields.extra, state: order.state, version: order.version }
  return problem(p.status, p.code, p.title, p.detail, { ...p.fields, extra })
}
