import type { Tx } from '../db/pool.ts'
import type { Access, AccessAction, LedgerEntry } from '../staff/ledger.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { LedgerLine } from './progress-contract.ts'
import { fields, type Field, type Sight, type Sights, type Viewer } from './visibility.ts'

/**
 * Keeps who looked at which order, in which role, and which fields he was shown. The requester may ask for it, so an
 * entry names the unit as well; words, names and numbers of telephones are in none of it.
 */
export type Keep = (tx: Tx, ...entries: Access[]) => Promise<void>

export type Looked = {
  order: { number: string; version: number; requesterId: string }
  sights: Pick<Sights, Field>
}

/** A list that refreshes itself is one look: shown again within this time and unchanged, it is not written again. */
const oneLookMs = 10 * 60_000
const looksKept = 50_000

export function createLooking(record: Keep, now: () => number) {
  const recent = new Map<string, number>()

  function isNew(viewer: Viewer, { order }: Looked): boolean {
    const key = `${viewer.actor.id}|${order.number}|${order.version}`
    const last = recent.get(key)
    const fresh = last === undefined || now() - last >= oneLookMs
    if (fresh) {
      recent.delete(key)
      recent.set(key, now())
      if (recent.size > looksKept) recent.delete(recent.keys().next().value!)
    }
    return fresh
  }

  const entryOf = (
    viewer: Viewer,
    action: AccessAction,
    { order, sights }: Looked,
    more: { reason?: string; only?: readonly Field[]; data?: object } = {},
  ): Access => ({
    actor: viewer.actor,
    action,
    subject: { kind: 'workOrder', id: order.number },
    requesterId: order.requesterId,
    ...(more.reason === undefined ? {} : { reason: more.reason }),
    data: {
      fields: Object.fromEntries(
        (more.only ?? fields).flatMap((field): [Field, Sight][] =>
          sights[field].sight === 'none' ? [] : [[field, sights[field].sight]],
        ),
      ),
      ...(viewer.unitCode === null ? {} : { unit: viewer.unitCode }),
      ...more.data,
    },
  })

  return {
    /** One statement for a whole page. */
    async listed(
      tx: Tx,
      viewer: Viewer,
      action: 'orderListed' | 'search',
      all: readonly Looked[],
    ): Promise<void> {
      const fresh = all.filter((looked) => isNew(viewer, looked))
      await record(tx, ...fresh.map((looked) => entryOf(viewer, action, looked, { only: shownInLists })))
    },
    async looked(
      tx: Tx,
      viewer: Viewer,
      action: AccessAction,
      looked: Looked,
      more?: { reason?: string; only?: readonly Field[]; data?: object },
    ): Promise<void> {
      await record(tx, entryOf(viewer, action, looked, more))
    },
    /** An export is told of itself and of every order in it. */
    async exported(tx: Tx, viewer: Viewer, id: string, all: readonly Looked[], data: object): Promise<void> {
      const entries = all.map((looked) =>
        entryOf(viewer, 'export', looked, { only: ['content'], data: { export: id } }),
      )
      for (let n = 0; n < entries.length; n += 1_000) await record(tx, ...entries.slice(n, n + 1_000))
      await record(tx, {
        actor: viewer.actor,
        action: 'export',
        subject: { kind: 'export', id },
        data: { count: all.length, ...data },
      })
    },
  }
}

export type Looking = ReturnType<typeof createLooking>

const shownInLists: readonly Field[] = ['identity', 'contact', 'content', 'notes', 'rating']

const actionWord: Partial<Record<string, string>> = {
  orderListed: '列表中显示',
  search: '查询',
  orderViewed: '查看',
  reveal: '查看完整身份',
  maskedCall: '通过平台拨打电话（不显示号码）',
  export: '导出',
  playback: '听取录音',
  playbackApproved: '批准听取录音',
  attachmentOpened: '打开附件',
  attachmentAdded: '添加附件',
}
const roleWord: Record<string, string> = {
  agent: '坐席',
  teamLead: '班长',
  dispatcher: '派单员',
  auditor: '审核员',
  followUp: '回访员',
  unit: '承办单位',
  unitLeader: '承办单位负责人',
  supervisor: '督办',
  centreLeader: '中心负责人',
  office: '委员会办公室',
  confidentialDesk: '保密席',
  analyst: '统计分析',
}
const fieldWord: Record<Field, string> = {
  identity: '姓名住址',
  contact: '联系方式',
  device: '设备信息',
  content: '诉求内容',
  recording: '录音',
  attachments: '附件',
  notes: '办理记录',
  rating: '评价',
  integrity: '诚信标记',
  audit: '查看记录',
}
/** An export says whether his identity went out with it. */
const identityWord = (action: string, seen: Partial<Record<Field, Sight>>): string =>
  action !== 'export' ? '' : seen.identity === undefined ? '（不含身份）' : '（含身份）'
const sightWord: Partial<Record<Sight, string>> = { masked: '（隐去部分）', redacted: '（去标识）' }

/** What the requester is told: when, in which role, of which unit, which fields; never who. */
export const ledgerLines = (
  entries: readonly LedgerEntry[],
  unitNames: ReadonlyMap<string, string>,
): LedgerLine[] =>
  entries.flatMap((entry) => {
    const action = actionWord[entry.action]
    if (action === undefined) return []
    const seen = (entry.data['fields'] ?? {}) as Partial<Record<Field, Sight>>
    const unit = entry.data['unit']
    return [
      {
        at: formatInstant(entry.at),
        action: `${action}${identityWord(entry.action, seen)}`,
        role: roleWord[entry.actorRole] ?? '工作人员',
        unit: typeof unit === 'string' ? (unitNames.get(unit) ?? null) : null,
        fields: fields.flatMap((field) => {
          const sight = seen[field]
          return sight === undefined ? [] : [`${fieldWord[field]}${sightWord[sight] ?? ''}`]
        }),
      },
    ]
  })
