import { spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** An account of the machine under which a service runs. */
export interface ServiceUser {
  uid: number
  gid: number
}

/**
 * The account for services that refuse to run as root: `nobody` when this process is root, otherwise undefined
 * (the service runs as whoever started it). Nothing is created on the system.
 */
export function serviceUser(): ServiceUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'))
  const [, , uid, gid] = line?.split(':') ?? []
  return { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) }
}

/** Whether the service user can enter and read the folder. */
export function canReach(folder: string): boolean {
  const user = serviceUser()
  if (user === undefined) return true
  // asked of the kernel rather than computed from modes: access lists and mount options count too
  const asked = spawnSync('/usr/bin/test', ['-r', folder, '-a', '-x', folder], { ...user, cwd: '/' })
  return asked.status === 0
}

/** Makes a folder that only the service user can enter, in a parent that everybody can pass. */
export function makeServiceFolder(folder: string): void {
  // one recursive call would give the parent the same mode, and shut the service user out of it
  mkdirSync(dirname(folder), { recursive: true, mode: 0o755 })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const user = serviceUser()
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
}
