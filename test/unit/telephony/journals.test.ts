import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import {
  parseQueueLine,
  parseRecord,
  readEndedRecords,
  readQueueConnects,
} from '../../../src/telephony/journals.ts'

const folder = mkdtempSync(join(tmpdir(), 'journals-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const record = (n: number, over: Partial<Record<'ended' | 'stage' | 'ani', string>> = {}): string => {
  const end = 1_800_000_000 + n
  const fields = [
    `n1-${end - 10}.${n}`,
    '12345',
    over.ani ?? '13800000001',
    over.stage ?? 'talk',
    '1001',
    '1',
    '',
    over.ended ?? '1',
    '',
    '',
    '',
    `${end - 10}.100000`,
    `${end - 8}.100000`,
    `${end}.500000`,
    'ANSWERED',
    'PJSIP/1001-00000001',
    `n1-${end - 10}.${n}`,
    `n1-${end - 10}.${n}`,
    String(n),
  ]
  return fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')
}

describe('contact records', () => {
  it('reads one', () => {
    expect(parseRecord(record(0))).toEqual({
      callId: 'n1-1799999990.0',
      legId: 'n1-1799999990.0',
      dnis: '12345',
      ani: '13800000001',
      stage: 'talk',
      phone: '1001',
      answered: true,
      native: false,
      callBackNumber: '',
      voicemail: '',
      emergency: false,
      outbound: '',
      start: 1_799_999_990_000,
      answer: 1_799_999_992_100,
      end: 1_800_000_000_500,
      ended: true,
    })
  })

  it('reads quotes and commas inside a field', () => {
    expect(parseRecord(record(0, { stage: 'a "b", c' }))?.stage).toBe('a "b", c')
  })

  it.each(['', 'x', '"unfinished', record(0).split(',').slice(0, 9).join(',')])(
    'drops a torn line: %j',
    (line) => {
      expect(parseRecord(line)).toBeNull()
    },
  )

  it('finds those of the gap at the end of a long file, in order', async () => {
    const file = join(folder, 'long.csv')
    const lines = Array.from({ length: 20_000 }, (_, n) => record(n))
    writeFileSync(file, `${lines.join('\n')}\n${record(20_000).slice(0, 30)}`)
    const found = await readEndedRecords(file, (1_800_000_000 + 17_000) * 1_000)
    expect(found).toHaveLength(3_000)
    expect(found[0]?.end).toBe((1_800_000_000 + 17_000) * 1_000 + 500)
    expect(found.map((one) => one.end)).toEqual([...found.map((one) => one.end)].sort((a, b) => a - b))
  })

  it('takes only the last record of each leg', async () => {
    const file = join(folder, 'parts.csv')
    writeFileSync(file, `${record(1, { ended: '', stage: '' })}\n${record(2)}\n`)
    expect(await readEndedRecords(file, 0)).toHaveLength(1)
  })

  it('takes a file that is not there for an empty one', async () => {
    expect(await readEndedRecords(join(folder, 'none.csv'), 0)).toEqual([])
  })
})

describe('queue log', () => {
  it('reads who took a caller', async () => {
    const file = join(folder, 'queue_log')
    writeFileSync(
      file,
      [
        '1800000000|NONE|NONE|NONE|QUEUESTART|',
        '1800000001|n1-1799999990.1|hotline|NONE|ENTERQUEUE||13800000001|1',
        '1800000005|n1-1799999990.1|hotline|1001|CONNECT|4|n1-1800000001.7|3',
        '1800000009|n1-1799999990.1|hotline|1001|COMPLETECALLER|4|4|1',
        '1800000010|n1-1799999990.2|hotline|duty|CONNECT|4|n1-1800000001.8|3',
      ].join('\n'),
    )
    expect(await readQueueConnects(file, 1_800_000_000_000)).toEqual([
      { legId: 'n1-1799999990.1', phone: '1001', agentLegId: 'n1-1800000001.7', at: 1_800_000_005_000 },
      { legId: 'n1-1799999990.2', phone: null, agentLegId: 'n1-1800000001.8', at: 1_800_000_010_000 },
    ])
  })

  it('drops a torn line', () => {
    expect(parseQueueLine('18000')?.connect ?? null).toBeNull()
  })
})
