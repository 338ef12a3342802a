import http from 'node:http'
import https from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import { ServiceProblem } from './command.ts'
import { answers, lastWords, launch, type Running } from './launch.ts'
import { checkout } from './paths.ts'
import type { Report } from './report.ts'
import { setting } from './settings.ts'

export interface GatewayOptions {
  host: string
  port: number
  /** everything the gateway reads from its environment, on top of ours */
  env: Record<string, string>
  log: string
  /** as it is deployed: `dist/`, which `buildGateway` made; else as it is written, through tsx */
  compiled?: boolean
  report?: Report
}

export interface Gateway extends Running {
  /** `http://HOST:PORT` as a person opens it */
  url: string
}

/** What /healthz answers. */
function health(url: string): Promise<number> {
  // it is our own process on our own machine; its certificate names the address people use, not this one
  const options = { timeout: 2_000, rejectUnauthorized: false }
  const get = url.startsWith('https:') ? https.get : http.get
  return new Promise((done, fail) => {
    const request = get(`${url}/healthz`, options, (answer) => {
      answer.resume()
      done(answer.statusCode ?? 0)
    })
    request.once('timeout', () => request.destroy(new Error('/healthz does not answer')))
    request.once('error', fail)
  })
}

/**
 * Starts the gateway as a process of its own and waits until it is healthy. One that answers and waits for a part is
 * left alone, however long that takes: it takes texts meanwhile.
 * @throws Error with the last lines of its log when it does not answer, or ends
 */
export async function startGateway({
  host,
  port,
  env,
  log,
  compiled = false,
  report = () => {},
}: GatewayOptions): Promise<Gateway> {
  const running = await launch({
    service: 'gateway',
    tool: { command: process.execPath, args: [], env: {}, root: '/', version: process.versions.node },
    args: compiled ? ['dist/main.js'] : ['--import', 'tsx', 'src/main.ts'],
    cwd: checkout,
    log,
    env: { ...env, HOTLINE_HOST: host, HOTLINE_PORT: String(port) },
    // it drains for up to 10 s
    graceMs: 12_000,
  })
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const scheme = setting('HOTLINE_TLS_CERT') === undefined ? 'http' : 'https'
  const url = `${scheme}://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
  await answers('gateway', running, log, () => health(url), 60_000)
  await allParts(running, url, log, report)
  return { ...running, url }
}

async function allParts(running: Running, url: string, log: string, report: Report): Promise<void> {
  let ended = false
  let told = false
  const began = performance.now()
  void running.exited.then(() => (ended = true))
  while ((await health(url).catch(() => 0)) !== 200) {
    if (ended)
      throw new ServiceProblem(`gateway ended while starting. Its last words (${log}):\n${lastWords(log)}`)
    if (!told && performance.now() - began > 10_000) {
      report(`gateway: it answers, but ${url}/healthz names a part that does not; waiting for that`)
      told = true
    }
    await delay(100)
  }
}
