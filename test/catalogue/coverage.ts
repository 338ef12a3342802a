/**
 * Which rule of the catalogue is answered by what. One row of the catalogue may have several answers: an article can say
 * one thing, leave another open, and have a third filled by local policy.
 */
export type Answer = {
  /** `law`: implemented as the text says. `reading`: as one way to understand it. `silent`: no behaviour follows. */
  is: 'law' | 'reading' | 'silent' | 'localPolicy'
  /**
   * What does it: a topic of the statute (`topics.recusal.decide`), a term (`AS19-D09`) or a function or datum of the
   * program (`src/work-orders/rules/audit.ts#audit`).
   */
  by: string
  /** The test that shows it: file and part of its title (`test/unit/statutes/calendar.test.ts > 补班`). */
  shown?: string
  note?: string
}
export type Coverage = Readonly<Record<string, readonly Answer[]>>

type Shown = Pick<Answer, 'shown' | 'note'>
const say =
  (is: Answer['is']) =>
  (by: string, shown?: string, note?: string): Answer => ({
    is,
    by,
    ...(shown === undefined ? {} : { shown }),
    ...(note === undefined ? {} : ({ note } satisfies Shown)),
  })

export const law = say('law')
export const reading = say('reading')
export const localPolicy = say('localPolicy')
/** @param why what the text leaves out, or why no behaviour of the program follows */
export const silent = (why: string): Answer => ({ is: 'silent', by: '', note: why })

/** A test by its file and a part of its title. */
const shownBy =
  (folder: string) =>
  (file: string, title: string): string =>
    `test/${folder}/${file}.test.ts > ${title}`
export const unit = shownBy('unit')
export const integration = shownBy('integration')
export const telephony = shownBy('telephony')

/** The list stands in the data as in the text, whole. */
export const inWords = unit('statutes/lists', 'in the words of the text, whole')
/** The matter under each of the texts. */
export const compared = unit('statutes/triage', '$matter: $city')
/** Article, number and unit of the deadline. */
export const counted = unit('statutes/vectors', '%s has article, limit and unit')
export const added = unit('statutes/vectors', '%s was added by the second reading')
