import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  charsetNamed,
  decodeJoined,
  decodeSms,
  guessCharset,
  type SmsCharset,
} from '../../../src/channels/sms/encoding.ts'
import { gsm7Decode, gsm7Encode } from '../../../src/channels/sms/gsm7.ts'
import { joinParts, placePart, toPart, type SmsPart } from '../../../src/channels/sms/joining.ts'
import { optWord } from '../../../src/channels/sms/opt-out-words.ts'
import { parseExact } from '../../../src/channels/json.ts'
import { parseBytes } from '../../../src/channels/sms/query.ts'
import { partNumber } from '../../../src/channels/sms/udh.ts'
import { ucs2 } from '../../support/sms-push.ts'

/** Characters of one to four bytes and one or two UTF-16 units, and one that takes four bytes in GB18030. */
const characters = fc.constantFrom(...'aé路灯，😀𠮷\u200b\u202e\n龘\ufeff€'.match(/./gsu)!)
const anyText = (maxLength: number) => fc.string({ unit: characters, maxLength })

/** GB18030 of 路灯不亮，请修 and of the four-byte character 𠮷. */
const gb = Buffer.from('c2b7b5c6b2bbc1c1a3acc7ebd0de', 'hex')
const gbRare = Buffer.from('9534 8330'.replace(' ', ''), 'hex')

describe('character sets', () => {
  it.each<[SmsCharset, Buffer, string]>([
    ['utf-8', Buffer.from('路灯 😀'), '路灯 😀'],
    ['ucs2', ucs2('路灯 😀'), '路灯 😀'],
    ['gb18030', gb, '路灯不亮，请修'],
    ['gsm7', Buffer.from([0x48, 0x69, 0x20, 0x00, 0x1b, 0x65, 0x11]), 'Hi @€_'],
    ['8bit', Buffer.from([0x63, 0x61, 0x66, 0xe9]), 'café'],
    ['8bit', Buffer.from('中文'), '中文'],
  ])('%s', (charset, bytes, text) => expect(decodeSms(bytes, charset)).toBe(text))

  it('keeps a byte order mark that a citizen sent, and never fails on what is no text', () => {
    expect(decodeSms(ucs2('\ufeffx'), 'ucs2')).toBe('\ufeffx')
    expect(decodeSms(Buffer.from([0x00]), 'utf-8')).toBe('\ufffd')
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom<SmsCharset>('utf-8', 'ucs2', 'gb18030', 'gsm7', '8bit'),
        (bytes, charset) => {
          const text = decodeSms(bytes, charset)
          expect(Buffer.from(text, 'utf8').toString()).toBe(text)
          expect(text).not.toContain('\0')
        },
      ),
    )
  })

  it('knows the names that networks use', () => {
    expect(charsetNamed('UTF-16BE')).toBe('ucs2')
    expect(charsetNamed('"GBK"')).toBe('gb18030')
    expect(charsetNamed('klingon')).toBeNull()
    expect(charsetNamed('constructor')).toBeNull()
  })

  it('recognises GB18030 that calls itself nothing', () => {
    expect(guessCharset(gb)).toBe('gb18030')
    expect(guessCharset(Buffer.from('路灯'))).toBe('utf-8')
    expect(guessCharset(Buffer.from([0xff, 0xff]))).toBe('8bit')
  })

  it('writes what it reads in the default alphabet', () => {
    const text = 'Hello @£$ {[~]} €ÄÖ\n'
    expect(gsm7Decode(gsm7Encode(text) ?? Buffer.alloc(0))).toBe(text)
    expect(gsm7Encode('中')).toBeNull()
  })
})

describe('parameters of a request', () => {
  it('are bytes', () => {
    const found = parseBytes('a=%8D%EF&b=x+y&c&a=2&%61b=3')
    expect([...found].map(([k, v]) => [k, v.toString('latin1')])).toEqual([
      ['a', '\x8d\xef'],
      ['b', 'x y'],
      ['c', ''],
      ['ab', '3'],
    ])
  })
  it.each(['a=%', 'a=%4', 'a=%zz'])('%s is refused', (text) =>
    expect(() => parseBytes(text)).toThrow('broken escape'),
  )
})

