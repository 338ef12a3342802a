import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A run that broke a promise, to be run again until it keeps it. */
export type KeptSeed = { seed: number; gateways: number; steps: number; broke: string[] }

const file = fileURLToPath(new URL('../../faults/seeds.json', import.meta.url))

export const keptSeeds = (): KeptSeed[] =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as KeptSeed[]) : []

export function keepSeed(kept: KeptSeed): void {
  const others = keptSeeds().filter(({ seed }) => seed !== kept.seed)
  writeFileSync(file, `${JSON.stringify([...others, kept], null, 2)}\n`)
}
