import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { spool as command } from '../../../services/commands/spool.ts'
import { createPii } from '../../../src/base/pii.ts'
import { createDurable, Unreplayable } from '../../../src/db/spool-durable.ts'
import { openSpool, type Spool } from '../../../src/db/spool.ts'

const [older, key] = ['o'.repeat(32), 'k'.repeat(32)] as const
const log = pino({ level: 'silent' })

let home: string
let ofGateway: Spool
let printed: string
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'spool-command-'))
  vi.stubEnv('HOTLINE_DATA', home)
  vi.stubEnv('HOTLINE_PII_KEY', key)
  vi.stubEnv('HOTLINE_PII_KEY_PREVIOUS', older)
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((words) => {
    printed += String(words)
    return true
  })
  // what it put aside before the change of the key
  const codec = { seal: createPii(older).seal, open: createPii(key, [older]).open }
  ofGateway = await openSpool({ dir: join(home, 'spool'), codec, log, clock: () => new Date() })
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true, force: true })
})

const run = (...words: string[]): Promise<number> => command.run({ words, options: {} }, () => {})

it('lists what was put aside without its content, and puts it back for the running gateway', async () => {
  let mended = false
  const stored: unknown[] = []
  const durable = createDurable({ spool: ofGateway, log, retryMs: 5, adoptMs: 20 })
  durable.handle('inbound', async (data) => {
    if (!mended) throw new Unreplayable('defect')
    stored.push(...data)
  })
  await ofGateway.append({ kind: 'inbound', data: { from: '13800000001' } })
  await ofGateway.quarantine({ kind: 'malformed:kannel', data: {} }, 'malformed item')
  durable.start()
  await vi.waitFor(async () => expect(await ofGateway.quarantined()).toHaveLength(2))

  expect(await run()).toBe(0)
  expect(printed).toMatch(/^\S+ {2}\S+ {2}inbound {2}defect$/m)
  expect(printed).not.toContain('13800000001')

  mended = true
  expect(await run('retry', 'all')).toBe(0)
  await vi.waitFor(() => expect(stored).toEqual([{ from: '13800000001' }]))
  expect(await ofGateway.quarantined()).toMatchObject([{ kind: 'malformed:kannel' }])
  await durable.stop()
})

it('says in words what it cannot do', async () => {
  await ofGateway.close()
  await expect(run('retry', 'no-such-record')).rejects.toThrow(/no record no-such-record/)
  await expect(run('drop')).rejects.toThrow(/"retry" takes/)
})