describe('JSON', () => {
  it('keeps long numbers exactly, and digits in texts as they are', () => {
    expect(
      parseExact('{"id":12345678901234567890,"n":[1234567890123456,7],"t":"id: 12345678901234567890 \\" 1"}'),
    ).toEqual({
      id: '12345678901234567890',
      n: ['1234567890123456', 7],
      t: 'id: 12345678901234567890 " 1',
    })
    expect(parseExact('1234567890123456.5')).toBeCloseTo(1234567890123456.5)
  })
  it('is the usual JSON otherwise', () => {
    fc.assert(
      fc.property(fc.json(), fc.double({ noDefaultInfinity: true, noNaN: true }), (text, number) => {
        const document = `[${text}, ${JSON.stringify(number)}]`
        // An integer beyond 2^53 is the one difference.
        fc.pre(!/(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/.test(document))
        expect(parseExact(document)).toEqual(JSON.parse(document))
      }),
    )
    expect(parseExact('[0.12345678901234567,-1.2345678901234567e-7]')).toEqual([
      0.12345678901234567, -1.2345678901234567e-7,
    ])
  })
})

describe('user data header', () => {
  it.each([
    ['8-bit reference', [5, 0, 3, 42, 3, 2], { ref: 42, total: 3, seq: 2 }],
    ['16-bit reference', [6, 8, 4, 1, 2, 3, 1], { ref: 258, total: 3, seq: 1 }],
    ['without its length', [0, 3, 42, 3, 2], { ref: 42, total: 3, seq: 2 }],
    ['behind another element', [9, 5, 2, 1, 2, 0, 3, 42, 3, 2], { ref: 42, total: 3, seq: 2 }],
    ['one part', [5, 0, 3, 42, 1, 1], null],
    ['number 0', [5, 0, 3, 42, 3, 0], null],
    ['beyond the total', [5, 0, 3, 42, 3, 4], null],
    ['cut off', [5, 0, 3, 42], null],
    ['empty', [], null],
    ['something else', [4, 5, 2, 1, 2], null],
  ])('%s', (_, bytes, expected) => expect(partNumber(Uint8Array.from(bytes))).toEqual(expected))

  it('never fails', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        expect(partNumber(bytes)).not.toBeUndefined()
      }),
    )
  })
})

const part = (
  seq: number,
  total: number,
  bytes: Uint8Array,
  charset: SmsCharset,
  more: Partial<SmsPart> = {},
): SmsPart => ({
  ...toPart(
    {
      via: 'kannel',
      providerId: `p${seq}`,
      from: '+8613800000001',
      account: '10690000',
      bytes: Buffer.from(bytes),
      charset,
    },
    { ref: 1, total, seq },
    new Date(Date.UTC(2026, 2, 2, 2, 0, seq)),
  ),
  ...more,
})

