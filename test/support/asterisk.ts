import { connect, type Socket } from 'node:net'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Asterisk, type AsteriskOptions, startAsterisk } from '../../services/asterisk.ts'
import { ownPorts, unusedPort } from './ports.ts'
import { theRun } from './run.ts'

/** A number range whose phones SIPp plays at one address. */
export interface PhoneBank {
  host: string
  port: number
  numbers: string[]
}

export interface TestAsterisk extends Asterisk {
  options: AsteriskOptions
  /** `host:port` for callers */
  sip: string
  /** where the duty telephone and called-back citizens answer */
  trunk: { host: string; port: number }
  /** where the emergency line answers */
  emergency: { host: string; port: number }
  /** phones 3001…, 3101…, 3201… */
  banks: PhoneBank[]
  /** warnings and errors that Asterisk wrote down: a dialplan that works makes none */
  complaints(): string[]
}

const sound = ownPorts(10_000, 20_000)
/** So many Asterisks of one file have ports for sound of their own, 400 calls each; one more shares with the first. */
const soundRanges = Math.floor((sound.last - sound.first) / 800)
let count = 0
const unique = (): string => `${process.pid.toString(36)}${(count += 1)}`

/**
 * An Asterisk of its own, on free ports, with `banks` × 10 phones for SIPp. Boots in about half a second.
 * @param overrides e.g. shorter timings
 */
export async function startTestAsterisk(
  overrides: Partial<AsteriskOptions> & { banks?: number } = {},
): Promise<TestAsterisk> {
  const { banks: bankCount = 3, ...rest } = overrides
  const name = unique()
  const folder = rest.dir ?? join(theRun().folder, `asterisk-${name}`)
  const trunk = { host: '127.0.0.2', port: await unusedPort('127.0.0.2') }
  const emergency = { host: '127.0.0.4', port: await unusedPort('127.0.0.4') }
  const banks: PhoneBank[] = []
  for (let bank = 0; bank < bankCount; bank += 1) {
    const first = 3001 + bank * 100
    banks.push({
      host: '127.0.0.3',
      port: await unusedPort('127.0.0.3'),
      numbers: Array.from({ length: 10 }, (_, n) => String(first + n)),
    })
  }
  const rtpStart = sound.first + (count % soundRanges) * 800
  const options: AsteriskOptions = {
    dir: folder,
    systemName: `t${name}`,
    sipPort: await unusedPort(),
    amiPort: await unusedPort(),
    httpPort: await unusedPort(),
    amiSecret: 'test-only',
    rtpStart,
    rtpEnd: rtpStart + 799,
    trunkMatch: ['127.0.0.2/32'],
    trunkHost: trunk.host,
    trunkPort: trunk.port,
    emergencyTrunk: `${emergency.host}:${emergency.port}`,
    phones: { count: 3 },
    staticPhones: banks.flatMap(({ host, port, numbers }) =>
      numbers.map((number) => ({ number, contact: `sip:${number}@${host}:${port}` })),
    ),
    ...rest,
  }
  const asterisk = await startAsterisk(options)
  const complaints = (): string[] =>
    readFileSync(join(asterisk.paths.log, 'messages'), 'utf8')
      .split('\n')
      .filter((line) => /\] (WARNING|ERROR)\[/.test(line))
      // the first is said of every caller who finds nobody signed in, the next two when
      // somebody hangs up just then, the last when the stack warms up
      .filter(
        (line) =>
          !/Unable to join queue|Session already DISCONNECTED|Failed to write frame|func_global.c: Channel|pjproject:/.test(
            line,
          ),
      )
  return { ...asterisk, options, sip: `127.0.0.1:${options.sipPort}`, trunk, emergency, banks, complaints }
}

/** A folder of prompts that last a moment, `ms`, for whoever waits for what comes after them. */
export function shortPrompts(names: readonly string[], ms = 300): string {
  const folder = join(theRun().folder, `prompts-${unique()}`)
  mkdirSync(folder, { recursive: true })
  const samples = ms * 8
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples * 2, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8_000, 24)
  header.writeUInt32LE(16_000, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples * 2, 40)
  const wav = Buffer.concat([header, Buffer.alloc(samples * 2)])
  for (const name of names) writeFileSync(join(folder, `${name}.wav`), wav)
  return folder
}

/** One AMI message; a header that comes several times keeps its last value. */
export type AmiMessage = Record<string, string>

