import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { canReach, serviceUser } from './service-user.ts'

/** The folder of this checkout: the one that holds the `hotline` script. */
export const checkout = dirname(dirname(fileURLToPath(import.meta.url)))

/** Private data and services of this checkout: `HOTLINE_DATA`, or `.hotline/` beside the script. */
export const dataHome = (): string => resolve(process.env['HOTLINE_DATA'] || join(checkout, '.hotline'))

/**
 * Where programs and PostgreSQL's data lie. PostgreSQL refuses to run as root, so as root it runs as `nobody`,
 * who cannot enter a checkout under /root; then the folder is one under /var/lib that belongs to this checkout.
 */
export function servicesHome(): string {
  const home = dataHome()
  mkdirSync(home, { recursive: true, mode: 0o755 })
  if (serviceUser() === undefined || canReach(home)) return home
  const name = createHash('sha256').update(home).digest('hex').slice(0, 12)
  const reachable = join('/var/lib/hotline', name)
  mkdirSync(reachable, { recursive: true, mode: 0o755 })
  return reachable
}
