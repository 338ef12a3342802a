import { pino } from 'pino'
import { createPii } from '../../src/base/pii.ts'
import { openSpool } from '../../src/db/spool.ts'

/** A process that appends as fast as it can and prints each number once it is on the disk; a test kills it. */
const spool = await openSpool({
  dir: process.argv[2] as string,
  codec: createPii('a synthetic secret of more than 32 characters'),
  log: pino({ level: 'silent' }),
  clock: () => new Date(),
  segmentBytes: 4_000,
})
let next = 0
async function writer(): Promise<void> {
  while (next < 100_000) {
    const n = next++
    await spool.append({ kind: 'n', data: n })
    process.stdout.write(`${n}\n`)
  }
}
await Promise.all(Array.from({ length: 8 }, writer))
