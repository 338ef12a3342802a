import { chromium, type Browser, type BrowserContext } from 'playwright-core'
import { chromiumIfPresent } from '../../services/chromium.ts'

const flags = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--disable-component-update',
  '--disable-background-networking',
  '--no-first-run',
  '--lang=zh-CN',
  '--font-render-hinting=none',
  // A microphone that beeps once a second, allowed without asking, and sound without a gesture.
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  // Asterisk's own certificate is self-made.
  '--ignore-certificate-errors',
]

export type DeskBrowser = {
  browser: Browser
  /** A new profile: its own cookies and storage. 1366×768, the smallest desk. */
  newContext(): Promise<BrowserContext>
  close(): Promise<void>
}

const late = (ms: number): Promise<'late'> =>
  new Promise((resolve) => {
    setTimeout(() => resolve('late'), ms).unref()
  })

/**
 * Ends a profile. A page that is just loading itself anew can hang the browser's own close, so each is led away first.
 */
export async function closeContext(context: BrowserContext): Promise<void> {
  await Promise.all(
    context.pages().map((page) => page.goto('about:blank', { timeout: 5000 }).catch(() => null)),
  )
  await Promise.race([context.close(), late(5000)])
}

/**
 * Starts one Chromium, bounded in time. `close` waits for the orderly end for a few seconds and then kills the one
 * process it started, by its pid.
 * @throws Error when the machine has no browser; `./hotline test browser` installs one or says how
 */
export async function startBrowser(): Promise<DeskBrowser> {
  const executablePath = chromiumIfPresent()
  if (executablePath === undefined) throw new Error('no Chromium on this machine')
  const server = await chromium.launchServer({
    executablePath,
    args: flags,
    headless: true,
    timeout: 30_000,
  })
  const browser = await chromium.connect(server.wsEndpoint(), { timeout: 15_000 })
  const newContext = (): Promise<BrowserContext> =>
    browser.newContext({
      locale: 'zh-CN',
      viewport: { width: 1366, height: 768 },
      permissions: ['microphone', 'notifications'],
      ignoreHTTPSErrors: true,
    })
  return {
    browser,
    newContext,
    async close() {
      const pid = server.process().pid
      const orderly = browser.close().then(() => server.close())
      if ((await Promise.race([orderly.catch(() => 'late' as const), late(5000)])) === 'late' && pid)
        await server.kill()
    },
  }
}
