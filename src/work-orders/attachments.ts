import type { Clock } from '../base/clock.ts'
import { newId } from '../base/ids.ts'
import type { Pii } from '../base/pii.ts'
import { problem, type Problem } from '../base/problem.ts'
import { storable } from '../base/storable.ts'
import type { Db } from '../db/pool.ts'
import { formatInstant } from '../statutes/calendar.ts'
import type { AttachmentView } from './file-contract.ts'
import { kindOfFile, withoutMetadata } from './file-kinds.ts'
import type { Reading, Seen } from './reading.ts'
import type { SealedFiles } from './sealed-files.ts'
import * as store from './attachment-store.ts'
import type { Cell, Viewer } from './visibility.ts'

/** A file that the requester sent in one of the order's contacts. */
export type RequesterFile = {
  id: string
  mime: string | null
  bytes: number | null
  sha256: string | null
  /** `waiting` while it is fetched from the channel, `gone` when it could not be. */
  state: 'waiting' | 'stored' | 'gone'
  at: Date
}
/** What the channels keep of what requesters sent. */
export type RequesterFiles = {
  ofContacts(contactIds: readonly string[]): Promise<RequesterFile[]>
  read(id: string): Promise<{ bytes: Buffer; mime: string } | null>
}

export type AttachmentParts = {
  db: Db
  clock: Clock
  pii: Pii
  reading: Pick<Reading, 'visible' | 'knowing' | 'looking'>
  files: SealedFiles
  /** Absent: no channel here takes files. */
  requesterFiles?: RequesterFiles
}

/** Local policy. */
export const attachmentLimits = { bytes: 25 * 1024 * 1024, perOrder: 50 } as const

export type Upload = { name: string; bytes: Buffer; forHandling: boolean }
export type Given = { bytes: Uint8Array; mime: string; name: string }

type Item = {
  id: string
  own: boolean
  forHandling: boolean
  mime: string | null
  view: AttachmentView
  bytes: () => Promise<Buffer | null>
  name: string
}

