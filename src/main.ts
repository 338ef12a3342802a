import { createApp } from './app.ts'
import { readConfig } from './config/config.ts'
import { createContext } from './context.ts'

/**
 * Starts one gateway and stops it in order. On SIGTERM it drains: no new offers, calls go on under Asterisk, and the
 * process is gone within ten seconds.
 */
const drainMs = 8_000

/**
 * With this word behind it, as in the image, it prints a link that makes the first administrator, while there is none. Not
 * among the log's lines, and not always: each gateway that printed one would take the link of the one before.
 */
const tellsSetUp = process.argv.includes('--set-up-link')

async function main(): Promise<void> {
  const config = readConfig()
  const context = await createContext(config)
  const { log } = context
  const app = await createApp(context)

  let stopping = false
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'draining')
    const force = setTimeout(() => {
      log.error('did not stop in time')
      process.exit(1)
    }, drainMs)
    force.unref()
    await context.drain()
    await app.close()
    await context.stop()
    log.info('stopped')
    process.exit(0)
  }
  process.on('SIGTERM', (signal) => void stop(signal))
  process.on('SIGINT', (signal) => void stop(signal))
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'))

  // The routes are put together before there is work that would have to wait for it.
  await app.ready()
  await context.start()
  await app.listen({ host: config.host, port: config.port })
  log.info({ host: config.host, port: config.port, city: config.city, node: config.nodeId }, 'gateway ready')
  const setUp = tellsSetUp ? await context.staff.entry.createSetupLink() : null
  if (setUp !== null) {
    process.stdout.write(
      `There is no administrator yet. This link makes one, once, within a day:\n  ${config.publicUrl}${setUp}\n`,
    )
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
