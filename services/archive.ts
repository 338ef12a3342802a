import { spawn } from 'node:child_process'
import { ServiceProblem } from './command.ts'
import { type Tool, tool, type ToolName } from './tools.ts'

/**
 * Runs a program to its end.
 * @param forgives whether an exit code other than 0, with those words, is no failure
 * @throws ServiceProblem with its own words when it fails
 */
export function finish(
  program: Omit<Tool, 'version'>,
  args: string[],
  env: Record<string, string> = {},
  forgives: (code: number | null, complained: string) => boolean = () => false,
): Promise<string> {
  const child = spawn(program.command, [...program.args, ...args], {
    env: { ...process.env, ...program.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let complained = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()))
  return new Promise((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => {
      if (code === 0 || forgives(code, complained.trim())) done(said)
      else fail(new ServiceProblem(complained.trim() || `${program.command} ended with code ${code}`))
    })
  })
}

/** Runs a program of PostgreSQL against a database. The password goes by the environment, not by the process list. */
export async function postgresProgram(name: ToolName, url: string, args: string[]): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(url)
  return finish(await tool(name), args, {
    PGHOST: hostname,
    PGPORT: port || '5432',
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
  })
}

/** What GNU tar says of files that grow or go away while the gateway works; its exit code is 1 then. */
const movedOn = /: (file changed as we read it|File removed before we read it)$/

/** tar(1) of the machine. */
export const tar = (args: string[]): Promise<string> =>
  finish(
    { command: 'tar', args: [], env: {}, root: '/' },
    args,
    { LC_ALL: 'C' },
    (code, complained) => code === 1 && complained.split('\n').every((line) => movedOn.test(line)),
  )

/** Folders of the private data that a backup takes along. */
export const keptFolders = ['recordings', 'media', 'attachments']