export function createAttachments({ db, clock, pii, reading, files, requesterFiles }: AttachmentParts) {
  async function seenBy(number: string, given: Viewer): Promise<{ seen: Seen; viewer: Viewer; cell: Cell }> {
    const viewer = await reading.knowing(given)
    const seen = await reading.visible(db, number, viewer)
    return { seen, viewer, cell: seen.insight.sights.attachments }
  }

  async function itemsOf({ row }: Seen, viewer: Viewer): Promise<Item[]> {
    const [added, sent] = await Promise.all([
      store.attachmentsOf(db, row.id),
      requesterFiles?.ofContacts(row.contactIds) ?? [],
    ])
    return [
      ...sent.map((f): Item => ({
        id: f.id,
        own: false,
        forHandling: false,
        mime: f.mime,
        name: `attachment-${f.id.slice(-6)}`,
        bytes: async () => (await requesterFiles?.read(f.id))?.bytes ?? null,
        view: {
          id: f.id,
          from: 'requester',
          unit: null,
          name: null,
          mime: f.mime,
          bytes: f.bytes,
          sha256: f.sha256,
          state: f.state,
          forHandling: false,
          stripped: false,
          at: formatInstant(f.at),
        },
      })),
      ...added.map((a): Item => ({
        id: a.id,
        own: a.addedUnit !== null && a.addedUnit === viewer.unitCode,
        forHandling: a.forHandling,
        mime: a.mime,
        name: pii.open(a.nameSealed),
        bytes: () => files.read(a.id, a.keySealed),
        view: {
          id: a.id,
          from: a.addedUnit === null ? 'centre' : 'unit',
          unit: a.addedUnit,
          name: pii.open(a.nameSealed),
          mime: a.mime,
          bytes: a.bytes,
          sha256: a.sha256,
          state: 'stored',
          forHandling: a.forHandling,
          stripped: false,
          at: formatInstant(a.addedAt),
        },
      })),
    ]
  }

  /** Masked: pictures without metadata, with neither name nor hash of the original; redacted: copies for handling. */
  function shown(item: Item, { sight }: Cell): AttachmentView | null {
    if (sight === 'none') return null
    if (sight === 'full' || item.own || item.forHandling) return item.view
    return sight === 'masked' ? { ...item.view, name: null, sha256: null, bytes: null, stripped: true } : null
  }

  return {
    /** What lies beside the order, as far as it is this person's. @throws Problem 404 */
    async list(number: string, given: Viewer): Promise<AttachmentView[]> {
      const { seen, viewer, cell } = await seenBy(number, given)
      const views = (await itemsOf(seen, viewer)).flatMap((item) => shown(item, cell) ?? [])
      if (views.length > 0)
        await reading.looking.looked(
          db,
          viewer,
          'orderViewed',
          { order: seen.row, sights: seen.insight.sights },
          { only: ['attachments'], data: { listed: views.length } },
        )
      return views
    },

    /** The bytes, as far as they are this person's; on the ledger. @throws Problem 403 | 404 | 409 */
    async open(number: string, id: string, given: Viewer): Promise<Given> {
      const { seen, viewer, cell } = await seenBy(number, given)
      const item = (await itemsOf(seen, viewer)).find((one) => one.id === id)
      const view = item && shown(item, cell)
      if (!item || !view) throw noFile()
      const plain = view.state === 'stored' ? await item.bytes() : null
      if (!plain) throw problem(409, 'attachmentNotHere', '附件还没有取到，或者已经失效', '请稍后再试。')
      const mime = item.mime ?? 'application/octet-stream'
      const bytes = view.stripped ? withoutMetadata(mime, plain) : plain
      if (!bytes)
        throw problem(
          403,
          'attachmentNotStripped',
          '这种附件不能去除诉求人的信息',
          '请向转办人员或者保密席要求脱敏副本。',
          cell.cite ? { cite: cell.cite } : {},
        )
      await reading.looking.looked(
        db,
        viewer,
        'attachmentOpened',
        { order: seen.row, sights: seen.insight.sights },
        { only: ['attachments'], data: { attachment: id } },
      )
      return { bytes, mime, name: view.name ?? `attachment-${id.slice(-6)}` }
    },

    /** @throws Problem 403 | 404 | 409 | 413 | 415 */
    async add(number: string, upload: Upload, given: Viewer): Promise<AttachmentView> {
      const { seen, viewer, cell } = await seenBy(number, given)
      if (cell.sight === 'none')
        throw problem(403, 'roleMissing', '没有权限', '您的角色不能为这张办理单添加附件。')
      if (upload.forHandling && cell.sight !== 'full')
        throw problem(403, 'copyNotYours', '脱敏副本由中心制作', '请由转办人员或者保密席上传。')
      if (upload.bytes.length > attachmentLimits.bytes) throw tooLarge()
      const mime = kindOfFile(upload.bytes)
      if (!mime)
        throw problem(
          415,
          'fileKindUnknown',
          '不接受这种文件',
          '请上传文字、图片、音频、视频、PDF 或者 Office 文档。',
        )
      const id = newId()
      const at = clock()
      // The file first: a row without its file would be a promise that is not kept.
      const { keySealed, sha256 } = await files.write(id, upload.bytes)
      const { row } = seen
      const added: store.AttachmentRow = {
        id,
        nameSealed: pii.seal(nameOf(upload.name)),
        mime,
        bytes: upload.bytes.length,
        sha256,
        keySealed,
        forHandling: upload.forHandling,
        addedBy: viewer.actor.id,
        addedRole: viewer.actor.role,
        addedUnit: viewer.unitCode,
        addedAt: at,
      }
      await db.tx(async (tx) => {
        if ((await store.countAttachments(tx, row.id)) >= attachmentLimits.perOrder)
          throw problem(409, 'tooManyAttachments', '附件已达上限', '请合并文件后再上传。')
        await store.insertAttachment(tx, row.id, added)
        await reading.looking.looked(
          tx,
          viewer,
          'attachmentAdded',
          { order: row, sights: seen.insight.sights },
          { only: ['attachments'], data: { attachment: id } },
        )
      })
      return (await itemsOf(seen, viewer)).find((item) => item.id === id)!.view
    },
  }
}

export type Attachments = ReturnType<typeof createAttachments>

const noFile = (): Problem => problem(404, 'unknownAttachment', '没有这个附件', '请刷新后重新选择。')
export const tooLarge = (): Problem =>
  problem(413, 'fileTooLarge', '文件太大', `每个文件不超过 ${attachmentLimits.bytes / 1024 / 1024} MB。`)

/** A name without folders and without what a header or a screen would take for something else. */
const nameOf = (given: string): string =>
  [...storable(given)]
    .filter((c) => c >= ' ' && c !== '\u007f' && !/[\u202a-\u202e\u2066-\u2069]/.test(c))
    .join('')
    .replace(/^.*[/\\]/, '')
    .trim()
    .slice(0, 120) || 'attachment'
