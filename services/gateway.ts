import { join } from 'node:path'
import { answers, launch, type Running } from './launch.ts'
import { checkout } from './paths.ts'

export interface GatewayOptions {
  host: string
  port: number
  /** everything the gateway reads from its environment, on top of ours */
  env: Record<string, string>
  log: string
}

export interface Gateway extends Running {
  /** `http://HOST:PORT` as a person opens it */
  url: string
}

/** Resolves when the gateway answers 200 on /healthz. */
async function healthy(url: string): Promise<void> {
  const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })
  await answer.arrayBuffer()
  if (answer.status !== 200) throw new Error(`/healthz answers ${answer.status}`)
}

/**
 * Starts the gateway as a process of its own and waits until it is healthy.
 * @throws Error with the last lines of its log when it does not become healthy
 */
export async function startGateway({ host, port, env, log }: GatewayOptions): Promise<Gateway> {
  const running = await launch({
    service: 'gateway',
    tool: { command: process.execPath, args: [], env: {}, root: '/', version: process.versions.node },
    args: ['--import', 'tsx', 'src/main.ts'],
    cwd: checkout,
    log,
    env: { ...env, HOTLINE_HOST: host, HOTLINE_PORT: String(port) },
    // it drains for up to 10 s
    graceMs: 12_000,
  })
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const url = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
  await answers('gateway', running, log, () => healthy(url), 60_000)
  return { ...running, url }
}

/** Where the logs of this checkout's services lie. */
export const logFile = (home: string, name: string): string => join(home, 'log', `${name}.log`)
