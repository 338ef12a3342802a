import { copyFileSync, readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

const most = 50_000_000

/**
 * Keeps the logs of a run that lasts for months from filling the disk: one that has grown too large is copied to `.1`
 * and emptied. The services append, so they go on writing at the new end; lines written between copy and emptying
 * are lost.
 */
export function trimLogs(
  folder: string,
  isLog: (name: string) => boolean = (name) => name.endsWith('.log'),
): void {
  for (const name of readdirSync(folder).filter(isLog)) {
    const file = join(folder, name)
    if (statSync(file).size < most) continue
    copyFileSync(file, `${file}.1`)
    truncateSync(file)
  }
}
