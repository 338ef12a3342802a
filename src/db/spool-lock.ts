import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'

/** A lock between processes that is held until `release` or until this process dies in any way. */
export type FileLock = { release(): Promise<void> }

/**
 * Takes an exclusive lock on `file` with flock(1), without waiting. The kernel gives it back when the holder dies, so
 * no stale lock can remain after kill -9.
 * @returns null when another process holds it
 * @throws Error when flock(1) cannot be run
 */
export async function tryLock(file: string): Promise<FileLock | null> {
  // The child holds the lock for as long as our end of its stdin is open; it dies with us because the pipe closes.
  const child = spawn('flock', ['--nonblock', '--no-fork', file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  const held = await new Promise<boolean>((answer, fail) => {
    child.once('error', (cause) => fail(new Error('the spool needs flock(1) of util-linux', { cause })))
    child.stdout.once('data', () => answer(true))
    void ended.then(() => answer(false))
  })
  if (!held) return null
  // A lock must not keep a process alive that has nothing else to do.
  child.unref()
  for (const pipe of [child.stdin, child.stdout]) (pipe as Socket).unref()
  return {
    async release() {
      child.ref()
      child.stdin.end()
      await ended
    },
  }
}
