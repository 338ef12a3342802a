import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import type { Requirement } from '../contacts/model.ts'
import type { Limits } from '../statutes/configured.ts'
import { channelConfig, type ChannelConfig } from './channels.ts'
import { exchangeConfig, type ExchangePlatform } from './exchange.ts'
import { incidentNotices } from './incident-notices.ts'
import { type cities, EnvProblems, list, readEnv, type Env } from './env.ts'
import { statuteLimits } from './limits.ts'

/** The configuration as the program uses it: nested, typed, and null where a feature is off. */
export type Config = {
  host: string
  port: number
  dataDir: string
  city: (typeof cities)[number]
  /** What the statutes leave to the platform, as this city set it. */
  limits: Limits
  /** Unique among gateways; two processes on one host have two. */
  nodeId: string
  region: string
  databaseUrl: string
  redisUrl: string
  asterisk: AsteriskConfig | null
  cookieSecret: string
  /** `previous`: every key that was in force before, since nothing is sealed anew. */
  pii: { current: string; previous: string[]; lookup: string | null }
  publicUrl: string
  trustedProxy: string[] | null
  tls: { cert: string; key: string } | null
  /** Tells the progress of an order and nothing else. */
  progressNumber: string | null
  routing: Record<string, Requirement>
  /** Telephones by the name of a department. */
  incidentNotices: Record<string, string[]>
  /** Platforms that exchange matters with this one. */
  exchange: ExchangePlatform[] | null
  channels: ChannelConfig
  logLevel: string
}

export type AsteriskConfig = {
  nodes: { host: string; port: number; user: string; secret: string }[]
  /** `ws://127.0.0.1:PORT/ws`: where `/sip` is proxied to. */
  webSocketUrl: string | null
  /** Asterisk's own WSS, the second leg a browser's phone stands on. */
  wssUrl: string | null
  dir: string | null
  /** Calls of an Asterisk that no gateway reaches for so long are ended. Local policy. */
  nodeLostMinutes: number
  phonesFile: string | null
}

/** @throws EnvProblems */
export function readConfig(env: Env = readEnv()): Config {
  const problems: string[] = []
  const need = (name: keyof Env): string => {
    const value = env[name]
    if (!value) problems.push(`${name} is missing`)
    return value ?? ''
  }
  const json = <T>(name: keyof Env, fallback: T): T => {
    const value = env[name]
    if (!value) return fallback
    try {
      return JSON.parse(value) as T
    } catch {
      problems.push(`${name} is not valid JSON`)
      return fallback
    }
  }
  const port = Number(env.HOTLINE_PORT ?? 8890)
  const host = env.HOTLINE_HOST ?? '127.0.0.1'
  const tls = tlsFiles(env, problems)
  const city = (env.HOTLINE_CITY as Config['city'] | undefined) ?? 'anshan-2019'
  const config: Config = {
    host,
    port,
    dataDir: resolve(env.HOTLINE_DATA ?? '.hotline'),
    city,
    limits: statuteLimits(env.HOTLINE_LIMITS, city, problems),
    nodeId:
      env.HOTLINE_NODE ??
      `${hostname().replace(/[^A-Za-z0-9-]/g, '-')}-${process.pid}-${randomBytes(3).toString('hex')}`,
    region: env.HOTLINE_REGION ?? 'main',
    databaseUrl: need('DATABASE_URL'),
    redisUrl: need('REDIS_URL'),
    asterisk: asterisk(env, problems),
    cookieSecret: need('HOTLINE_SECRET'),
    pii: {
      current: need('HOTLINE_PII_KEY'),
      previous: list(env.HOTLINE_PII_KEY_PREVIOUS ?? ''),
      lookup: env.HOTLINE_PII_LOOKUP_KEY ?? null,
    },
    publicUrl: (env.HOTLINE_PUBLIC_URL ?? `${tls ? 'https' : 'http'}://${host}:${port}`).replace(/\/+$/, ''),
    trustedProxy: env.HOTLINE_TRUSTED_PROXY ? list(env.HOTLINE_TRUSTED_PROXY) : null,
    tls,
    progressNumber: env.HOTLINE_PROGRESS_NUMBER ?? null,
    routing: json('HOTLINE_ROUTING', {}),
    incidentNotices: incidentNotices(json<unknown>('HOTLINE_INCIDENT_NOTICES', {}), city, problems),
    exchange: exchangeConfig(env.HOTLINE_EXCHANGE_TOKENS, problems),
    channels: channelConfig(env, json, problems),
    logLevel: env.LOG_LEVEL ?? 'info',
  }
  if (problems.length > 0) throw new EnvProblems(problems)
  return config
}

function tlsFiles(env: Env, problems: string[]): Config['tls'] {
  if (!env.HOTLINE_TLS_CERT && !env.HOTLINE_TLS_KEY) return null
  if (!env.HOTLINE_TLS_CERT || !env.HOTLINE_TLS_KEY) {
    problems.push('HOTLINE_TLS_CERT and HOTLINE_TLS_KEY belong together')
    return null
  }
  try {
    return {
      cert: readFileSync(env.HOTLINE_TLS_CERT, 'utf8'),
      key: readFileSync(env.HOTLINE_TLS_KEY, 'utf8'),
    }
  } catch {
    problems.push('HOTLINE_TLS_CERT or HOTLINE_TLS_KEY cannot be read')
    return null
  }
}

function asterisk(env: Env, problems: string[]): AsteriskConfig | null {
  if (!env.AMI_URL) return null
  const nodes: AsteriskConfig['nodes'] = []
  for (const one of list(env.AMI_URL)) {
    try {
      const u = new URL(one)
      nodes.push({
        host: u.hostname,
        port: Number(u.port || 5038),
        user: decodeURIComponent(u.username),
        secret: decodeURIComponent(u.password),
      })
    } catch {
      problems.push('AMI_URL is not valid: ami://user:secret@host:port')
    }
  }
  const httpPort = env.HOTLINE_ASTERISK_HTTP_PORT
  return {
    nodes,
    webSocketUrl: httpPort ? `ws://${nodes[0]?.host ?? '127.0.0.1'}:${httpPort}/ws` : null,
    wssUrl: env.HOTLINE_ASTERISK_WSS ?? null,
    dir: env.HOTLINE_ASTERISK_DIR ? resolve(env.HOTLINE_ASTERISK_DIR) : null,
    nodeLostMinutes: Number(env.HOTLINE_NODE_LOST_MINUTES ?? 5),
    phonesFile:
      env.HOTLINE_PHONES ??
      (env.HOTLINE_ASTERISK_DIR ? join(resolve(env.HOTLINE_ASTERISK_DIR), 'phones.json') : null),
  }
}