describe('joining', () => {
  it('gives the same text for any split of the bytes and any order of arrival', () => {
    fc.assert(
      fc.property(
        anyText(60),
        fc.constantFrom<SmsCharset>('ucs2', 'utf-8'),
        fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.nat()),
        (text, charset, cuts, order) => {
          const bytes = charset === 'ucs2' ? ucs2(text) : Buffer.from(text)
          const at = [...new Set(cuts.map((c) => c % (bytes.length + 1)))].sort((a, b) => a - b)
          const borders = [0, ...at, bytes.length]
          const total = borders.length - 1
          const parts = Array.from({ length: total }, (_, i) =>
            part(i + 1, total, bytes.subarray(borders[i], borders[i + 1]), charset),
          )

          // As the store does it: parts arrive in any order and are placed one by one.
          const arrivals = [...parts].sort(() => ((order.next().value as number) % 2 ? 1 : -1))
          const waiting: { id: number; seq: number; digest: string }[] = []
          let released: number[] = []
          for (const p of arrivals) {
            const placed = { id: p.seq, seq: p.seq, digest: p.bytes }
            const placement = placePart(placed, total, waiting, [])
            if (placement.kind === 'release') released = placement.groups.flatMap((g) => g.ids)
            else waiting.push(placed)
          }
          if (total > 1) expect(released).toEqual(parts.map((p) => p.seq))
          const joined = joinParts(parts)
          expect(joined.text).toBe(text)
          expect(joined.partial).toBeUndefined()
          expect(joined.providerId).toBe('p1')
          expect(Buffer.from(joined.raw?.bytes ?? '', 'base64').equals(bytes)).toBe(true)
          expect(joined.receivedAt).toBe(parts[0]?.receivedAt)
        },
      ),
    )
  })

  it('joins bytes before it decodes: surrogate pairs and GB18030 characters across the border', () => {
    const emoji = ucs2('😀')
    expect(
      joinParts([part(1, 2, emoji.subarray(0, 2), 'ucs2'), part(2, 2, emoji.subarray(2), 'ucs2')]).text,
    ).toBe('😀')
    const both = Buffer.concat([gb, gbRare])
    for (let cut = 0; cut <= both.length; cut++)
      expect(
        joinParts([part(1, 2, both.subarray(0, cut), 'gb18030'), part(2, 2, both.subarray(cut), 'gb18030')])
          .text,
      ).toBe(decodeSms(both, 'gb18030'))
  })

  it('decodes each run by itself where a phone changed the alphabet', () => {
    expect(
      decodeJoined([
        { bytes: gsm7Encode('Lamp @ ') ?? gb, charset: 'gsm7' },
        { bytes: ucs2('路灯'), charset: 'ucs2' },
      ]),
    ).toBe('Lamp @ 路灯')
  })

  it('shows where parts are missing and says that they are', () => {
    const make = (...seqs: number[]) => joinParts(seqs.map((s) => part(s, 4, ucs2(`第${s}`), 'ucs2')))
    expect(make(1, 3)).toMatchObject({ text: '第1[…]第3[…]', partial: true, providerId: 'p1' })
    expect(make(2)).toMatchObject({ text: '[…]第2[…]', partial: true, providerId: 'p2' })
    expect(make(1, 2, 3)).toMatchObject({ text: '第1第2第3[…]', partial: true })
  })

  it('does not join the halves of two characters across a gap', () => {
    const text = joinParts([
      part(1, 3, ucs2('😀').subarray(0, 2), 'ucs2'),
      part(3, 3, ucs2('😀').subarray(2), 'ucs2'),
    ]).text
    expect(text).toBe('\ufffd[…]\ufffd')
  })
})

describe('placing a part', () => {
  const at = (id: number, seq: number, digest = `d${seq}`) => ({ id, seq, digest })

  it('waits, then completes', () => {
    expect(placePart(at(1, 2), 2, [], [])).toEqual({ kind: 'waits' })
    expect(placePart(at(2, 1), 2, [at(1, 2)], [])).toEqual({
      kind: 'release',
      groups: [{ ids: [2, 1], partial: false }],
    })
  })
  it('knows the same part again', () => {
    expect(placePart(at(2, 1), 3, [at(1, 1)], [])).toEqual({ kind: 'repeated' })
  })
  it('lets an older message go when its reference is used again', () => {
    expect(placePart(at(9, 1, 'other'), 3, [at(2, 2), at(1, 1)], [])).toEqual({
      kind: 'release',
      groups: [{ ids: [1, 2], partial: true }],
    })
  })
  it('lets a late part go by itself', () => {
    expect(placePart(at(9, 2), 3, [], [2])).toEqual({
      kind: 'release',
      groups: [{ ids: [9], partial: true }],
    })
    expect(placePart(at(9, 1), 3, [], [2])).toEqual({ kind: 'waits' })
  })
})

describe('opt-out words', () => {
  it.each(['退订', ' td ', 'T', 'ｔ', '退订。', '【退订】', '回T', '回复TD', 'STOP', 'unsubscribe', '拒收'])(
    '%s alone stops notices',
    (text) => expect(optWord(text)).toEqual({ word: 'optOut', alone: true }),
  )
  it.each(['退订，另外我家停水了', 'TD 路灯不亮'])('%s stops notices and remains a case', (text) =>
    expect(optWord(text)).toEqual({ word: 'optOut', alone: false }),
  )
  it.each(['恢复订阅', 'start', '重新订阅'])('%s resumes them', (text) =>
    expect(optWord(text)).toEqual({ word: 'optIn', alone: true }),
  )
  it.each([
    '退订流量包被乱扣费',
    'T恤质量问题',
    'TDX',
    '恢复',
    '我要投诉短信退订不了',
    '',
    '。',
    'stop it now',
  ])('%s is neither', (text) => expect(optWord(text)).toBeNull())
})
