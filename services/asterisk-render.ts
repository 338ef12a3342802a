import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { createStatutes } from '../src/statutes/registry.ts'
import { valueOf } from '../src/statutes/types.ts'
import { type AsteriskOptions, type AsteriskTimings, defaultTimings, type Phone } from './asterisk-options.ts'
import { checkout } from './paths.ts'
import { serviceUser } from './service-user.ts'
import type { Tool } from './tools.ts'

const run = promisify(execFile)

/** Where things of one instance lie. */
export interface AsteriskPaths {
  /** the settings file to start it with */
  conf: string
  etc: string
  data: string
  db: string
  spool: string
  /** holds the control socket */
  run: string
  log: string
  /** conversations `CONTACT.wav` and messages `vm-CONTACT.wav`, until the gateway has taken them away */
  recordings: string
  /** how each leg ended, see `asterisk/README.md` */
  contactsCsv: string
  queueLog: string
  /** the pool of phones with their secrets, as JSON */
  phones: string
  certificate: string
}

/** Room for `asterisk.ctl` in the 108 bytes of a socket's address. */
const longestRunFolder = 90

export function asteriskPaths(dir: string): AsteriskPaths {
  const inside = join(dir, 'run')
  // a checkout deep in the file system: a short name that belongs to this folder alone
  const short = join(tmpdir(), `hotline-${createHash('sha256').update(dir).digest('hex').slice(0, 16)}`)
  const log = join(dir, 'log')
  return {
    conf: join(dir, 'etc', 'asterisk.conf'),
    etc: join(dir, 'etc'),
    data: join(dir, 'data'),
    db: join(dir, 'db'),
    spool: join(dir, 'spool'),
    run: inside.length > longestRunFolder ? short : inside,
    log,
    recordings: join(dir, 'recordings'),
    contactsCsv: join(log, 'cdr-custom', 'contacts.csv'),
    queueLog: join(log, 'queue_log'),
    phones: join(dir, 'phones.json'),
    certificate: join(dir, 'etc', 'asterisk.pem'),
  }
}

/** The pool: web phones 1001…, plain ones 2001…. Secrets are made once and kept beside the data. */
export function phonePool(options: AsteriskOptions): Phone[] {
  const { count, secrets = {} } = options.phones
  if (count > 999) throw new Error('the pool of phones has room for 999 of each kind')
  const { phones: file } = asteriskPaths(options.dir)
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Phone[]) : []
  const known = new Map(kept.map(({ number, secret }) => [number, secret]))
  const pool = (['web', 'sip'] as const).flatMap((kind, index) =>
    Array.from({ length: count }, (_, n) => {
      const number = String((index + 1) * 1000 + n + 1)
      const secret = secrets[number] ?? known.get(number) ?? randomBytes(24).toString('hex')
      return { number, secret, kind }
    }),
  )
  writeFileSync(file, JSON.stringify(pool, null, 1), { mode: 0o600 })
  return pool
}

/**
 * Writes the settings of one instance from `asterisk/conf`.
 * @throws Error when a value would change the meaning of a file, or a placeholder has no value
 */
export async function renderAsterisk(options: AsteriskOptions, bin: Tool): Promise<Phone[]> {
  const paths = asteriskPaths(options.dir)
  for (const folder of [
    paths.etc,
    join(paths.etc, 'dialplan'),
    paths.data,
    paths.db,
    paths.spool,
    paths.run,
    join(paths.log, 'cdr-custom'),
    paths.recordings,
  ]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }
  mustBeOurs(paths.run)
  linkShare(bin, paths.data)
  if (options.httpsPort !== undefined) await makeCertificate(paths.certificate, options)
  const phones = phonePool(options)
  const values = valuesOf(options, paths, modulesOf(bin), phones)
  const templates = join(checkout, 'asterisk/conf')
  for (const name of readdirSync(templates, { recursive: true }) as string[]) {
    if (!name.endsWith('.conf')) continue
    const text = readFileSync(join(templates, name), 'utf8').replace(/@([A-Z_]+)@/g, (_, key: string) => {
      const value = values[key]
      if (value === undefined) throw new Error(`asterisk/conf/${name} asks for @${key}@, which has no value`)
      return value
    })
    writeFileSync(join(paths.etc, name), text, { mode: 0o600 })
  }
  return phones
}

