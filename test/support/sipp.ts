import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { tool } from '../../services/tools.ts'
import { canBindUdp, ownPorts, unusedPort } from './ports.ts'

/** Citizens, phones and far ends played by SIPp, on the loopback address, each bounded in count and time. */

/** What one SIPp process does, as its own log tells it. */
export interface SippRecord {
  /** number of the call within its process, from 1 */
  call: number
  what: 'answered' | 'hung up' | 'was hung up on' | 'refused' | 'rings' | 'cancelled' | 'refuses'
  /** status of a refusal, or the number that was called */
  detail: string
}

export interface Sipp {
  pid: number
  records(): SippRecord[]
  /** resolves with the first record that fits; rejects when the process ends without one, or after `ms` (20 s) */
  record(fits: (record: SippRecord) => boolean, ms?: number): Promise<SippRecord>
  /** what SIPp complained about */
  said(): string
  /** every SIP message so far */
  messages(): string
  /** exit code: 0 = all calls went by the scenario */
  ended: Promise<number>
  /** SIGKILL: no BYE, the line is dead */
  kill(): Promise<void>
}

const running = new Set<Sipp>()

/** Kills what a test left running; for `afterAll`. */
export async function endAllSipp(): Promise<void> {
  await Promise.all([...running].map((sipp) => sipp.kill()))
}

const media = ownPorts(33_000, 59_000)
let nextMediaPort = media.first + 4 * Math.floor((Math.random() * (media.last - media.first)) / 4)

/**
 * SIPp takes this port for the first sound stream and the ones after it for further calls. Ranges are given in turn, so that
 * looking at one never touches a port that another SIPp is about to take.
 */
async function freeMediaPort(host: string, calls: number): Promise<number> {
  const size = Math.max(4, Math.min(calls, 20) * 2)
  for (let tries = 0; tries < 200; tries += 1) {
    if (nextMediaPort + size > media.last) nextMediaPort = media.first
    const first = nextMediaPort
    nextMediaPort += size
    const wanted = Array.from({ length: size }, (_, n) => first + n)
    const free = await Promise.all(wanted.map((port) => canBindUdp(host, port)))
    if (free.every(Boolean)) return first
  }
  throw new Error(`no free ports for sound on ${host}`)
}

let told = 0

/** Sends the message by which a scenario is told to go on, or to hang up; a copy of an earlier one would be overheard. */
function tell(host: string, port: number, callId: string): void {
  const socket = createSocket('udp4')
  const lines = [
    'MESSAGE sip:test SIP/2.0',
    'Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK-test',
    `Call-ID: ${callId}`,
  ]
  const rest = [
    'From: <sip:test@127.0.0.1>;tag=1',
    'To: <sip:test@127.0.0.1>',
    `CSeq: ${(told += 1)} MESSAGE`,
    'Content-Length: 0',
  ]
  socket.send([...lines, ...rest, '', ''].join('\r\n'), port, host, () => socket.close())
}

interface SippRun {
  scenario: string
  values: Record<string, string>
  host: string
  port?: number | undefined
  target?: string | undefined
  /** how Call-IDs are made, `%u` = number of the call */
  callId?: string | undefined
  calls: number
  /** calls a second */
  rate?: number | undefined
  /** the process ends after so long, whatever happens */
  limitMs: number
}

