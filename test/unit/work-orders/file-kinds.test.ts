import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { csv } from '../../../src/work-orders/export.ts'
import { kindOfFile, withoutMetadata } from '../../../src/work-orders/file-kinds.ts'

const bytes = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  )
const segment = (marker: number, body: string): Buffer =>
  bytes([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255], body)
const chunk = (type: string, body: string): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, bytes(type, body, [0, 0, 0, 0])])
}

export const jpegWith = (secret: string): Buffer =>
  Buffer.concat([
    bytes([0xff, 0xd8]),
    segment(0xe0, 'JFIF\0\x01\x01\0\0\x01\0\x01\0\0'),
    segment(0xe1, `Exif\0\0${secret}`),
    segment(0xe2, `ICC_PROFILE\0colours`),
    segment(0xed, `Photoshop${secret}`),
    segment(0xfe, secret),
    segment(0xdb, 'quantisation'),
    segment(0xda, 'scan'),
    bytes([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]),
    segment(0xfe, secret),
    segment(0xda, 'again'),
    bytes([0x78, 0xff, 0xd9], `behind the end ${secret}`),
  ])

describe('what a file is', () => {
  it.each([
    ['image/jpeg', jpegWith('x')],
    ['image/png', bytes([0x89], 'PNG\r\n', [0x1a, 0x0a], 'IHDR')],
    ['image/gif', bytes('GIF89a')],
    ['image/webp', bytes('RIFF....WEBP')],
    ['audio/amr', bytes('#!AMR\n')],
    ['audio/wav', bytes('RIFF....WAVE')],
    ['audio/mpeg', bytes('ID3')],
    ['video/mp4', bytes([0, 0, 0, 24], 'ftypisom')],
    ['application/pdf', bytes('%PDF-1.7')],
    [
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      bytes('PK\x03\x04....word/document.xml'),
    ],
    ['text/plain', Buffer.from('路灯不亮\n')],
  ])('%s by its first bytes', (mime, content) => {
    expect(kindOfFile(content)).toBe(mime)
  })
  it.each([
    ['a program', bytes('MZ\x90\0\x03')],
    ['an archive of anything', bytes('PK\x03\x04....run.exe')],
    ['nothing', Buffer.alloc(0)],
    ['a page named as a picture is text', bytes([0x00, 0x01, 0x02])],
  ])('%s is none that is taken', (_what, content) => {
    expect(kindOfFile(content)).toBeNull()
  })
})

describe('a picture without what the camera wrote into it', () => {
  it('keeps a JPEG’s picture and colours, drops Exif, comments and whatever hangs behind the end', () => {
    const alone = Buffer.from(withoutMetadata('image/jpeg', jpegWith('GPS 41.1 123.0'))!)
    expect(alone.includes('GPS')).toBe(false)
    for (const part of ['JFIF', 'ICC_PROFILE', 'quantisation', 'scan', 'again'])
      expect(alone.includes(part)).toBe(true)
    expect(alone.includes(Buffer.from([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]))).toBe(true)
    expect(alone.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]))
    expect(kindOfFile(alone)).toBe('image/jpeg')
  })
  it('keeps a PNG’s picture and drops its texts', () => {
    const png = Buffer.concat([
      bytes([0x89], 'PNG\r\n', [0x1a, 0x0a]),
      chunk('IHDR', 'size'),
      chunk('tEXt', 'Author secret'),
      chunk('eXIf', 'secret'),
      chunk('IDAT', 'picture'),
      chunk('IEND', ''),
      bytes('secret behind'),
    ])
    const alone = Buffer.from(withoutMetadata('image/png', png)!)
    expect(alone.includes('secret')).toBe(false)
    expect(alone.includes('picture')).toBe(true)
  })
  it.each(['video/mp4', 'audio/amr', 'application/pdf', 'text/plain', 'image/gif'])(
    'gives no %s at all',
    (mime) => {
      expect(withoutMetadata(mime, bytes('anything'))).toBeNull()
    },
  )
  it('gives nothing that it cannot read to its end', () => {
    const cut = jpegWith('x').subarray(0, 12)
    expect(withoutMetadata('image/jpeg', cut)).toBeNull()
    expect(withoutMetadata('image/png', bytes([0x89], 'PNG\r\n', [0x1a, 0x0a]))).toBeNull()
  })
})

describe('a table for spreadsheets', () => {
  it('quotes, marks UTF-8 and lets no cell be a formula', () => {
    expect(
      csv([
        ['a', 'b,"c"'],
        ['=1+1', '@x'],
        ['＝1', 'line\nbreak'],
        ['-5', '+86'],
      ]),
    ).toBe('\ufeffa,"b,""c"""\r\n\'=1+1,\'@x\r\n\'＝1,"line\nbreak"\r\n\'-5,\'+86\r\n')
  })
})
