import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { problem, type Problem } from '../base/problem.ts'
import { formatInstant, parseDay, startOf, type Calendar } from '../statutes/calendar.ts'
import {
  dueOf,
  extendedDue,
  underOtherLaw,
  type Due,
  type DueOptions,
  type DueRefused,
  type Pause,
  type Start,
} from '../statutes/deadline.ts'
import { createStatutes, type Statutes } from '../statutes/registry.ts'
import { valueOf, citeText, type Article } from '../statutes/types.ts'
import type { Statute } from '../statutes/statute.ts'
import { handlingClasses, type Limit, type Term } from '../statutes/term.ts'

/** The statute as the program reads it, and its clock by itself. Public law: neither needs a sign-in. */

const moment = (description: string) => Type.String({ minLength: 10, maxLength: 40, description })
const unit = Type.Enum(['workingDay', 'month', 'hour'])
const count = Type.Integer({ minimum: 1, maximum: 366 })

export const DeadlineQuestion = Type.Object({
  deadline: Type.String({ minLength: 1, maxLength: 20, description: 'id of a term, e.g. AS19-D06' }),
  start: moment('instant with offset, or a date, which stands for any instant of that day'),
  pauses: Type.Optional(
    Type.Array(
      Type.Object({
        from: moment('application for recusal'),
        to: Type.Optional(Type.Union([moment('written decision; absent while undecided'), Type.Null()])),
      }),
      { maxItems: 50 },
    ),
  ),
  class: Type.Optional(
    Type.Enum([...handlingClasses], { description: 'where the limit differs by handling class' }),
  ),
  extension: Type.Optional(
    Type.Object({ unit, count }, { description: 'of a handling limit, from its end' }),
  ),
  otherLaw: Type.Optional(
    Type.Object({
      law: Type.String({ minLength: 2, maxLength: 100 }),
      article: Type.String({ minLength: 2, maxLength: 50 }),
      unit,
      count,
    }),
  ),
})
type DeadlineQuestion = Static<typeof DeadlineQuestion>

export const DeadlineAnswer = Type.Object({
  deadline: Type.String(),
  statute: Type.String(),
  name: Type.String(),
  /** The first instant that is too late, ISO 8601 with +08:00. */
  due: Type.Union([Type.String(), Type.Null()]),
  /** Why there is none: `at once`, `in the same contact`, `always`, `clock stopped`. */
  why: Type.Union([Type.String(), Type.Null()]),
  provisional: Type.Boolean(),
  localPolicy: Type.Boolean(),
  cite: Type.String(),
  /** The text's own words where it gives no number. */
  words: Type.Union([Type.String(), Type.Null()]),
  /** An extension longer than 一般不超过 allows: possible with a reason. */
  overSoftCap: Type.Boolean(),
  calendar: Type.String(),
})

const why: Record<Extract<Due, { due: null }>['why'], string> = {
  atOnce: 'at once',
  sameContact: 'in the same contact',
  always: 'always',
  clockStopped: 'clock stopped',
}

export const statuteRoutes: FastifyPluginAsyncTypebox<{
  calendar: () => Calendar
  /** With the city's own limits; absent: as the texts stand. */
  statutes?: Statutes
  /** Route options of the public clock, such as its rate limit. */
  limits?: Record<string, unknown>
}> = async (app, { calendar, statutes = createStatutes(), limits = {} }) => {
  app.get(
    '/api/statutes/:slug',
    { schema: { tags: ['statutes'], params: Type.Object({ slug: Type.String({ maxLength: 60 }) }) } },
    async (request) => {
      const statute = statutes.find(request.params.slug)
      if (!statute)
        throw problem(404, 'unknownStatute', '没有这部法规', `可用的有：${statutes.slugs().join('、')}。`)
      return statuteDocument(statute)
    },
  )

  app.post(
    '/api/deadlines',
    {
      schema: { tags: ['statutes'], body: DeadlineQuestion, response: { 200: DeadlineAnswer } },
      ...(Object.keys(limits).length > 0 ? { config: { rateLimit: limits } } : {}),
    },
    async (request) => answer(request.body, statutes, calendar()),
  )
}

/** Every topic with its answers; articles carry the words in which they are quoted. */
export const statuteDocument = (statute: Statute): unknown =>
  JSON.parse(JSON.stringify(statute), (_key, value: unknown) =>
    isArticle(value) ? { ...value, text: citeText(value) } : value,
  ) as unknown

const isArticle = (value: unknown): value is Article =>
  typeof value === 'object' && value !== null && 'article' in value && 'statute' in value && 'title' in value