/** Every emergency line that a statute names: what a desk can hand over to, the emergency trunk can dial. */
function lifelines(): string[] {
  const statutes = createStatutes()
  const named = statutes.slugs().flatMap((slug) => valueOf(statutes.of(slug).topics.referral.numbers, []))
  return [...new Set(named.flatMap(({ number, emergency }) => (emergency ? [number] : [])))].sort()
}

function valuesOf(
  options: AsteriskOptions,
  paths: AsteriskPaths,
  modules: string,
  phones: Phone[],
): Record<string, string> {
  const {
    sipHost = '127.0.0.1',
    amiHost = '127.0.0.1',
    httpHost = '127.0.0.1',
    numbers = ['12345', '8890', '8890000'],
    emergencyNumbers = lifelines(),
    callBackNumbers = ['_1[3-9]XXXXXXXXX', '_0ZXXXXXXX!', '_ZXXXXXX', '_ZXXXXXXX'],
    emergencyKey = '9',
    menuKeys = '',
    amiPermit = ['127.0.0.1/255.255.255.255'],
    trunkMatch,
    dutyNumber,
    progressNumber,
  } = options
  const timings = { ...defaultTimings, ...options.timings }
  const emergency = /^(.+):(\d+)$/.exec(options.emergencyTrunk)
  if (emergency === null) throw new Error(`the emergency trunk is host:port, not ${options.emergencyTrunk}`)
  // 1 asks for a call back, 2 for progress, and numbers of orders begin with 2 or 3
  if (!/^[04-9]$/.test(emergencyKey)) throw new Error('the emergency key is one digit other than 1, 2 and 3')
  if (progressNumber !== undefined && numbers.includes(progressNumber))
    throw new Error(`the number of progress is no number of the hotline: ${progressNumber}`)
  if (!/^\d*$/.test(menuKeys)) throw new Error('menu keys are digits')
  const onLoopback = sipHost.startsWith('127.')
  const media = onLoopback ? [`media_address = ${sipHost}`, 'bind_rtp_to_media_address = yes'] : []
  return {
    ETC: plain(paths.etc),
    MODULES: plain(modules),
    DATA: plain(paths.data),
    DB: plain(paths.db),
    SPOOL: plain(paths.spool),
    RUN: plain(paths.run),
    LOG: plain(paths.log),
    RECORDINGS: plain(paths.recordings),
    MUSIC: plain(join(paths.data, 'moh')),
    SYSTEM_NAME: word(options.systemName),
    SIP_BIND: address(sipHost),
    SIP_PORT: port(options.sipPort),
    AMI_BIND: address(amiHost),
    AMI_PORT: port(options.amiPort),
    AMI_SECRET: plain(options.amiSecret),
    AMI_PERMIT: amiPermit.map((network) => `permit = ${address(network)}`).join('\n'),
    HTTP_BIND: address(httpHost),
    HTTP_PORT: port(options.httpPort),
    HTTPS_BIND: address(httpHost),
    HTTPS_PORT: port(options.httpsPort ?? 8089),
    TLS_ENABLE: options.httpsPort === undefined ? 'no' : 'yes',
    TLS_CERT: plain(paths.certificate),
    TLS_KEY: plain(keyOf(paths.certificate)),
    RTP_START: port(options.rtpStart),
    RTP_END: port(options.rtpEnd),
    EXTERNAL_ADDRESS: externalAddress(options),
    MEDIA_ADDRESS: media.join('\n'),
    TRUNK_HOST: address(options.trunkHost),
    TRUNK_PORT: port(options.trunkPort),
    TRUNK_MATCH: trunkMatch.map((network) => `match = ${address(network)}`).join('\n'),
    EMERGENCY_HOST: address(emergency[1] ?? ''),
    EMERGENCY_PORT: port(Number(emergency[2])),
    PHONE_ACL: phoneAcl(options.phoneNetworks),
    PHONES: [...phones.map(poolPhone), ...(options.staticPhones ?? []).map(staticPhone)].join('\n\n'),
    INBOUND: numbers.map((number) => `exten => ${digits(number)},1,Goto(arrive,${number},1)`).join('\n'),
    PROGRESS_INBOUND:
      progressNumber === undefined
        ? '; no such number is set'
        : `exten => ${digits(progressNumber)},1,Goto(progress-line,s,1)`,
    HOTLINE_NUMBER: digits(numbers[0] ?? ''),
    EMERGENCY_NUMBERS: emergencyNumbers
      .map((number) => `exten => ${digits(number)},1,Goto(emergency-dial,${number},1)`)
      .join('\n'),
    CALL_BACK_NUMBERS: callBackNumbers
      .map((numbers) => `exten => ${pattern(numbers)},1,Goto(call-back-dial,\${EXTEN},1)`)
      .join('\n'),
    ORDER_CALL_NUMBERS: callBackNumbers.map(orderCallTo).join('\n'),
    ...duty(dutyNumber),
    EMERGENCY_KEY: emergencyKey,
    MENU_KEYS: menuKeys,
    ...lines(options),
    ...timingValues(timings),
  }
}