async function startSipp(run: SippRun): Promise<Sipp> {
  const { command, args, env } = await tool('sipp')
  const folder = mkdtempSync(join(tmpdir(), 'hotline-sipp-'))
  const values: Record<string, string> = { SOUND: silence(folder), ...run.values }
  const template = readFileSync(new URL(`sipp/${run.scenario}.xml`, import.meta.url), 'utf8')
  const scenario = join(folder, 'scenario.xml')
  writeFileSync(
    scenario,
    template.replace(/@([A-Z]+)@/g, (whole, key: string) => values[key] ?? whole),
  )
  const log = join(folder, 'log')
  const trace = join(folder, 'messages')
  const { host, port, calls, rate, limitMs, callId, target } = run
  const given = (option: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [option, String(value)]
  const place = [
    '-i',
    host,
    '-mi',
    host,
    '-mp',
    String(await freeMediaPort(host, calls)),
    ...given('-p', port),
  ]
  const bounds = ['-m', String(calls), '-l', String(calls), '-timeout', `${limitMs}ms`, '-timeout_error']
  const pace = [...given('-r', rate), ...given('-cid_str', callId)]
  const files = ['-trace_logs', '-log_file', log, '-trace_msg', '-message_file', trace]
  const all = [...args, '-sf', scenario, ...place, ...bounds, ...pace, ...files, '-nostdin', '-aa']
  const child = spawn(command, target === undefined ? all : [...all, target], {
    cwd: folder,
    env: { ...process.env, ...env, TERM: 'dumb' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return watch(child, folder, log, trace)
}

function watch(child: ChildProcess, folder: string, log: string, trace: string): Sipp {
  let code: number | undefined
  let said = ''
  let lastMessages = ''
  let lastRecords: SippRecord[] = []
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)))
  const messages = (): string => (existsSync(trace) ? readFileSync(trace, 'utf8') : lastMessages)
  const records = (): SippRecord[] => (existsSync(log) ? read(readFileSync(log, 'utf8')) : lastRecords)
  const sipp: Sipp = {
    pid: child.pid ?? 0,
    records,
    messages,
    said: () => said,
    async record(fits, ms = 20_000) {
      const end = performance.now() + ms
      for (;;) {
        const over = code !== undefined || performance.now() > end
        const found = records().find(fits)
        if (found !== undefined) return found
        if (over)
          throw new Error(
            `SIPp (exit ${code}) never said that: ${JSON.stringify(records())} ${said} ${lastMessages.slice(-2500)}`,
          )
        await delay(20)
      }
    },
    ended: new Promise((done) =>
      child.once('exit', (exit, signal) => {
        code = exit ?? (signal === null ? 255 : 254)
        lastMessages = messages()
        lastRecords = records()
        running.delete(sipp)
        rmSync(folder, { recursive: true, force: true })
        done(code)
      }),
    ),
    async kill() {
      child.kill('SIGKILL')
      await sipp.ended
    },
  }
  running.add(sipp)
  return sipp
}

function read(log: string): SippRecord[] {
  const line = /^(\d+) (answered|hung up|was hung up on|refused|rings|cancelled|refuses)\b *(.*)$/
  return log.split('\n').flatMap((text) => {
    const [, call, what, detail] = line.exec(text.trim()) ?? []
    return call === undefined
      ? []
      : [{ call: Number(call), what: what as SippRecord['what'], detail: detail ?? '' }]
  })
}

/** One second of A-law near-silence that is not quite nothing, so that it shows in a recording. */
function silence(folder: string): string {
  const file = join(folder, 'sound.alaw')
  const tone = Uint8Array.from({ length: 8_000 }, (_, n) => (n % 16 < 8 ? 0x85 : 0x05))
  writeFileSync(file, tone)
  return file
}

/** What a citizen does after the call was answered; `told` waits for `goOn`. */
export type Step = { wait: number } | { press: string } | 'told'

/** A citizen waits no longer than this for `goOn`. */
const patienceMs = 60_000

export interface CallOptions {
  /** `host:port` of Asterisk */
  target: string
  to: string
  /** calling number; absent: withheld */
  from?: string
  /** the whole From header in place of `from`, e.g. to try injections */
  rawFrom?: string
  /** further header lines */
  headers?: string[]
  /** address of the trunk; 127.0.0.2 */
  host?: string
  steps?: Step[]
  /** hangs up so long after the last step; absent: waits for the other side, at most 60 s */
  hangUpAfterMs?: number
  count?: number
  rate?: number
}

export interface Call extends Sipp {
  /** rejects when the call is refused */
  answered: Promise<void>
  /** takes the step after `told` (with `count`, the first of them) */
  goOn(): void
  /** hangs up now (with `count`, the first of them); resolves when the process has ended */
  hangUp(): Promise<void>
}

/** Places a call, or `count` of them, through the trunk. */
export async function placeCall(options: CallOptions): Promise<Call> {
  const { target, to, from, rawFrom, headers = [], host = '127.0.0.2', steps = [], count = 1, rate } = options
  const last: Step = { wait: options.hangUpAfterMs ?? 60_000 }
  const all = [...steps, last]
  const anonymous = '"Anonymous" <sip:anonymous@anonymous.invalid>'
  const caller = rawFrom ?? (from === undefined ? anonymous : `<sip:${from}@${host}>`)
  const waiting = all.reduce((sum, step) => sum + longest(step), 0)
  const port = await unusedPort(host)
  const name = randomUUID()
  const sipp = await startSipp({
    callId: `%u-${name}`,
    port,
    scenario: 'caller',
    values: {
      TO: to,
      FROM: caller,
      HEADERS: headers.map((line) => `${line}\n`).join(''),
      REFUSALS: [401, 403, 404, 480, 484, 486, 500, 503, 603].map(refusal).join('\n'),
      STEPS: all
        .map((step, index) =>
          step === 'told' || 'wait' in step ? wait(step, index) : press(step.press, caller, index),
        )
        .join('\n'),
    },
    host,
    target,
    calls: count,
    rate,
    limitMs: waiting + 20_000 + (rate === undefined ? 0 : (count / rate) * 1_000),
  })
  const answered = sipp
    .record(({ what }) => what === 'answered' || what === 'refused')
    .then(({ what, detail }) => {
      if (what === 'refused') throw new Error(`refused with ${detail}`)
    })
  answered.catch(() => {})
  const hangUp = async (): Promise<void> => {
    await answered
    tell(host, port, `1-${name}`)
    await sipp.ended
  }
  return { ...sipp, answered, hangUp, goOn: () => tell(host, port, `1-${name}`) }
}

const refusal = (status: number): string =>
  `  <recv response="${status}" optional="true" next="refused"><action><log message="[call_number] refused ${status}"/></action></recv>`

const longest = (step: Step): number => (step === 'told' ? patienceMs : 'wait' in step ? step.wait : 0)

const wait = (step: { wait: number } | 'told', index: number): string => {
  const limit = `timeout="${Math.max(1, longest(step))}" ontimeout="step${index}"`
  const next = step === 'told' ? `step${index}` : 'hangup'
  return `  <recv request="MESSAGE" optional="true" next="${next}" ${limit}/>
  <recv request="BYE" next="bye" ${limit}/>
  <label id="step${index}"/>`
}

/** A key by SIP INFO: SIPp's RFC 4733 keys need a raw socket, which only root has. */
const press = (key: string, caller: string, index: number): string => `  <send retrans="500"><![CDATA[
INFO [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: ${caller};tag=[pid]T[call_number]
To:[$far]
Call-ID: [call_id]
CSeq: ${10 + index} INFO
Max-Forwards: 70
Content-Type: application/dtmf-relay
Content-Length: [len]

Signal=${key}
Duration=120
]]></send>
  <recv response="200"/>`

export interface PhoneOptions {
  /** address and port at which Asterisk looks for them */
  host: string
  port: number
  /** absent: never answers */
  answerAfterMs?: number
  /** hangs up after so long; absent: when the caller does, at most 120 s */
  talkMs?: number
  /** Q.850 cause told with its own BYE, e.g. 41 for a failure */
  byeCause?: number
  /** answers every call with this in place of ringing */
  refuseWith?: '486 Busy Here' | '480 Temporarily Unavailable' | '603 Decline' | '503 Service Unavailable'
  /** ends after so many calls; 200 */
  calls?: number
  limitMs?: number
}

export interface Phones extends Sipp {
  /** the phone of that number hangs up its last call */
  hangUp(number: string): Promise<void>
}

/** Phones at one address: one process answers for all numbers that Asterisk looks for there. */
export async function startPhones(options: PhoneOptions): Promise<Phones> {
  const {
    host,
    port,
    answerAfterMs,
    talkMs = 120_000,
    byeCause,
    refuseWith,
    calls = 200,
    limitMs = 180_000,
  } = options
  const reason = byeCause === undefined ? '' : `Reason: Q.850;cause=${byeCause}\n`
  const sipp = await startSipp({
    scenario: refuseWith === undefined ? 'phone' : 'refuser',
    values: {
      RING: String(Math.max(1, answerAfterMs ?? 120_000)),
      TALK: String(talkMs),
      REASON: reason,
      STATUS: refuseWith ?? '',
    },
    host,
    port,
    calls,
    limitMs,
  })
  await listening(host, port, sipp)
  return {
    ...sipp,
    async hangUp(number) {
      const rang = sipp
        .records()
        .findLast(({ what, detail }) => what === 'rings' && detail.startsWith(`${number} `))
      if (rang === undefined) throw new Error(`phone ${number} never rang`)
      tell(host, port, rang.detail.split(' ')[1] ?? '')
      await sipp.record(({ call, what }) => call === rang.call && what === 'hung up')
    },
  }
}

/** A call to a phone that is not up yet would be lost: the socket is looked up in the kernel's table. */
async function listening(host: string, port: number, sipp: Sipp): Promise<void> {
  const address = host
    .split('.')
    .reverse()
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')
  const socket = `${address}:${port.toString(16).padStart(4, '0')}`.toUpperCase()
  let over = false
  void sipp.ended.then(() => (over = true))
  while (!readFileSync('/proc/net/udp', 'utf8').includes(socket)) {
    if (over) throw new Error(`SIPp could not take ${host}:${port}: ${sipp.said()}`)
    await delay(10)
  }
}
