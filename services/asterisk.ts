import { execFile } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { AsteriskOptions, Phone } from './asterisk-options.ts'
import { makeSounds } from './asterisk-prompts.ts'
import { type AsteriskPaths, asteriskPaths, renderAsterisk } from './asterisk-render.ts'
import { answers, launch, type Running } from './launch.ts'
import { trimLogs } from './logs.ts'
import { servicesHome } from './paths.ts'
import { endProcess, isAlive, type ProcessMark } from './processes.ts'
import { toTerminal } from './report.ts'
import { canReach, serviceUser } from './service-user.ts'
import { type Tool, tool } from './tools.ts'

const run = promisify(execFile)

export type { AsteriskOptions, Phone, StaticPhone } from './asterisk-options.ts'
export type { AsteriskPaths } from './asterisk-render.ts'

export interface Asterisk extends Running {
  /** runs one console command and gives what it printed */
  cli(command: string): Promise<string>
  paths: AsteriskPaths
  phones: Phone[]
  /** for `AMI_URL` */
  amiUrl: string
}

/** glibc keeps freed memory of a busy hour for ever; this gives it back. */
const trimEveryMs = 10 * 60_000

/**
 * Renders the settings, makes missing prompts and starts one Asterisk; resolves when it is fully booted. Another one that
 * a killed run left in the same folder is ended first. Several instances live side by side on different ports and folders.
 * @throws Error with Asterisk's own last lines when it does not come up
 */
export async function startAsterisk(options: AsteriskOptions): Promise<Asterisk> {
  const { dir, report = toTerminal, log = join(dir, 'asterisk.log'), emergencyKey = '9' } = options
  const bin = options.bin ?? (await tool('asterisk', report))
  const paths = asteriskPaths(dir)
  mkdirSync(dirname(dir), { recursive: true, mode: 0o755 })
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  await endPredecessor(dir)
  await mustBeFree(options)
  const phones = await renderAsterisk(options, bin)
  await makeSounds({
    sounds: join(paths.data, 'sounds'),
    music: join(paths.data, 'moh'),
    cache: join(servicesHome(), 'sounds'),
    overrides: options.promptOverrides,
    emergencyKey,
  })
  // root would be more than it needs; where the folder cannot be reached by another account root has to do
  const asServiceUser = canReach(dirname(dir))
  if (asServiceUser) giveAll(dir, paths)
  const running = await launch({
    service: 'asterisk',
    tool: bin,
    args: ['-C', paths.conf, '-f'],
    cwd: dir,
    log,
    env: { MALLOC_ARENA_MAX: '2' },
    asServiceUser,
    graceMs: 5_000,
    ...(options.removes === undefined ? {} : { removes: options.removes }),
  })
  writeFileSync(markFile(dir), JSON.stringify(running.mark))
  const cli = (command: string): Promise<string> => ask(bin, paths, command)
  await answers('asterisk', running, log, async () => {
    if (!/fully booted/i.test(await cli('core waitfullybooted'))) throw new Error('not booted yet')
  })
  const trim = setInterval(() => {
    // a stranger who tries passwords fills it; what the gateway reads after a gap is never cut
    trimLogs(paths.log, (name) => name === 'security' || name === 'messages')
    void cli('malloc trim').catch(() => {})
  }, trimEveryMs)
  trim.unref()
  void running.exited.then(() => {
    clearInterval(trim)
    if (!paths.run.startsWith(dir)) rmSync(paths.run, { recursive: true, force: true })
  })
  const amiUrl = `ami://gateway:${options.amiSecret}@${options.amiHost ?? '127.0.0.1'}:${options.amiPort}`
  return { ...running, cli, paths, phones, amiUrl }
}

async function ask({ command, args, env }: Tool, { conf }: AsteriskPaths, words: string): Promise<string> {
  const asked = [...args, '-C', conf, '-rx', words]
  const { stdout } = await run(command, asked, { env: { ...process.env, ...env }, timeout: 10_000 })
  return stdout
}

/** Asterisk would start without the part whose port is taken, and only its log would tell. */
async function mustBeFree(options: AsteriskOptions): Promise<void> {
  const { sipHost = '127.0.0.1', amiHost = '127.0.0.1', httpHost = '127.0.0.1' } = options
  const wanted = [
    { what: 'SIP', host: sipHost, port: options.sipPort },
    { what: 'AMI', host: amiHost, port: options.amiPort },
    { what: 'WebSocket', host: httpHost, port: options.httpPort },
    ...(options.httpsPort === undefined ? [] : [{ what: 'WSS', host: httpHost, port: options.httpsPort }]),
  ]
  // the last threads of a predecessor may hold its ports a moment longer than its main one
  const end = performance.now() + 2_000
  for (const { what, host, port } of wanted) {
    for (;;) {
      const taken = await whyTaken(host, port)
      if (taken === undefined) break
      if (performance.now() > end)
        throw new Error(`Asterisk cannot use ${host}:${port} for ${what}: ${taken}`)
      await delay(50)
    }
  }
}

function whyTaken(host: string, port: number): Promise<string | undefined> {
  return new Promise((told) => {
    const probe = createServer()
    probe.once('error', ({ message }) => told(message))
    probe.listen(port, host, () => probe.close(() => told(undefined)))
  })
}

const markFile = (dir: string): string => join(dir, 'asterisk.process.json')

async function endPredecessor(dir: string): Promise<void> {
  const file = markFile(dir)
  if (!existsSync(file)) return
  try {
    const mark = JSON.parse(readFileSync(file, 'utf8')) as ProcessMark
    if (isAlive(mark)) await endProcess(mark, 'SIGTERM', 3_000)
  } catch {
    // half-written by a run that was killed at that moment
  }
  rmSync(file, { force: true })
}

/** Makes the service user the owner of the instance's folders; links and what they lead to are left alone. */
function giveAll(dir: string, paths: AsteriskPaths): void {
  const user = serviceUser()
  if (user === undefined) return
  const give = (folder: string): void => {
    chownSync(folder, user.uid, user.gid)
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) give(path)
      else if (entry.isFile()) chownSync(path, user.uid, user.gid)
    }
  }
  give(dir)
  if (!paths.run.startsWith(dir)) give(paths.run)
}