/**
 * Callers whom the ports for sound carry: each leg takes a pair, one for sound and one for its control, and a conversation
 * has two legs. A twentieth of the pairs, at least four, is for the time when all lines are in use: half of it for callers
 * who are told so, the rest for the emergency line and for colleagues. Local policy.
 */
function lines({ rtpStart, rtpEnd, maxCallers }: AsteriskOptions): Record<string, string> {
  const pairs = Math.floor((rtpEnd - rtpStart + 1) / 2)
  const kept = Math.max(4, Math.ceil(pairs / 20))
  return {
    MAX_CALLERS: String(maxCallers ?? Math.floor((pairs - kept) / 2)),
    MAX_TOLD: String(Math.floor(kept / 2)),
  }
}

/** The same numbers as for call backs, each behind one 0 (`order-call.conf`). */
const orderCallTo = (numbers: string): string => {
  const [mark, rest] = pattern(numbers).startsWith('_') ? ['_', numbers.slice(1)] : ['', numbers]
  return `exten => ${mark}0${rest},1,Goto(order-call-dial,\${EXTEN:1},1)`
}

function timingValues(timings: AsteriskTimings): Record<string, string> {
  const names: Record<keyof AsteriskTimings, string> = {
    heartbeatMaxAge: 'HB_MAX_AGE',
    claimWithin: 'CLAIM_WITHIN',
    holdMax: 'HOLD_MAX',
    slice: 'SLICE',
    sayEvery: 'SAY_EVERY',
    ring: 'RING',
    nativeRing: 'NATIVE_RING',
    nativeAgents: 'NATIVE_AGENTS',
    dutyAfter: 'DUTY_AFTER',
    nativeDuty: 'NATIVE_DUTY',
    emergencyRing: 'EMERGENCY_RING',
    citizenRing: 'CITIZEN_RING',
    voicemailMax: 'VOICEMAIL_MAX',
    rtpTimeout: 'RTP_TIMEOUT',
    rtpTimeoutHold: 'RTP_TIMEOUT_HOLD',
    qualify: 'QUALIFY',
  }
  return Object.fromEntries(
    (Object.keys(names) as (keyof AsteriskTimings)[]).map((key) => {
      const seconds = timings[key]
      if (!Number.isInteger(seconds) || seconds < 0) throw new Error(`timing ${key} is in whole seconds`)
      return [names[key], String(seconds)]
    }),
  )
}

function duty(number: string | undefined): Record<string, string> {
  if (number === undefined) return { DUTY_MEMBER: '; no duty number is set', DUTY_EXTEN: '; none is set' }
  const dial = 'Dial(PJSIP/${DUTY}@trunk,${DUTY_RING},i)'
  return {
    DUTY_MEMBER: 'member => Local/duty@native-duty/n,10,duty',
    DUTY_EXTEN: [
      `exten => duty,1,Set(DUTY=${digits(number)})`,
      ' same => n,Set(CALLERID(all)="" <${HOTLINE}>)',
      ` same => n,${dial}`,
      ' same => n,Hangup()',
    ].join('\n'),
  }
}

