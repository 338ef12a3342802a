import type { Actor, Role } from '../../../src/base/actor.ts'
import { formatInstant } from '../../../src/statutes/calendar.ts'
import { createStatutes } from '../../../src/statutes/registry.ts'
import type { Statute } from '../../../src/statutes/statute.ts'
import type { Slug } from '../../../src/statutes/types.ts'
import { apply } from '../../../src/work-orders/apply.ts'
import { recomputed, type Clock, type Started } from '../../../src/work-orders/clock.ts'
import { clocksOf, clocksOfRegistration, type ClockChange } from '../../../src/work-orders/clocks.ts'
import { decide } from '../../../src/work-orders/decide.ts'
import type { OrderEvent, WorkOrder } from '../../../src/work-orders/model.ts'
import type { Command } from '../../../src/work-orders/rules/registry.ts'
import type { Context, Refused } from '../../../src/work-orders/rules/rule.ts'
import { calendar, context, order, staff } from './support.ts'

/** The city's own numbers, where its text has none. */
const limits = {
  'BY24-D04': { unit: 'workingDay', count: 3 },
  'BY24-D05': { unit: 'workingDay', count: 5 },
} as const
export const statutes = createStatutes(limits)

type Row = Clock & { voidedAt: Date | null }
type Scope = { leg?: number; procedure?: number; terms?: readonly string[] }

const inScope =
  (scope: Scope) =>
  (row: Row): boolean =>
    (scope.leg === undefined || row.leg === scope.leg) &&
    (scope.procedure === undefined || row.procedure === scope.procedure) &&
    (scope.terms === undefined || scope.terms.includes(row.term))

const monday = '2026-03-02T10:00+08:00'

type World = {
  now: Date
  order: WorkOrder
  rows: Row[]
  events: { event: OrderEvent; at: Date; by: Actor }[]
}

export type Play = {
  statute: Statute
  world: World
  order: WorkOrder
  /** Running and met clocks. */
  clocks(): Clock[]
  /** Rings every bell on the way to that instant. */
  at(instant: string): Play
  /** @returns the refusal, or null */
  try(role: Role, command: Command, unit?: string | null, id?: string): Refused | null
  /** @throws Error with the refusal */
  do(role: Role, command: Command, unit?: string | null, id?: string): Play
  /** The due date of a running or met clock as people read it, or null. */
  due(term: string, leg?: number): string | null
  last(): OrderEvent
}

/**
 * One order of one city with its clocks in memory, as the stores keep them: whatever a test does here takes the same way
 * through rules, events and clocks as in the program.
 */
