import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readConfig } from '../../../src/config/config.ts'
import { Env } from '../../../src/config/env.ts'

const file = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8')

interface Service {
  image?: string
  build?: string | { context: string; dockerfile: string }
  command?: string[]
  depends_on?: Record<string, { condition: string }>
  entrypoint?: string[]
  environment?: Record<string, string>
  healthcheck?: { test: string[] }
  network_mode?: string
  ports?: string[]
  restart?: string
  volumes?: string[]
}

const compose = parse(file('docker-compose.yml')) as {
  services: Record<string, Service>
  volumes: Record<string, null>
}
const services = Object.entries(compose.services)
/** All but the one that holds a network for two of them. */
const parts = services.filter(([name]) => name !== 'network')
const dockerfiles = ['Dockerfile', 'asterisk/Dockerfile']

/** Names that docker compose takes from .env, with what stands behind the name. */
const substituted = [...file('docker-compose.yml').matchAll(/(?<!\$)\$\{(\w+)([^}]*)\}/g)].map(
  ([, name = '', rest = '']) => ({ name, rest }),
)

/** Names that services/ reads. */
const readByServices = (
  readdirSync(new URL('../../../services', import.meta.url), { recursive: true }) as string[]
)
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => [
    ...file(`services/${name}`).matchAll(/(?:setting|portFor|hostAndPort|needed)\('([A-Z_]+)'/g),
  ])
  .map(([, name = '']) => name)

const examples = [...file('.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(
  ([, name = '', value = '']) => ({
    name,
    value,
  }),
)

describe('docker-compose.yml', () => {
  it('runs the four parts of the hotline', () => {
    expect(parts.map(([name]) => name).sort()).toEqual(['asterisk', 'gateway', 'postgres', 'redis'])
  })

  it('lets gateway and Asterisk share a network that no crash of either can end', () => {
    const owners = parts.flatMap(([, { network_mode }]) => network_mode ?? [])
    expect(owners).toEqual(['service:network', 'service:network'])
    const owner = compose.services['network']
    expect(owner).toMatchObject({ entrypoint: ['sleep', 'infinity'], init: true, restart: 'unless-stopped' })
    for (const [name, { ports }] of parts) expect([name, ports]).toEqual([name, undefined])
  })

  it.each(parts)('%s comes up again by itself and tells its health', (name, service) => {
    expect(service.restart).toBe('unless-stopped')
    const own =
      name === 'gateway' ? file('Dockerfile') : name === 'asterisk' ? file('asterisk/Dockerfile') : ''
    expect(service.healthcheck?.test ?? /^HEALTHCHECK /m.exec(own)).toBeTruthy()
  })

  it.each(services)('%s names only volumes, files and services that exist', (_name, service) => {
    for (const volume of service.volumes ?? []) {
      expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0])
    }
    const others = [...Object.keys(service.depends_on ?? {}), service.network_mode?.replace('service:', '')]
    for (const other of others) if (other !== undefined) expect(compose.services).toHaveProperty(other)
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {}))
      expect(condition).toBe(other === 'network' ? 'service_started' : 'service_healthy')
    if (typeof service.build === 'object') expect(file(service.build.dockerfile)).toContain('FROM ')
  })

  it('keeps every database and recording in a volume', () => {
    for (const [name, service] of parts)
      expect([name, service.volumes?.length]).not.toEqual([name, undefined])
  })

  it('publishes neither database, nor Redis, nor the manager interface', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? [])
    const published = ports.map((port) => port.split(':').at(-1))
    expect(published.sort()).toEqual(['20000-20199/udp', '5060/tcp', '5060/udp', '8088', '8890'])
    // without TLS of its own: for the proxy of this machine alone
    expect(ports).toContain('127.0.0.1:8088:8088')
  })

  it('has no default for a secret', () => {
    const secret = substituted.filter(({ name }) => /PASSWORD|SECRET|KEY/.test(name))
    expect(secret.length).toBeGreaterThanOrEqual(5)
    for (const { name, rest } of secret) expect([name, rest.startsWith(':?')]).toEqual([name, true])
  })

  it('keeps every write of Redis and evicts nothing', () => {
    const settings = compose.services['redis']?.command?.at(-1) ?? ''
    // in place of the shell: it is what the engine asks to end
    expect(settings).toMatch(/^exec redis-server - <<EOF\n[^]*\nEOF\n$/)
    for (const line of ['appendonly yes', 'appendfsync everysec', 'maxmemory-policy noeviction']) {
      expect(settings).toContain(line)
    }
  })
})