const poolPhone = ({
  number,
  secret,
  kind,
}: Phone): string => `[${digits(number)}](${kind === 'web' ? 'web-phone' : 'phone'})
auth = ${number}
aors = ${number}
[${number}](phone-secret)
username = ${number}
password = ${plain(secret)}
[${number}](phone-place)`

const staticPhone = ({
  number,
  contact,
}: {
  number: string
  contact: string
}): string => `[${digits(number)}](phone)
aors = ${number}
[${number}](phone-place)
contact = ${plain(contact)}
qualify_frequency = 0`

function externalAddress({ externalAddress: outside, localNetworks = [] }: AsteriskOptions): string {
  if (outside === undefined) return '; no address translation'
  return [
    `external_signaling_address = ${address(outside)}`,
    `external_media_address = ${address(outside)}`,
    ...localNetworks.map((network) => `local_net = ${address(network)}`),
  ].join('\n')
}

function phoneAcl(networks: string[] | undefined): string {
  if (networks === undefined) return '; phones may be anywhere that reaches the port'
  const permits = networks.map((network) => `permit = ${address(network)}\ncontact_permit = ${network}`)
  return ['deny = 0.0.0.0/0', 'contact_deny = 0.0.0.0/0', ...permits].join('\n')
}

/** The control socket gives full power; in a folder for everybody somebody else may have made its folder before us. */
function mustBeOurs(folder: string): void {
  const { uid, mode } = statSync(folder)
  const ours = [process.getuid?.(), serviceUser()?.uid]
  if (!ours.includes(uid) || (mode & 0o077) !== 0) throw new Error(`${folder} is open to others: remove it`)
}

/** Asterisk looks for its own documents and keys beside the sounds; the latter are ours. */
function linkShare({ root }: Tool, data: string): void {
  const share = join(root, 'usr/share/asterisk')
  for (const name of readdirSync(share)) {
    if (name === 'sounds') continue
    // a link of an earlier version of the package leads nowhere
    rmSync(join(data, name), { force: true, recursive: true })
    symlinkSync(join(share, name), join(data, name))
  }
}

function modulesOf({ root }: Tool): string {
  const libraries = join(root, 'usr/lib')
  const folders = readdirSync(libraries).map((name) => join(libraries, name, 'asterisk/modules'))
  const modules = [...folders, join(libraries, 'asterisk/modules')].find((folder) => existsSync(folder))
  if (modules === undefined) throw new Error(`no Asterisk modules below ${libraries}`)
  return modules
}

const keyOf = (certificate: string): string => join(dirname(certificate), 'asterisk.key')

/** A certificate for this instance's own WSS. An operator who has a real one puts it in its place. */
async function makeCertificate(file: string, { externalAddress: outside }: AsteriskOptions): Promise<void> {
  if (existsSync(file)) return
  const names = ['DNS:localhost', 'IP:127.0.0.1']
  if (outside !== undefined) names.push(`${/^[\d.]+$/.test(outside) ? 'IP' : 'DNS'}:${outside}`)
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const content = ['-days', '3650', '-subj', '/CN=hotline', '-addext', `subjectAltName=${names.join(',')}`]
  await run('openssl', [...request, ...content, '-keyout', keyOf(file), '-out', file], { timeout: 20_000 })
}

// A line break, semicolon or bracket in a value would become another setting.
const checked =
  (what: string, allowed: RegExp) =>
  (value: string): string => {
    if (!allowed.test(value)) throw new Error(`not ${what} for Asterisk's settings: ${JSON.stringify(value)}`)
    return value
  }
const plain = checked('a plain value', /^[^\s;[\]|,"'\\$]+$/)
const word = checked('a short word', /^[A-Za-z0-9-]{1,20}$/)
const digits = checked('a number', /^\d{3,20}$/)
const pattern = checked('a dialplan pattern', /^_?[0-9XZN.!\-[\]]{2,30}$/)
const address = checked('an address', /^[A-Za-z0-9.:/-]+$/)
const port = (value: number): string => {
  if (!Number.isInteger(value) || value < 1 || value > 65_535) throw new Error(`not a port: ${value}`)
  return String(value)
}
