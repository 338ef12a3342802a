import { open } from 'node:fs/promises'

/**
 * What Asterisk itself wrote down while nobody listened: its contact records (`cdr_custom.conf`) and its `queue_log`.
 * Read after a gap, so that calls which began and ended inside it are accounted.
 */
export type EndedRecord = {
  callId: string
  /** The leg that ended; differs from `callId` when the citizen was called back or called out. */
  legId: string
  dnis: string
  ani: string
  stage: string
  phone: string | null
  answered: boolean
  native: boolean
  callBackNumber: string
  voicemail: string
  emergency: boolean
  /** How a call that staff made went, in the words of DIALSTATUS; empty for every other. */
  outbound: string
  /** Milliseconds since the epoch; `answer` is null when nobody answered. */
  start: number
  answer: number | null
  end: number
}

/** A caller whom an agent took from Asterisk's own queue. */
export type QueueConnect = { legId: string; phone: string | null; agentLegId: string; at: number }

const blockBytes = 256 * 1024
/** About a quarter of a million calls; a longer gap is no gap but an import of another kind. */
const maxBytes = 64 * 1024 * 1024

/** Records of legs that ended at or after `since` (ms), oldest first. A file that does not exist is empty. */
export const readEndedRecords = async (path: string, since: number): Promise<EndedRecord[]> =>
  (await readTail(path, parseRecord, (record) => record.end < since)).filter((r) => r.ended && r.end >= since)

/** `CONNECT` lines at or after `since` (ms), oldest first. */
export const readQueueConnects = async (path: string, since: number): Promise<QueueConnect[]> =>
  (await readTail(path, parseQueueLine, (line) => line.at < since))
    .filter(
      (line): line is QueueLine & { connect: QueueConnect } => line.connect !== null && line.at >= since,
    )
    .map((line) => line.connect)

/** Reads backwards, block by block, until `tooOld` says of a block's first line that the rest is known. */
async function readTail<T>(
  path: string,
  parse: (line: string) => T | null,
  tooOld: (item: T) => boolean,
): Promise<T[]> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (!file) return []
  try {
    const { size } = await file.stat()
    const blocks: T[][] = []
    let head = Buffer.alloc(0)
    for (let end = size; end > 0 && size - end < maxBytes;) {
      const start = Math.max(0, end - blockBytes)
      const block = Buffer.alloc(end - start)
      await file.read(block, 0, block.length, start)
      const bytes = Buffer.concat([block, head])
      // The first line of the block is whole only at the start of the file.
      const cut = start === 0 ? 0 : bytes.indexOf(10) + 1
      head = bytes.subarray(0, cut)
      const items = bytes
        .toString('utf8', cut)
        .split('\n')
        .flatMap((line) => parse(line) ?? [])
      blocks.push(items)
      if (items[0] && tooOld(items[0])) break
      end = start
    }
    return blocks.reverse().flat()
  } finally {
    await file.close()
  }
}

/** Order of the columns in `cdr_custom.conf`. */
const columns = [
  'contact',
  'dnis',
  'ani',
  'stage',
  'agent',
  'answered',
  'native',
  'ended',
  'callback',
  'voicemail',
  'emergency',
  'start',
  'answer',
  'end',
  'disposition',
  'dstchannel',
  'uniqueid',
  'linkedid',
  'sequence',
  'outbound',
] as const
/** Records of an Asterisk that knew no outbound calls end here. */
const columnsNeeded = columns.indexOf('linkedid')

/** Asterisk rounds a leg that ended at once to zero seconds after 1970; such an instant is no instant. */
const millis = (seconds: string): number | null => {
  const value = Number(seconds)
  return value > 1 ? Math.round(value * 1_000) : null
}

export function parseRecord(line: string): (EndedRecord & { ended: boolean }) | null {
  const values = csv(line)
  if (values.length < columnsNeeded) return null
  const row = Object.fromEntries(columns.map((name, i) => [name, values[i] ?? ''])) as Record<
    (typeof columns)[number],
    string
  >
  const end = millis(row.end) ?? millis(row.start)
  if (end === null) return null
  return {
    callId: row.contact,
    legId: row.uniqueid,
    dnis: row.dnis,
    ani: row.ani,
    stage: row.stage,
    phone: /^\d+$/.test(row.agent) ? row.agent : null,
    answered: row.answered === '1',
    native: row.native === '1',
    callBackNumber: row.callback,
    voicemail: row.voicemail,
    emergency: row.emergency === '1',
    outbound: row.outbound,
    start: beginOfLeg(row.uniqueid) ?? millis(row.start) ?? end,
    answer: millis(row.answer),
    end,
    ended: row.ended === '1' && row.contact !== '' && row.uniqueid !== '',
  }
}

/** A `Uniqueid` begins, after the node's name, with the second in which its channel was made; milliseconds. */
export const beginOfLeg = (legId: string): number | null => millis(/(\d+)\.\d+$/.exec(legId)?.[1] ?? '')

type QueueLine = { at: number; connect: QueueConnect | null }

/** `epoch|caller's Uniqueid|queue|member|CONNECT|wait|member's Uniqueid|ring` */
export function parseQueueLine(line: string): QueueLine | null {
  const [seconds = '', legId = '', , member = '', event = '', , agentLegId = ''] = line.split('|')
  const at = millis(seconds)
  if (at === null) return null
  const phone = /^\d+$/.test(member) ? member : null
  return { at, connect: event === 'CONNECT' ? { legId, phone, agentLegId, at } : null }
}

/** One line of CSV; a field may be quoted, a quote in it is doubled (RFC 4180). */
function csv(line: string): string[] {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  if (text === '') return []
  const fields: string[] = []
  let field = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (quoted) {
      if (char !== '"') field += char
      else if (text[i + 1] === '"') field += text[i++]
      else quoted = false
    } else if (char === '"') quoted = true
    else if (char === ',') {
      fields.push(field)
      field = ''
    } else field += char
  }
  fields.push(field)
  return fields
}
