import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/** A lock that is held; `release` gives it back. */
export interface Held {
  release(): Promise<void>
}

/**
 * Takes a lock between processes with flock(1). The kernel gives it back when this process dies in any way, so no
 * stale lock can remain.
 * @param wait whether to wait for another holder; when false and somebody holds it the result is undefined
 */
export async function lock(file: string, wait = true): Promise<Held | undefined> {
  mkdirSync(dirname(file), { recursive: true })
  // the child holds the lock for as long as our end of its stdin is open
  const args = [
    ...(wait ? [] : ['--nonblock']),
    '--no-fork',
    file,
    'sh',
    '-c',
    'echo held; exec cat >/dev/null',
  ]
  const child = spawn('flock', args, { stdio: ['pipe', 'pipe', 'ignore'], detached: true })
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  const held = await new Promise<boolean>((answer, fail) => {
    child.once('error', fail)
    child.stdout.once('data', () => answer(true))
    void ended.then(() => answer(false))
  })
  if (!held) return undefined
  return {
    async release() {
      child.stdin.end()
      await ended
    },
  }
}
