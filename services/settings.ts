import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkout, dataHome } from './paths.ts'

/** Takes over `.env` beside the script, the file that docker compose reads too. The environment itself wins. */
export function readDotEnv(): void {
  const file = join(checkout, '.env')
  if (existsSync(file)) process.loadEnvFile(file)
}

/** A setting of the environment; an empty one counts as not given. */
export function setting(name: string): string | undefined {
  const value = process.env[name]
  return value === undefined || value === '' ? undefined : value
}

export interface Secrets {
  /** signs cookies */
  HOTLINE_SECRET: string
  /** encrypts identity columns; without it the database is unreadable */
  HOTLINE_PII_KEY: string
  /** password of the gateway at the private Asterisk */
  AMI_SECRET: string
}

/** Where the secrets of this checkout lie. */
export const secretsFile = (): string => join(dataHome(), 'secrets.json')

/** The secrets of this checkout, made once and readable by their owner only. What the environment gives wins. */
export function secrets(): Secrets {
  const file = secretsFile()
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>) : {}
  const all: Secrets = {
    HOTLINE_SECRET: kept.HOTLINE_SECRET ?? randomBytes(32).toString('hex'),
    HOTLINE_PII_KEY: kept.HOTLINE_PII_KEY ?? randomBytes(32).toString('base64'),
    AMI_SECRET: kept.AMI_SECRET ?? randomBytes(24).toString('hex'),
  }
  if (Object.keys(kept).length < Object.keys(all).length) {
    mkdirSync(dataHome(), { recursive: true })
    // whole or not at all: half a file would lose the key of a whole database
    writeFileSync(`${file}.new`, JSON.stringify(all, null, 2), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  return {
    ...all,
    HOTLINE_SECRET: setting('HOTLINE_SECRET') ?? all.HOTLINE_SECRET,
    HOTLINE_PII_KEY: setting('HOTLINE_PII_KEY') ?? all.HOTLINE_PII_KEY,
  }
}
