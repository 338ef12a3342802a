import type { Actor } from '../base/actor.ts'
import type { Place } from '../base/cursor.ts'
import { newId } from '../base/ids.ts'
import { problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Tx } from '../db/pool.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { CloseBody, Received, ReportWarningBody, SendBody, WarningView } from './warning-contract.ts'
import { dutyToWarn } from './decide/duty.ts'
import { labelOfSubject, riskLabels } from './decide/risks.ts'
import { judgeAcknowledge, judgeClose, judgeSend, judgeWords, noticeDue, stateOf } from './decide/warnings.ts'
import { linesOf } from './lines.ts'
import type { AnalysisParts } from './ports.ts'
import * as store from './warning-store.ts'

/** Warnings as people deal with them. How they are found: `watch.ts`. */
export type Warnings = ReturnType<typeof createWarnings>

export type Staff = { actor: Actor; unit: string | null }

const unknown = () => problem(404, 'warningUnknown', '没有这条预警', '请刷新列表后重新选择。')

export function createWarnings({ db, clock, statute, statutes, calendar, figures }: AnalysisParts) {
  const unitNames = (): Promise<Map<string, string>> => figures.snapshot((reader) => reader.unitNames())

  type Recipient = { unit: string | null; name: string }

  /** @throws Problem 422 recipientUnknown */
  function recipientsOf(said: SendBody['recipients'], units: ReadonlyMap<string, string>): Recipient[] {
    return said.map(({ unit, name }) => {
      const known = unit === undefined ? name?.trim() : units.get(unit)
      if (known) return { unit: unit ?? null, name: known }
      throw problem(422, 'recipientUnknown', '没有这个接收单位', '请从单位名录中选择，或者写明机关名称。')
    })
  }

  async function send(
    tx: Tx,
    warning: Pick<store.WarningRow, 'id' | 'kind' | 'statute'>,
    recipients: readonly Recipient[],
    words: string,
    actor: Actor,
  ): Promise<void> {
    const at = clock()
    const { due, cite, localPolicy } = noticeDue(warning.kind, at, statutes.of(warning.statute), calendar())
    for (const { unit, name } of recipients)
      await store.insertSending(tx, {
        id: newId(),
        warningId: warning.id,
        unit,
        recipient: name,
        words,
        sentAt: at,
        sentBy: actor.id,
        sentRole: actor.role,
        due,
        cite,
        localPolicy,
      })
  }

  async function viewsOf(tx: Tx, rows: readonly store.WarningRow[]): Promise<WarningView[]> {
    const units = await unitNames()
    const sendings = await store.sendingsOf(
      tx,
      rows.map((r) => r.id),
    )
    return rows.map((row) =>
      warningView(
        row,
        sendings.filter((s) => s.warningId === row.id),
      ),
    )

    function warningView(w: store.WarningRow, sent: readonly store.SendingRow[]): WarningView {
      return {
        id: w.id,
        statute: w.statute,
        kind: w.kind,
        state: stateOf(w),
        title: w.title,
        reason: w.reason,
        risk: w.risk,
        riskLabel: w.risk && riskLabels[w.risk],
        subject: w.subject === null ? null : labelOfSubject(statutes.of(w.statute), w.subject),
        place: w.place,
        unit: w.unit === null ? null : (units.get(w.unit) ?? w.unit),
        requesters: w.found?.requesters ?? null,
        latestRequesters: w.latest,
        threshold: w.found?.threshold ?? null,
        lastYear: w.found?.lastYear ?? null,
        basis: { cite: w.cite, localPolicy: w.localPolicy, says: w.says },
        openedAt: formatInstant(w.openedAt),
        openedBy: w.openedBy,
        openedRole: w.openedRole,
        acknowledged: step(w.acknowledgedAt, w.acknowledgedBy, w.acknowledgedRole),
        closed: step(w.closedAt, w.closedBy, w.closedRole),
        outcome: w.outcome,
        result: w.result,
        sendings: sent.map((s) => ({
          ...receipt(s),
          recipient: s.recipient,
          unit: s.unit,
          sentBy: s.sentBy,
          sentRole: s.sentRole,
          acknowledgedBy: s.acknowledgedBy,
          overdue: (s.acknowledgedAt ?? clock()) >= s.due,
        })),
      }
    }
  }

  async function detailOf(tx: Tx, id: string) {
    const row = await store.findWarning(tx, id)
    if (!row) throw unknown()
    const [view] = await viewsOf(tx, [row])
    const lines = await figures.snapshot(async (reader) =>
      linesOf(reader, row.orderIds, { statute: statutes.of(row.statute), units: await reader.unitNames() }),
    )
    return { ...view!, ...lines }
  }

  /** One step under the row lock: whoever comes second sees what the first did. */
  async function underLock(
    id: string,
    run: (tx: Tx, warning: store.WarningRow) => Promise<void>,
  ): Promise<Awaited<ReturnType<typeof detailOf>>> {
    await db.tx(async (tx) => {
      const row = await store.lockWarning(tx, id)
      if (!row) throw unknown()
      await run(tx, row)
    })
    return detailOf(db, id)
  }

  return {
    async list(f: { state: 'open' | 'acknowledged' | 'closed' | null; before: Place | null; limit: number }) {
      const rows = await store.listWarnings(db, f)
      return { rows, views: await viewsOf(db, rows) }
    },

    find: (id: string) => detailOf(db, id),

    /**
     * A person who handles a matter sees a danger coming; the bodies concerned are warned at the same time
     * (白银 第二十条第一款).
     * @throws Problem 422 textTells | recipientUnknown | unknownOrder
     */
    async report(said: ReportWarningBody, { actor, unit }: Staff): Promise<{ id: string }> {
      const { title, reason, risk, orders = [], recipients = [] } = storable(said)
      const refused = judgeWords({ title, reason })
      if (refused) throw refused
      const to = recipientsOf(recipients, await unitNames())
      const ids = await figures.snapshot((reader) => reader.idsOf(orders, unit))
      if (ids.size < new Set(orders).size)
        throw problem(422, 'unknownOrder', '没有这张办理单', '请核对编号后重新提交。')
      const id = newId()
      await db.tx(async (tx) => {
        const { cite, localPolicy, says } = dutyToWarn(statute)
        const warning = { id, kind: 'reported', statute: statute.slug } as const
        await store.insertWarning(tx, {
          ...warning,
          key: `reported:${id}`,
          risk,
          subject: null,
          place: null,
          unit: null,
          title: title.trim(),
          reason: reason.trim(),
          found: null,
          orderIds: [...ids.values()],
          cite,
          localPolicy,
          says,
          openedAt: clock(),
          openedBy: actor.id,
          openedRole: actor.role,
        })
        await send(tx, warning, to, reason.trim(), actor)
      })
      return { id }
    },

    /** @throws Problem 404 warningUnknown, 409 warningAcknowledged | warningClosed */
    acknowledge: (id: string, { actor }: Staff) =>
      underLock(id, async (tx, warning) => {
        const refused = judgeAcknowledge(warning)
        if (refused) throw refused
        await store.acknowledge(tx, id, clock(), actor)
      }),

    /** Whoever sends a warning on has taken notice of it. @throws Problem 404, 409 accusedUnit | warningClosed, 422 */
    async send(id: string, said: SendBody, { actor }: Staff) {
      const { recipients, words } = storable(said)
      const to = recipientsOf(recipients, await unitNames())
      return underLock(id, async (tx, warning) => {
        const refused = judgeSend(warning, to) ?? judgeWords({ words })
        if (refused) throw refused
        if (!warning.acknowledgedAt) await store.acknowledge(tx, id, clock(), actor)
        await send(tx, warning, to, words.trim(), actor)
      })
    },

    /** @throws Problem 404, 409 warningUnread | warningClosed, 422 textTells */
    close(id: string, said: CloseBody, { actor }: Staff) {
      const { outcome, result } = storable(said)
      return underLock(id, async (tx, warning) => {
        const refused = judgeClose(warning) ?? judgeWords({ result })
        if (refused) throw refused
        await store.close(tx, id, { at: clock(), by: actor, outcome, result: result.trim() })
      })
    },

    /** What was sent to a unit: the words, and nothing of the orders behind. */
    async received(unit: string): Promise<Received[]> {
      const rows = await store.receivedBy(db, unit, 100)
      return rows.map((row) => ({
        ...receipt(row),
        title: row.title,
        riskLabel: row.risk && riskLabels[row.risk],
      }))
    },

    /** A unit answers for itself; for another body its answer is entered by the centre. @throws Problem 404 | 409 */
    async acknowledgeSending(id: string, { actor, unit }: Staff, centre: boolean): Promise<void> {
      await db.tx(async (tx) => {
        const sending = await store.lockSending(tx, id)
        const mine = sending && (sending.unit === null ? centre : sending.unit === unit)
        if (!sending || !mine)
          throw problem(404, 'sendingUnknown', '没有发给本单位的这条预警', '请刷新列表后重新选择。')
        if (sending.acknowledgedAt) throw problem(409, 'sendingAcknowledged', '已经签收', '不需要重复签收。')
        await store.acknowledgeSending(tx, id, clock(), actor.id)
      })
    },
  }
}

const step = (at: Date | null, by: string | null, role: string | null) =>
  at && { at: formatInstant(at), by: by ?? '', role: role ?? '' }

const receipt = (s: store.SendingRow) => ({
  id: s.id,
  words: s.words,
  sentAt: formatInstant(s.sentAt),
  due: formatInstant(s.due),
  cite: s.cite,
  localPolicy: s.localPolicy,
  acknowledgedAt: s.acknowledgedAt && formatInstant(s.acknowledgedAt),
})
