import { createHash } from 'node:crypto'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The files of the spool. A segment is a text file of lines `checksum SP payload LF`. Lines let a reader find the next
 * record after damage; the checksum tells a torn line from a whole one. The payload never holds a line feed.
 */

const checksum = (payload: string): string => createHash('sha256').update(payload).digest('hex').slice(0, 16)

export const frame = (payload: string): string => `${checksum(payload)} ${payload}\n`

/** One line as read: the payload, or null when the line is damaged. `text` is the line as it stands in the file. */
export type Line = { payload: string | null; text: string }

export function parseLine(text: string): Line {
  const payload = text.slice(17)
  return { text, payload: text[16] === ' ' && checksum(payload) === text.slice(0, 16) ? payload : null }
}

export const segmentName = (number: number): string => `${String(number).padStart(10, '0')}.spool`

/** Numbers of the segments in a folder, ascending. */
export async function listSegments(folder: string): Promise<number[]> {
  const names = await readdir(folder)
  return names
    .filter((name) => /^\d{10}\.spool$/.test(name))
    .map((name) => Number(name.slice(0, 10)))
    .sort((a, b) => a - b)
}

export type LinesRead = { lines: Line[]; next: number }

/**
 * Reads whole lines of bytes `[from, to)`, about `wanted` bytes of them and at least one.
 * A last line without its line feed is what a crash leaves of a record that was never acknowledged: it is skipped
 * unless its checksum proves it whole.
 */
export async function readLines(path: string, from: number, to: number, wanted: number): Promise<LinesRead> {
  const file = await open(path, 'r')
  try {
    for (let size = wanted; ; size *= 2) {
      const length = Math.min(size, to - from)
      if (length <= 0) return { lines: [], next: to }
      const buffer = Buffer.alloc(length)
      let filled = 0
      while (filled < length) {
        const { bytesRead } = await file.read(buffer, filled, length - filled, from + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      const end = buffer.lastIndexOf(0x0a, filled - 1) + 1
      const atEnd = from + length >= to || filled < length
      if (end === 0 && !atEnd) continue
      const lines = buffer
        .toString('utf8', 0, end)
        .split('\n')
        .slice(0, -1)
        .map((text) => parseLine(text))
      if (!atEnd) return { lines, next: from + end }
      const tail = parseLine(buffer.toString('utf8', end, filled))
      return { lines: tail.payload === null ? lines : [...lines, tail], next: to }
    }
  } finally {
    await file.close()
  }
}

/** Number of records (whole or damaged) of a segment left by an earlier process. */
export async function countLines(path: string, size: number, from = 0): Promise<number> {
  let count = 0
  for (let at = from; at < size;) {
    const { lines, next } = await readLines(path, at, size, 1 << 20)
    count += lines.length
    at = next
  }
  return count
}

/** Makes the names in a folder durable: a file whose folder was not synced can vanish with the power. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export const segmentPath = (folder: string, number: number): string => join(folder, segmentName(number))
