import http from 'node:http'
import https from 'node:https'
import { answers, launch, type Running } from './launch.ts'
import { checkout } from './paths.ts'
import { setting } from './settings.ts'

export interface GatewayOptions {
  host: string
  port: number
  /** everything the gateway reads from its environment, on top of ours */
  env: Record<string, string>
  log: string
  /** as it is deployed: `dist/`, which `buildGateway` made; else as it is written, through tsx */
  compiled?: boolean
}

export interface Gateway extends Running {
  /** `http://HOST:PORT` as a person opens it */
  url: string
}

/** Resolves when the gateway answers 200 on /healthz. */
function healthy(url: string): Promise<void> {
  // it is our own process on our own machine; its certificate names the address people use, not this one
  const options = { timeout: 2_000, rejectUnauthorized: false }
  const get = url.startsWith('https:') ? https.get : http.get
  return new Promise((done, fail) => {
    const request = get(`${url}/healthz`, options, (answer) => {
      answer.resume()
      if (answer.statusCode === 200) done()
      else fail(new Error(`/healthz answers ${answer.statusCode}`))
    })
    request.once('timeout', () => request.destroy(new Error('/healthz does not answer')))
    request.once('error', fail)
  })
}

/**
 * Starts the gateway as a process of its own and waits until it is healthy.
 * @throws Error with the last lines of its log when it does not become healthy
 */
export async function startGateway({
  host,
  port,
  env,
  log,
  compiled = false,
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
  await answers('gateway', running, log, () => healthy(url), 60_000)
  return { ...running, url }
}
