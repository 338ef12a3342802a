import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cdata, leaves, parsePush, textOf } from '../../../src/channels/wechat/xml.ts'

/**
 * Every length of UTF-8, what XML gives a meaning, and pieces of its marks. No carriage return: XML makes every line
 * end a line feed (XML 1.0, 2.11).
 */
const characters = fc.constantFrom(
  ...'a é路😀𠮷\u200b\u202e\n\t<>&;[]!-"\'=/#x1'.match(/./gsu)!,
  ']]>',
  '<![CDATA[',
  '<!--',
  '&amp;',
)

const parse = (text: string) => parsePush(Buffer.from(text))

describe('XML of a push', () => {
  it.each([
    ['nothing', ''],
    ['no XML', 'hello'],
    ['an unclosed root', '<xml><a>1</a>'],
    ['crossed elements', '<xml><a><b></a></b></xml>'],
    ['two roots', '<xml></xml><xml></xml>'],
    ['another root', '<message></message>'],
    ['a document type', '<!DOCTYPE x [<!ENTITY a "b">]><xml><a>&a;</a></xml>'],
    ['an entity definition', '<xml><!ENTITY a "b"></xml>'],
    ['a document type cut by CDATA', '<!<![CDATA[x]]>DOCTYPE y><xml></xml>'],
    ['an unclosed CDATA', '<xml><a><![CDATA[x</a></xml>'],
    ['too much depth', `${'<xml>'.repeat(9)}${'</xml>'.repeat(9)}`],
    ['a prototype as element', '<xml><__proto__>1</__proto__></xml>'],
  ])('refuses %s', (_, text) => expect(parse(text)).toBeNull())

  it('refuses bytes that are no UTF-8', () => {
    expect(
      parsePush(Buffer.from([...Buffer.from('<xml><a>'), 0xff, 0xfe, ...Buffer.from('</a></xml>')])),
    ).toBeNull()
  })

  it.each([
    ['openings of CDATA', '<![CDATA['.repeat(7000)],
    ['openings of elements', `<xml>${'<a>'.repeat(20_000)}`],
    ['openings of comments', '<!--'.repeat(16_000)],
    ['bare brackets', '<'.repeat(64_000)],
  ])('is not slowed down by 64 KiB of %s', (_, text) => {
    // the best of three: what else the machine does just then is not its fault
    const took = [1, 2, 3].map(() => {
      const start = performance.now()
      expect(parse(text)).toBeNull()
      return performance.now() - start
    })
    expect(Math.min(...took)).toBeLessThan(250)
  })

  it('keeps any text through CDATA, the end mark and markup included', () => {
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 60 }), (text) => {
        const push = parse(`<xml><Content>${cdata(text)}</Content></xml>`)
        expect(push && textOf(push, 'Content')).toBe(text)
      }),
    )
    const nasty = '<!DOCTYPE html> ]]> &amp; <b>粗</b>\u200b\n 😀 '
    expect(textOf(parse(`<xml><a>${cdata(nasty)}</a></xml>`)!, 'a')).toBe(nasty)
  })

  it('resolves the five entities and character references outside CDATA, and no others', () => {
    const push = parse('<xml><a>&lt;b&gt; &amp;amp; &#128512; &#x4E2D; &unknown; &#0;</a></xml>')
    expect(textOf(push!, 'a')).toBe('<b> &amp; 😀 中 &unknown; &#0;')
  })

  it('names repeated leaves by their place', () => {
    const push = parse('<xml><L><i><T>1</T></i><i><T>2</T></i></L><one>3</one></xml>')
    expect(leaves(push!)).toEqual({ 'L.i.0.T': '1', 'L.i.1.T': '2', one: '3' })
  })
})
