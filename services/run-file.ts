import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dataHome } from './paths.ts'
import { isAlive, type ProcessMark } from './processes.ts'

/** What a run tells the other commands of its checkout. Holds passwords, so only its owner can read it. */
export interface RunFile {
  owner: ProcessMark
  url: string
  databaseUrl: string
  redisUrl: string
  amiUrl: string
  /** where that gateway keeps recordings, media and attachments */
  dataDir: string
}

const file = (): string => join(dataHome(), 'run', 'current')

export function writeRunFile(run: RunFile): void {
  writeFileSync(`${file()}.new`, JSON.stringify(run), { mode: 0o600 })
  renameSync(`${file()}.new`, file())
}

export function removeRunFile(): void {
  rmSync(file(), { force: true })
}

/** The run that goes on now in this checkout, if one does. */
export function currentRun(): RunFile | undefined {
  if (!existsSync(file())) return undefined
  const run = JSON.parse(readFileSync(file(), 'utf8')) as RunFile
  return isAlive(run.owner) ? run : undefined
}
