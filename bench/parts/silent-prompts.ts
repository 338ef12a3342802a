import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { theRun } from '../../test/support/run.ts'

/** A folder in which these prompts last two milliseconds: what is measured is the machine, not how long a sentence is. */
export function silentPrompts(names: readonly string[]): string {
  const folder = join(theRun().folder, 'silent-prompts')
  mkdirSync(folder, { recursive: true })
  const samples = 16
  const wav = Buffer.alloc(44 + samples * 2)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(36 + samples * 2, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(8_000, 24)
  wav.writeUInt32LE(16_000, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(samples * 2, 40)
  for (const name of names) writeFileSync(join(folder, `${name}.wav`), wav)
  return folder
}
