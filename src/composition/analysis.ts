import type { FastifyInstance } from 'fastify'
import type { Tally } from '../analysis/model.ts'
import { analysisRoutes } from '../analysis/routes.ts'
import { labelOfSubject, subjectOf } from '../analysis/decide/risks.ts'
import { createAnalysis } from '../analysis/service.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Pii } from '../base/pii.ts'
import type { Db, Tx } from '../db/pool.ts'
import { publicRoutes } from '../disclosure/public-routes.ts'
import { disclosureRoutes } from '../disclosure/routes.ts'
import { createDisclosure } from '../disclosure/service.ts'
import { recordAccess } from '../staff/ledger.ts'
import type { Calendar } from '../statutes/calendar.ts'
import type { Statutes } from '../statutes/registry.ts'
import type { Statute } from '../statutes/statute.ts'
import { silent, valueOf } from '../statutes/types.ts'
import { createFigures } from '../work-orders/figures.ts'

/** What is known of all orders together, for those who answer for the whole and for the public. */
export type Insight = ReturnType<typeof createInsight>

type Parts = {
  db: Db
  pii: Pii
  clock: Clock
  log: Log
  statute: Statute
  statutes: Statutes
  calendar: () => Calendar
}

export function createInsight({ db, pii, clock, log, statute, statutes, calendar }: Parts) {
  const figures = createFigures({ db, pii, statutes, calendar, persons })
  const analysis = createAnalysis({
    db,
    clock,
    statute,
    statutes,
    calendar,
    figures,
    contactTallies: (period) => contactTallies(db, period),
    // The list of warnings shows it; here it leaves a trace for operators.
    alert: async (_tx, what) => log.warn(what, 'warning needs attention'),
  })
  const disclosure = createDisclosure({
    db,
    clock,
    pii,
    statute,
    sources: {
      slug: statute.slug,
      statuteOf: (slug) => statutes.of(slug),
      async find(by) {
        const order = await figures.snapshot((reader) => reader.caseSource(by))
        return order && { ...order, subject: subjectOf(order, statutes.of(order.statute)) }
      },
    },
    peopleOf: (units) => peopleOf(db, units),
    publicNumbers: publicNumbersOf(statute),
    subjectLabel: (slug, subject) => labelOfSubject(statutes.of(slug), subject),
    report: analysis.reports.find,
    record: recordAccess,
  })
  return {
    analysis,
    disclosure,
    sweep: analysis.sweep,
    async staffRoutes(app: FastifyInstance): Promise<void> {
      await app.register(analysisRoutes, { analysis })
      await app.register(disclosureRoutes, { disclosure })
    },
    async publicRoutes(app: FastifyInstance): Promise<void> {
      await app.register(publicRoutes, { disclosure })
    },
  }
}

/** Persons behind contacts: requesters that were proven to be one share an id. */
export async function persons(tx: Tx, contactIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ contact: string; person: string }>(
    `select c.id as contact, r.person_id as person from contacts c join requesters r on r.id = c.requester_id
     where c.id = any($1::uuid[])`,
    [contactIds],
  )
  return new Map(rows.map((r) => [r.contact, r.person]))
}

/** Names of everybody who has an account at these units. */
export async function peopleOf(tx: Tx, units: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ name: string }>(
    `select display_name as name from staff where unit_id = any($1::text[])`,
    [units],
  )
  return rows.map((r) => r.name)
}

/** Lines of this kind are in every telephone book: the hotline's own and those that the statute refers to. */
function publicNumbersOf({ topics: { referral, acceptance } }: Statute): string[] {
  const named = valueOf(referral.numbers, []).map(({ number }) => number)
  const said = valueOf(acceptance.sources ?? silent(''), []).flatMap(
    ({ label }) => label.match(/\d{5,}/g) ?? [],
  )
  return [...named, ...said].map((number) => number.replace(/\D/g, ''))
}

/** The standard's own limits, seconds (GB/T 33358-2016). */
const answerWithin = { voice: 15, text: 180 }

type Calls = {
  offered: number
  answered: number
  quick: number
  abandoned: number
  quickAbandoned: number
  waited: number
  abandonedWaited: number
  short: number
  waiting: number
  texts: number
  quickTexts: number
}

/**
 * Calls of the period that came in by themselves: offered to people, answered by one, given up. Calls that the hotline
 * makes back are no part of it.
 */
export async function contactTallies(
  tx: Tx,
  { from, to, asOf }: { from: Date; to: Date; asOf: Date },
): Promise<Tally[]> {
  const [c] = await tx.query<Calls>(
    `select count(*) filter (where voice and offered and not short and not waiting) as offered,
       count(*) filter (where voice and answered) as answered,
       count(*) filter (where voice and answered and waited <= $4) as quick,
       count(*) filter (where voice and abandoned) as abandoned,
       count(*) filter (where voice and abandoned and waited <= $4) as "quickAbandoned",
       coalesce(sum(waited) filter (where voice and answered), 0)::float8 as waited,
       coalesce(sum(waited) filter (where voice and abandoned), 0)::float8 as "abandonedWaited",
       count(*) filter (where voice and short) as short,
       count(*) filter (where voice and waiting) as waiting,
       count(*) filter (where texted) as texts,
       count(*) filter (where texted and extract(epoch from first_answer_at - received_at) <= $5) as "quickTexts"
     from (
       select channel = 'voice' as voice, channel in ('sms', 'wechat') as texted, c.received_at, c.first_answer_at,
         c.queued_at is not null or c.bridged_at is not null as offered, c.bridged_at is not null as answered,
         c."end" is not distinct from 'shortAbandon' as short,
         c.bridged_at is null and c."end" in ('abandoned', 'abandonedRinging') as abandoned,
         c.bridged_at is null and c.ended_at is null as waiting,
         extract(epoch from coalesce(c.bridged_at, c.ended_at) - coalesce(c.queued_at, c.received_at)) as waited
       from contacts c where c.received_at >= $1 and c.received_at < $2 and c.received_at <= $3
         and c.parent_contact_id is null and c.direction = 'inbound'
     ) contacts_of_period`,
    [from, to, asOf, answerWithin.voice, answerWithin.text],
  )
  const tally = (
    measure: string,
    numerator: number,
    denominator: number,
    excluded: Tally['excluded'] = {},
  ): Tally => ({ key: '', measure, numerator, denominator, excluded })
  const { short, waiting } = c!
  return [
    tally('connected', c!.answered, c!.offered, { shortAbandon: short, waiting }),
    tally('within15', c!.quick, c!.answered),
    tally('serviceLevel', c!.quick + c!.quickAbandoned, c!.answered + c!.abandoned, { shortAbandon: short }),
    tally('wait', c!.waited, c!.answered),
    tally('abandonedWait', c!.abandonedWaited, c!.abandoned),
    tally('textAnswered', c!.quickTexts, c!.texts),
  ]
}
