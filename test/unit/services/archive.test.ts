import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { tar } from '../../../services/archive.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'archive-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

it('a file that grows while it is packed fails no backup; one that is not there does', async () => {
  const growing = join(dir, 'growing')
  writeFileSync(growing, randomBytes(8_000_000))
  const grows = setInterval(() => appendFileSync(growing, 'more'), 1)
  try {
    await tar(['-czf', join(dir, 'packed.tgz'), '-C', dir, 'growing'])
  } finally {
    clearInterval(grows)
  }
  expect(await tar(['-tzf', join(dir, 'packed.tgz')])).toBe('growing\n')
  await expect(tar(['-czf', join(dir, 'other.tgz'), '-C', dir, 'missing'])).rejects.toThrow(/missing/)
})
