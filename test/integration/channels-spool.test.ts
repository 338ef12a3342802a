import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { createPii } from '../../src/base/pii.ts'
import { openSpool } from '../../src/db/spool.ts'
import { runFolder } from '../support/services.ts'

const writer = fileURLToPath(new URL('../support/sms-spool-writer.ts', import.meta.url))

it(
  'a process killed while it writes loses nothing that it had acknowledged, and another takes it over',
  { timeout: 60_000 },
  async () => {
    const dir = mkdtempSync(join(runFolder(), 'spool-'))
    const survivor = await openSpool({
      dir,
      codec: createPii('a synthetic secret of more than 32 characters'),
      log: pino({ level: 'silent' }),
      clock: () => new Date(),
    })
    try {
      for (let round = 0; round < 3; round++) {
        const child = spawn(process.execPath, ['--import', 'tsx', writer, dir], {
          stdio: ['ignore', 'pipe', 'inherit'],
        })
        let heard = ''
        child.stdout.on('data', (d: Buffer) => (heard += d.toString()))
        await vi.waitFor(() => expect(heard.split('\n').length).toBeGreaterThan(200), {
          timeout: 20_000,
          interval: 5,
        })
        expect(await survivor.adopt()).toBe(0)
        const closed = new Promise((done) => child.once('close', done))
        child.kill('SIGKILL')
        await closed
        const acknowledged = heard.split('\n').slice(0, -1).map(Number)

        // The lock goes with the dead process, a moment later.
        await vi.waitFor(async () => expect(await survivor.adopt()).toBeGreaterThan(0), { timeout: 5_000 })
        const found: number[] = []
        await survivor.replay(async (batch) => {
          found.push(...batch.map((r) => r.data as number))
          return { settled: batch.length, bad: [] }
        })
        expect(acknowledged.filter((n) => !found.includes(n))).toEqual([])
        expect(new Set(found).size).toBe(found.length)
        expect(survivor.stats()).toEqual({ depth: 0, bytes: 0, quarantined: 0 })
      }
    } finally {
      await survivor.close()
    }
  },
)