/** The smallest AMI client that can play the gateway. Not the product's: the dialplan is tested without it. */
export class TestAmi {
  readonly events: AmiMessage[] = []
  private readonly socket: Socket
  private readonly waiting = new Map<string, (message: AmiMessage) => void>()
  private readonly watchers = new Set<(event: AmiMessage) => void>()
  private rest = ''
  private last = 0
  private beat: NodeJS.Timeout | undefined

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('utf8')
    socket.on('error', () => {})
    socket.on('data', (chunk: string) => this.take(chunk))
  }

  static async connect({ options }: TestAsterisk): Promise<TestAmi> {
    const socket = connect(options.amiPort, '127.0.0.1')
    await new Promise<void>((open, fail) => {
      socket.once('connect', open)
      socket.once('error', fail)
    })
    const ami = new TestAmi(socket)
    const login = await ami.action('Login', { Username: 'gateway', Secret: options.amiSecret })
    if (login['Response'] !== 'Success') throw new Error(`AMI login: ${login['Message']}`)
    return ami
  }

  action(name: string, fields: Record<string, string | string[]> = {}): Promise<AmiMessage> {
    const id = String((this.last += 1))
    const lines = Object.entries(fields).flatMap(([key, value]) =>
      [value].flat().map((single) => `${key}: ${single}`),
    )
    return new Promise((answer) => {
      this.waiting.set(id, answer)
      this.socket.write([`Action: ${name}`, `ActionID: ${id}`, ...lines, '', ''].join('\r\n'))
    })
  }

  /** The first event that fits, past or future. */
  event(
    fits: (event: AmiMessage) => boolean,
    what = 'event',
    ms = 20_000,
    contact?: string,
  ): Promise<AmiMessage> {
    const past = this.events.find(fits)
    if (past !== undefined) return Promise.resolve(past)
    return new Promise((found, fail) => {
      const watcher = (event: AmiMessage): void => {
        if (!fits(event)) return
        clearTimeout(late)
        this.watchers.delete(watcher)
        found(event)
      }
      const late = setTimeout(() => {
        this.watchers.delete(watcher)
        const seen = this.events
          .filter(({ Linkedid }) => contact === undefined || Linkedid === contact)
          .map(told)
        fail(new Error(`no ${what} within ${ms} ms; seen: ${seen.slice(-40).join(' · ')}`))
      }, ms)
      this.watchers.add(watcher)
    })
  }

  /** The first UserEvent of that name for a contact (or for any), with these headers. */
  user(name: string, contact?: string, headers: AmiMessage = {}, ms?: number): Promise<AmiMessage> {
    const fits = (event: AmiMessage): boolean =>
      event['UserEvent'] === name &&
      (contact === undefined || event['ContactId'] === contact) &&
      Object.entries(headers).every(([key, value]) => event[key] === value)
    return this.event(fits, `${name} ${JSON.stringify(headers)}`, ms, contact)
  }

  /** UserEvents of a contact so far, oldest first. */
  story(contact: string): string[] {
    return this.events.flatMap((event) => (event['ContactId'] === contact ? [event['UserEvent'] ?? ''] : []))
  }

  /** A living gateway: tells every second the time of the Ping before. */
  startHeartbeat(): Promise<void> {
    const once = async (): Promise<void> => {
      const pong = await this.action('Ping')
      await this.action('Setvar', { Variable: 'GW_HB', Value: pong['Timestamp'] ?? '' })
    }
    this.beat = setInterval(() => void once(), 1_000)
    return once()
  }

  stopHeartbeat(): void {
    clearInterval(this.beat)
  }

  /** Claims every new contact, as a gateway does after its commit. */
  claimAll(): void {
    this.watchers.add((event) => {
      if (event['UserEvent'] === 'ContactNew') void this.setvar(event['Channel'] ?? '', 'GW_SEEN', '1')
    })
  }

  setvar(channel: string, name: string, value: string): Promise<AmiMessage> {
    return this.action('Setvar', { Channel: channel, Variable: name, Value: value })
  }

  redirect(
    channel: string,
    context: string,
    exten = 's',
    extra?: { channel: string; context: string; exten?: string },
  ): Promise<AmiMessage> {
    const second =
      extra === undefined
        ? {}
        : {
            ExtraChannel: extra.channel,
            ExtraContext: extra.context,
            ExtraExten: extra.exten ?? 's',
            ExtraPriority: '1',
          }
    return this.action('Redirect', {
      Channel: channel,
      Context: context,
      Exten: exten,
      Priority: '1',
      ...second,
    })
  }

  close(): void {
    this.stopHeartbeat()
    this.socket.destroy()
  }

  private take(chunk: string): void {
    this.rest += chunk
    for (let end = this.rest.indexOf('\r\n\r\n'); end >= 0; end = this.rest.indexOf('\r\n\r\n')) {
      const block = this.rest.slice(0, end)
      this.rest = this.rest.slice(end + 4)
      const message: AmiMessage = {}
      for (const line of block.split('\r\n')) {
        const colon = line.indexOf(':')
        if (colon > 0) message[line.slice(0, colon)] = line.slice(colon + 1).trim()
      }
      if (message['Response'] !== undefined) {
        this.waiting.get(message['ActionID'] ?? '')?.(message)
        this.waiting.delete(message['ActionID'] ?? '')
      } else {
        this.events.push(message)
        for (const watcher of this.watchers) watcher(message)
      }
    }
  }
}

/** An event in one line, for messages of failed tests. */
function told(event: AmiMessage): string {
  const headers = [
    'Channel',
    'DestChannel',
    'Reason',
    'Stage',
    'Agent',
    'DialStatus',
    'Role',
    'QueueStatus',
    'Cause',
  ]
  const name = event['UserEvent'] ?? event['Event'] ?? ''
  return [name, ...headers.flatMap((key) => (event[key] ? [`${key}=${event[key]}`] : []))].join(' ')
}