describe.each(dockerfiles)('%s', (name) => {
  it('does not run as root', () => {
    const users = [...file(name).matchAll(/^USER (\S+)/gm)].map(([, user]) => user)
    expect(users.at(-1)).toBe('node')
  })

  it('copies only what exists', () => {
    const copied = [...file(name).matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, words = '']) =>
      words.split(' '),
    )
    expect(copied.filter((each) => !existsSync(new URL(`../../../${each}`, import.meta.url)))).toEqual([])
    expect(copied.length).toBeGreaterThan(0)
  })

  it('holds no secret', () => {
    expect(file(name)).not.toMatch(/(SECRET|PASSWORD|TOKEN|KEY)=/)
  })
})

describe('asterisk/Dockerfile', () => {
  /** Files that a program reads when it is started by tsx, which leaves out imports of types. */
  function needs(name: string, found = new Set<string>()): Set<string> {
    if (found.has(name)) return found
    found.add(name)
    const imports = /^(?:import|export) (?!type )[^;']*?from '([^']+)'|\bimport\('([^']+)'\)/gm
    for (const [, from, later] of file(name).matchAll(imports)) {
      const target = from ?? later ?? ''
      if (target.startsWith('.')) needs(join(dirname(name), target), found)
    }
    return found
  }

  it('copies all that its program imports before it runs it', () => {
    const before = file('asterisk/Dockerfile').split(/^RUN node /m)[0] ?? ''
    const copied = [...before.matchAll(/^COPY (\S+) \.\/(\S+)$/gm)].map(([, from, to]) => {
      expect(to).toBe(from)
      return `${from}/`
    })
    const imported = [...needs('services/container-asterisk.ts')]
    expect(imported).toContain('src/statutes/registry.ts')
    expect(imported.filter((name) => !copied.some((folder) => name.startsWith(folder)))).toEqual([])
  })
})

it('kamailio.cfg lets in carriers and nodes before it does anything else', () => {
  const route = file('asterisk/kamailio/kamailio.cfg').split('request_route {')[1] ?? ''
  const first = route.split('\n').find((line) => /^\t\w/.test(line))
  expect(first).toBe('\tif (!allow_source_address("1") && !ds_is_from_list("1", "3")) {')
  expect(file('asterisk/kamailio/carriers.list')).toMatch(/^1 \S+ \d+ \d+$/m)
})

describe('.env.example', () => {
  /** What the providers need before their templates are looked at. */
  const sendable = Object.fromEntries(
    [
      ...['SMS_ALIYUN_TOKEN', 'SMS_ALIYUN_KEY_ID', 'SMS_ALIYUN_KEY_SECRET', 'SMS_ALIYUN_SIGN'],
      ...['SMS_TENCENT_TOKEN', 'SMS_TENCENT_SECRET_ID', 'SMS_TENCENT_SECRET_KEY', 'SMS_TENCENT_APP_ID'],
      ...['SMS_TENCENT_SIGN', 'SMS_KANNEL_TOKEN', 'SMS_KANNEL_SEND_URL', 'SMS_KANNEL_USER'],
      'SMS_KANNEL_PASSWORD',
    ].map((name) => [name, 'x']),
  )
  const names = new Set(examples.map(({ name }) => name))
  const used = new Set([
    ...Object.keys(Env.properties),
    ...readByServices,
    ...substituted.map(({ name }) => name),
  ])

  it('explains every setting there is', () => {
    expect([...used].filter((name) => !names.has(name))).toEqual([])
  })

  it('offers no setting that nobody reads', () => {
    expect([...names].filter((name) => !used.has(name))).toEqual([])
  })

  it('shows JSON in forms that the gateway takes', () => {
    const shown = [...file('.env.example').matchAll(/^# {3}([A-Z_]+)='(.*)'$/gm)].map(
      ([, name = '', value = '']) => [name, value],
    )
    expect(shown.length).toBeGreaterThanOrEqual(6)
    const config = readConfig({
      DATABASE_URL: 'postgres://127.0.0.1/hotline',
      REDIS_URL: 'redis://127.0.0.1',
      HOTLINE_SECRET: 's'.repeat(32),
      HOTLINE_PII_KEY: 'k'.repeat(32),
      ...sendable,
      ...Object.fromEntries(shown),
    })
    expect(config.routing['8890000']).toEqual({ topic: ['enterprise'] })
    expect(config.incidentNotices['应急管理局']).toEqual(['13800000001'])
    expect(config.channels.sms?.kannel?.send?.templates['linkCode']).toContain('{code}')
  })

  it('gives no secret a value', () => {
    const given = examples.filter(
      ({ name, value }) => /PASSWORD|SECRET|TOKEN|_KEY/.test(name) && value !== '',
    )
    expect(given).toEqual([])
  })
})