export function answer(
  question: DeadlineQuestion,
  statutes: Statutes,
  calendar: Calendar,
): Static<typeof DeadlineAnswer> {
  const found = statutes.findTerm(question.deadline)
  if (!found) throw refuse('unknownDeadline', 'deadline', '没有这个期限编号')
  const { statute } = found
  const term = question.otherLaw ? otherLimit(found.term, question.otherLaw) : found.term
  const { stopsClock } = statute.topics.recusal
  const pauses = (question.pauses ?? []).map(pauseOf)
  const options: DueOptions = {
    ...(question.class ? { class: question.class } : {}),
    // nothing stops the clock where the text knows no recusal
    ...(stopsClock.basis === 'silent' ? {} : { pauses, pauseRule: stopsClock.value }),
  }
  const start = startOfQuestion(question.start)

  const plain = checked(dueOf(term, start, calendar, options), term)
  const extended =
    question.extension && extendedAnswer(statute, term, start, plain, question.extension, calendar, options)
  const due = extended ? extended.due : plain.due
  const { otherLaw } = question
  return {
    deadline: term.id,
    statute: statute.slug,
    name: term.name,
    due: due === null ? null : formatInstant(due),
    why: plain.due === null ? why[plain.why] : null,
    provisional: plain.provisional || (extended?.provisional ?? false),
    localPolicy: !otherLaw && term.basis === 'localPolicy',
    cite: otherLaw
      ? `《${otherLaw.law}》${otherLaw.article}（${citeText(term.cite)}从其规定）`
      : citeText(term.cite),
    words: term.words ?? null,
    overSoftCap: extended?.overSoftCap ?? false,
    calendar: plain.calendarVersion,
  }
}

const limitOf = (given: { unit: string; count: number }): Limit =>
  ({ unit: given.unit, count: given.count }) as Limit

function otherLimit(term: Term, other: NonNullable<DeadlineQuestion['otherLaw']>): Term {
  const replaced = underOtherLaw(term, { ...other, within: limitOf(other) })
  if (!replaced) throw refuse('noOtherLaw', 'otherLaw', '该期限不适用其他法律的规定', citeText(term.cite))
  return replaced
}

function extendedAnswer(
  statute: Statute,
  term: Term,
  start: Start,
  original: Due,
  by: { unit: string; count: number },
  calendar: Calendar,
  options: DueOptions,
) {
  const { handlingLimit, timeExtension } = statute.topics
  const capTerm = statute.terms[valueOf(timeExtension.atMost, '')]
  if (!valueOf<readonly string[]>(handlingLimit.handle, []).includes(term.id) || original.due === null)
    throw refuse('notExtensible', 'extension', '该期限不能延期', citeText(term.cite))
  // a cap on the total counts from the receipt, one on the extension from the original end
  const capStart = capTerm?.cap?.appliesTo === 'total' ? start : original.due
  const cap = capTerm ? { term: capTerm, start: capStart } : null
  const found = extendedDue(original.due, limitOf(by), cap, calendar, options)
  if (!('refused' in found)) return found
  if (found.refused === 'overCap')
    throw refuse('overCap', 'extension', `延期最晚到 ${formatInstant(found.latest)}`, citeText(found.cite))
  throw dueProblem(found, term)
}

function checked(due: Due | DueRefused, term: Term): Due {
  if ('refused' in due) throw dueProblem(due, term)
  return due
}

function dueProblem({ refused }: DueRefused, term: Term): Problem {
  const cite = citeText(term.cite)
  switch (refused) {
    case 'limitNotConfigured':
      return refuse(refused, 'deadline', '该期限由平台规定，本市尚未设定', cite)
    case 'instantNeeded':
      return refuse(refused, 'start', '该期限按时分计算，请给出起算时刻', cite)
    case 'classNeeded':
      return refuse(refused, 'class', '该期限因办理类别而不同，请给出类别', cite)
    case 'impossiblePause':
      return refuse(refused, 'pauses', '决定时间早于申请时间', cite)
  }
}

const instantForm =
  /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/
const earliest = Date.UTC(1992, 0, 1)
const latest = Date.UTC(2200, 0, 1)

function startOfQuestion(text: string, field = 'start'): Start {
  const day = parseDay(text)
  const dated = instantForm.exec(text)?.[1]
  const instant = day !== null ? startOf(day) : dated && parseDay(dated) !== null ? new Date(text) : null
  if (instant === null || Number.isNaN(instant.getTime()))
    throw refuse('timeMalformed', field, '时间应为日期（2026-03-02）或带时区的时刻（2026-03-02T10:00+08:00）')
  if (instant.getTime() < earliest || instant.getTime() >= latest)
    throw refuse('timeOutOfRange', field, '时间超出可计算的范围（1992 年至 2199 年）')
  return day !== null ? { day } : instant
}

const instantOf = (text: string): Date => {
  const start = startOfQuestion(text, 'pauses')
  return start instanceof Date ? start : startOf(start.day)
}

const pauseOf = (pause: { from: string; to?: string | null }): Pause => ({
  from: instantOf(pause.from),
  to: pause.to ? instantOf(pause.to) : null,
})

const refuse = (code: string, field: string, message: string, cite?: string): Problem =>
  problem(422, code, '不能计算期限', `${message}。`, {
    errors: [{ field, message }],
    ...(cite ? { cite } : {}),
  })
