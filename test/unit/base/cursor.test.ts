import { expect, it } from 'vitest'
import { cursorOf, placeOfCursor } from '../../../src/base/cursor.ts'

const id = '0190d9a0-0000-7000-8000-000000000001'
const made = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

it('leads back to the place it was made for', () => {
  const at = new Date('2026-03-02T02:00:00.123Z')
  expect(placeOfCursor(cursorOf(at, id))).toEqual({ at: at.toISOString(), id })
})

it.each([
  ['no cursor at all', 'x'],
  ['dashes instead of an id', made(['2026-03-02T02:00:00.123Z', '-'.repeat(36)])],
  ['no instant', made(['yesterday', id])],
  ['a number', made(7)],
])('refuses %s', (_what, cursor) => {
  expect(() => placeOfCursor(cursor)).toThrow(expect.objectContaining({ status: 400, code: 'badCursor' }))
})