export function play(city: Slug, more: Partial<WorkOrder> = {}, begins = monday): Play {
  const statute = statutes.of(city)
  const world: World = {
    now: new Date(begins),
    order: order({
      statute: { slug: city, version: statute.version },
      version: 0,
      category: 1,
      raisedAt: new Date(begins),
      registeredAt: new Date(begins),
      ...more,
    }),
    rows: [],
    events: [],
  }
  const system: Actor = { kind: 'system', id: 'deadlines', role: 'system' }

  const clocks = (): Clock[] => world.rows.filter((row) => row.voidedAt === null)

  function start(started: readonly Started[]): void {
    for (const s of started) {
      const fresh: Row = { ...s, extensions: [], otherLaw: null, metAt: null, missedAt: null, voidedAt: null }
      const same = world.rows.findIndex(
        (row) => row.leg === s.leg && row.procedure === s.procedure && row.term === s.term,
      )
      if (same < 0) world.rows.push(fresh)
      else if (world.rows[same]!.voidedAt) world.rows[same] = fresh
    }
  }

  function move(change: ClockChange): void {
    const each = (which: (row: Row) => boolean, then: (row: Row) => void): void =>
      world.rows.filter(which).forEach(then)
    for (const s of change.meets)
      each(
        (row) => inScope(s)(row) && !row.voidedAt && !row.metAt,
        (row) => (row.metAt = world.now),
      )
    for (const s of change.reopens)
      each(
        (row) => inScope(s)(row) && !row.voidedAt,
        (row) => (row.metAt = null),
      )
    for (const s of change.revives)
      each(
        (row) => inScope({ ...s, procedure: 0 })(row) && !row.metAt,
        (row) => (row.voidedAt = null),
      )
    for (const s of change.voids)
      each(
        (row) => inScope(s === 'all' ? {} : s === 'order' ? { procedure: 0 } : s)(row) && !row.metAt,
        (row) => (row.voidedAt ??= world.now),
      )
    start(change.starts)
    for (const { leg, term, extension, otherLaw } of change.patches)
      each(
        (row) => inScope({ leg, procedure: 0, terms: [term] })(row) && !row.metAt && !row.voidedAt,
        (row) => {
          if (extension) row.extensions = [...row.extensions, extension]
          if (otherLaw) row.otherLaw = otherLaw
        },
      )
    if (!change.recompute) return
    const running = world.rows.filter((row) => !row.metAt && !row.voidedAt)
    for (const moved of recomputed(world.order, running, statute, calendar))
      each(inScope({ leg: moved.leg, procedure: moved.procedure, terms: [moved.term] }), (row) => {
        row.due = moved.due
        row.provisional = moved.provisional
        if (moved.due > world.now) row.missedAt = null
      })
  }

  function write(events: readonly OrderEvent[], by: Actor): void {
    for (const event of events) {
      const at = world.now
      world.order = apply(world.order, event, { at, by })
      world.events.push({ event, at, by })
      if (event.type === 'registered') start(clocksOfRegistration(world.order, { statute, calendar, at }))
      else move(clocksOf(world.order, event, { statute, calendar, at }))
    }
  }

  const contextOf = (actor: Actor, unit: string | null): Context => ({
    ...context(),
    actor,
    actorUnit: unit,
    statute,
    now: world.now,
    clocks: clocks(),
  })

  write([{ type: 'registered', missing: world.order.missing }], staff('agent'))

  const self: Play = {
    statute,
    world,
    clocks,
    get order(): WorkOrder {
      return world.order
    },
    at(instant) {
      const to = new Date(instant)
      for (;;) {
        const due = world.rows
          .filter((row) => !row.window && !row.metAt && !row.missedAt && !row.voidedAt && row.due <= to)
          .sort((a, b) => a.due.getTime() - b.due.getTime())[0]
        if (!due) break
        world.now = due.due
        due.missedAt = due.due
        const { leg, procedure, term } = due
        write(
          [
            {
              type: 'deadlineMissed',
              term,
              due: formatInstant(due.due),
              ...(leg > 0 ? { leg } : {}),
              ...(procedure > 0 ? { procedure } : {}),
            },
          ],
          system,
        )
      }
      world.now = to
      return self
    },
    try(role, command, unit = null, id = `${role}-${unit ?? 'centre'}`) {
      const actor: Actor = { kind: 'staff', id, role }
      const decided = decide(world.order, command, contextOf(actor, unit))
      if ('refused' in decided) return decided
      write(decided.events, actor)
      return null
    },
    do(role, command, unit = null, id = undefined) {
      const refused = self.try(role, command, unit, id)
      if (refused) throw new Error(`${command.action}: ${refused.refused} ${refused.title}`)
      return self
    },
    due(term, leg = 0) {
      const row = clocks().find((c) => c.term === term && c.leg === leg)
      return row ? formatInstant(row.due) : null
    },
    last: () => world.events.at(-1)!.event,
  }
  return self
}

/** An order that lies with `lighting` since that instant, the Monday 2026-03-02 at 10:00 where none is given. */
export function handled(
  city: Slug,
  dispatch: Partial<Command & { action: 'dispatch' }> = {},
  more: Partial<WorkOrder> = {},
  begins = monday,
): Play {
  const classes = statutes.of(city).topics.dispatch.classes.basis !== 'silent'
  return play(city, more, begins)
    .do('dispatcher', { action: 'accept' })
    .do('dispatcher', {
      action: 'dispatch',
      leadUnit: 'lighting',
      ...(classes ? { class: 'general' } : {}),
      ...dispatch,
    })
}
