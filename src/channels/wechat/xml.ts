import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { scalar } from '../json.ts'

/** One element: its own text and its children in order. */
export type XmlElement = { name: string; text: string; children: XmlElement[] }

const maxDepth = 8

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  // Entities are resolved below, outside CDATA only: no definition of a document is ever expanded.
  processEntities: false,
  cdataPropName: '#cdata',
})

/**
 * Parses a WeChat push body. Guards: UTF-8 must be valid, no document type and no entity definition, depth limited,
 * exactly one root `xml`; the parser itself would accept an unclosed root and empty input.
 * @returns the root, or null for anything else
 */
export function parsePush(bytes: Uint8Array): XmlElement | null {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
  // A citizen may write "<!DOCTYPE" in a message; only markup outside CDATA is judged.
  const markup = without(without(text, '<![CDATA[', ']]>'), '<!--', '-->')
  if (markup === null || markup.includes('<!') || tooDeep(markup)) return null
  try {
    if (XMLValidator.validate(text) !== true) return null
    const roots = (parser.parse(text) as Node[]).map(element).filter((e) => e !== null)
    const [root] = roots
    return roots.length === 1 && root?.name === 'xml' ? root : null
  } catch {
    return null
  }
}

/** Cuts out sections; null when one is not closed. Linear: a pattern would go back over 64 KiB of openings. */
function without(text: string | null, open: string, close: string): string | null {
  if (text === null) return null
  let kept = ''
  for (let at = 0; ;) {
    const start = text.indexOf(open, at)
    if (start < 0) return kept + text.slice(at)
    kept += text.slice(at, start)
    const end = text.indexOf(close, start + open.length)
    if (end < 0) return null
    at = end + close.length
  }
}

function tooDeep(markup: string): boolean {
  let depth = 0
  for (const [, close, selfClosed] of markup.matchAll(/<(\/?)[^<>!?/][^<>]*?(\/?)>/g)) {
    if (close) depth--
    else if (!selfClosed && ++depth > maxDepth) return true
  }
  return false
}

type Node = Record<string, unknown>

function element(node: Node): XmlElement | null {
  const name = Object.keys(node).find((key) => key !== ':@')
  if (name === undefined || name.startsWith('#') || name.startsWith('?')) return null
  const made: XmlElement = { name, text: '', children: [] }
  for (const part of node[name] as Node[]) {
    if ('#text' in part) made.text += resolveEntities(scalar(part['#text']))
    else if ('#cdata' in part) made.text += (part['#cdata'] as Node[]).map((c) => scalar(c['#text'])).join('')
    else {
      const child = element(part)
      if (child) made.children.push(child)
    }
  }
  // White space between child elements is layout, not content.
  if (made.children.length > 0 && made.text.trim() === '') made.text = ''
  return made
}

const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function resolveEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot|apos));/gi,
    (whole, decimal, hex, name) => {
      if (name) return named[String(name).toLowerCase()] ?? whole
      const code = decimal ? Number(decimal) : parseInt(hex as string, 16)
      return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
        ? String.fromCodePoint(code)
        : whole
    },
  )
}

export const child = (parent: XmlElement, name: string): XmlElement | undefined =>
  parent.children.find((c) => c.name === name)

/** Text of a child, or '' when there is none. */
export const textOf = (parent: XmlElement, name: string): string => child(parent, name)?.text ?? ''

/** All leaves below an element by their path (`ScanCodeInfo.ScanType`, `List.0.TemplateId` where a name repeats). */
export function leaves(parent: XmlElement, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {}
  const counts = new Map<string, number>()
  for (const { name } of parent.children) counts.set(name, (counts.get(name) ?? 0) + 1)
  const seen = new Map<string, number>()
  for (const c of parent.children) {
    const nth = seen.get(c.name) ?? 0
    seen.set(c.name, nth + 1)
    const path = `${prefix}${c.name}${(counts.get(c.name) ?? 0) > 1 ? `.${nth}` : ''}`
    if (c.children.length > 0) Object.assign(found, leaves(c, `${path}.`))
    else found[path] = c.text
  }
  return found
}

/** CDATA that holds any text: `]]>` is split over two sections. */
export const cdata = (text: string): string => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
