import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs'
import type { Command } from '../command.ts'
import { chromiumIfPresent } from '../chromium.ts'
import { hasApt } from '../debian.ts'
import { dataHome, servicesHome } from '../paths.ts'
import { isFree } from '../ports.ts'
import { currentRun } from '../run-file.ts'
import { secretsFile, setting } from '../settings.ts'
import { noted } from '../supervisor.ts'
import { isAlive } from '../processes.ts'
import { toolIfPresent, type ToolName } from '../tools.ts'

/** One thing that was looked at. `bad` means the hotline cannot work; `note` is good to know. */
interface Finding {
  state: 'good' | 'note' | 'bad'
  what: string
}

const good = (what: string): Finding => ({ state: 'good', what })
const note = (what: string): Finding => ({ state: 'note', what })
const bad = (what: string): Finding => ({ state: 'bad', what })

/** Programs, with the setting that makes each unnecessary. */
const programs: [ToolName, string | undefined][] = [
  ['postgres', 'DATABASE_URL'],
  ['pg_dump', undefined],
  ['redis-server', 'REDIS_URL'],
  ['asterisk', 'AMI_URL'],
  ['espeak-ng', undefined],
  ['sox', undefined],
  ['sipp', undefined],
]

async function onPrograms(): Promise<Finding[]> {
  return Promise.all(
    programs.map(async ([name, insteadBy]) => {
      if (insteadBy !== undefined && setting(insteadBy) !== undefined)
        return good(`${name}: not needed, ${insteadBy} is set`)
      const found = await toolIfPresent(name)
      if (found !== undefined)
        return good(`${name} ${found.version} (${found.root === '/' ? "the machine's" : 'private'})`)
      if (hasApt())
        return note(`${name}: not here yet; it is fetched from Debian's packages when it is needed`)
      return bad(
        `${name}: not on this machine, and without apt it cannot be fetched; install it${insteadBy ? ` or set ${insteadBy}` : ''}`,
      )
    }),
  )
}

function onMachine(): Finding[] {
  const home = dataHome()
  const findings = [good(`Node.js ${process.versions.node}`)]
  try {
    mkdirSync(home, { recursive: true })
    accessSync(home, constants.W_OK)
    const { bavail, bsize } = statfsSync(home)
    const free = Math.floor((Number(bavail) * Number(bsize)) / 2 ** 30)
    const words = `private data in ${home}, ${free} GiB free`
    findings.push(free < 2 ? bad(`${words}: too little for the database and recordings`) : good(words))
  } catch {
    findings.push(bad(`private data in ${home}: this account may not write there; set HOTLINE_DATA`))
  }
  const services = servicesHome()
  if (services !== home) {
    findings.push(
      note(
        `PostgreSQL does not run as root, and its account cannot enter ${home}: its data are in ${services}`,
      ),
    )
  }
  findings.push(
    existsSync('/usr/share/zoneinfo/Asia/Shanghai')
      ? good('time zones are installed')
      : bad('time zones are missing (package tzdata): PostgreSQL could not compute Chinese time'),
    chromiumIfPresent() === undefined
      ? note('no Chromium: only the browser tests need it (apt-get install chromium fonts-noto-cjk)')
      : good('Chromium for the browser tests'),
    existsSync(secretsFile())
      ? good(
          `secrets in ${secretsFile()}; keep a copy elsewhere, without it identities in the database are unreadable`,
        )
      : note('secrets are made at the first start'),
  )
  return findings
}

/** A channel works when all of its settings are there; half a configuration is worth a word. */
const channels: [string, string[]][] = [
  ['WeChat', ['WECHAT_TOKEN', 'WECHAT_APPID', 'WECHAT_AES_KEY', 'WECHAT_SECRET']],
  ['SMS by Aliyun', ['SMS_ALIYUN_TOKEN']],
  ['SMS by Tencent', ['SMS_TENCENT_TOKEN']],
  ['SMS by Kannel', ['SMS_KANNEL_TOKEN']],
  ['duty telephone', ['HOTLINE_DUTY_NUMBER']],
]

function onChannels(): Finding[] {
  return channels.map(([name, names]) => {
    const missing = names.filter((each) => setting(each) === undefined)
    if (missing.length === 0) return good(`${name}: configured`)
    const off = missing.length === names.length
    return note(`${name}: off; ${off ? 'to switch it on set' : 'still missing:'} ${missing.join(', ')}`)
  })
}

/** A phone in the browser that has the gateway's socket alone is lost with it, and the native queue cannot ring it. */
function onPhones(): Finding[] {
  if (setting('HOTLINE_ASTERISK_WSS') !== undefined)
    return [good("browsers' phones: they go on through Asterisk's own socket while the gateway is away")]
  if (setting('HOTLINE_PUBLIC_URL') === undefined)
    return [note("browsers' phones: with HOTLINE_PUBLIC_URL unset, only those on this machine work")]
  return [
    note(
      "browsers' phones: while the gateway is away the native queue cannot ring them; set HOTLINE_ASTERISK_WSS to Asterisk's own socket",
    ),
  ]
}

async function onRun(): Promise<Finding[]> {
  const leftOver = noted().filter(({ entry }) => !isAlive(entry.owner) && isAlive(entry.process))
  const findings = leftOver.map(({ entry }) =>
    note(
      `${entry.service} (process ${entry.process.pid}) was left behind by a killed run; ./hotline stop ends it`,
    ),
  )
  const run = currentRun()
  const host = setting('HOTLINE_HOST') ?? '127.0.0.1'
  const port = Number(setting('HOTLINE_PORT') ?? 8890)
  if (run === undefined && (await isFree(port, host)))
    return [...findings, note(`no gateway runs on port ${port}`)]
  const url = run?.url ?? `http://${host}:${port}`
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(3_000) })
    const { status, checks = {} } = (await answer.json()) as {
      status: string
      checks?: Record<string, unknown>
    }
    findings.push((answer.status === 200 ? good : bad)(`the gateway at ${url} says: ${status}`))
    for (const [name, state] of Object.entries(checks)) {
      const words = typeof state === 'string' ? state : JSON.stringify(state)
      findings.push((/^"?(ok|up|off)/.test(words) ? good : note)(`  ${name}: ${words}`))
    }
  } catch {
    findings.push(
      run === undefined
        ? bad(`something listens on port ${port} that is no gateway; set HOTLINE_PORT`)
        : bad(`the gateway at ${url} does not answer; its log is in ${dataHome()}/log`),
    )
  }
  return findings
}

const marks = { good: ' ok ', note: 'note', bad: 'BAD ' }

export const doctor: Command = {
  usage: 'doctor',
  does: 'what is configured, what answers, what is missing, in words',
  words: [0, 0],
  async run() {
    const parts: [string, Finding[]][] = [
      ['Machine', onMachine()],
      ['Programs', await onPrograms()],
      ['Channels', onChannels()],
      ['Phones', onPhones()],
      ['Running', await onRun()],
    ]
    for (const [title, findings] of parts) {
      process.stdout.write(`${title}\n`)
      for (const { state, what } of findings) process.stdout.write(`  [${marks[state]}] ${what}\n`)
    }
    return parts.some(([, findings]) => findings.some(({ state }) => state === 'bad')) ? 1 : 0
  },
}
