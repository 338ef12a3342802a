import { isObject, parseExact, type JsonObject } from '../json.ts'
import { Refusal } from '../webhook.ts'
import type { Parsed } from './profile.ts'

/** The elements of a JSON array, or a single object. @throws Refusal 400 */
export function jsonItems(body: Buffer): unknown[] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    const parsed = parseExact(text)
    if (Array.isArray(parsed)) return parsed as unknown[]
    if (isObject(parsed)) return [parsed]
  } catch {
    // falls through: which defect it was helps nobody outside
  }
  throw new Refusal(400, 'no JSON items')
}

/** Reads each element; one that yields null is set aside. @throws Refusal 400 when none is usable */
export function readItems<T>(items: unknown[], read: (item: JsonObject) => T | null): Parsed<T> {
  const parsed: Parsed<T> = { items: [], malformed: [] }
  for (const item of items) {
    const made = isObject(item) ? read(item) : null
    if (made) parsed.items.push(made)
    else parsed.malformed.push(item)
  }
  if (parsed.items.length === 0 && parsed.malformed.length > 0) throw new Refusal(400, 'no usable item')
  return parsed
}
