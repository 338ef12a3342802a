import { isId } from './ids.ts'
import { problem } from './problem.ts'

/** Place in a list ordered by (instant, id), newest first: a page never shifts while rows arrive. */
export type Place = { at: string; id: string }

const instant = /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/

export const cursorOf = (at: Date, id: string): string =>
  Buffer.from(JSON.stringify([at.toISOString(), id])).toString('base64url')

/** @throws Problem 400 badCursor for anything that `cursorOf` did not make */
export function placeOfCursor(cursor: string): Place {
  const refused = problem(400, 'badCursor', '翻页位置无效', '请从第一页重新查询。')
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    throw refused
  }
  const [at, id] = Array.isArray(value) ? (value as unknown[]) : []
  if (typeof at !== 'string' || typeof id !== 'string') throw refused
  if (!instant.test(at) || Number.isNaN(Date.parse(at)) || !isId(id)) throw refused
  return { at, id }
}
