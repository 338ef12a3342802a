import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { ServiceProblem } from './command.ts'
import { hasApt, libraryFolders, type PackageSet, unpackPackages, unpacked } from './debian.ts'
import { lock } from './lock.ts'
import { servicesHome } from './paths.ts'
import { type Report, toTerminal } from './report.ts'

const run = promisify(execFile)

/** How to run a program: `command` with `args` before its own arguments, and `env` on top of the environment. */
export interface Tool {
  command: string
  args: string[]
  env: Record<string, string>
  /** the folder in which the program's `usr/…` lies: `/`, or a private prefix */
  root: string
  /** e.g. `15.18`, as the program says it */
  version: string
}

export type ToolName =
  | 'postgres'
  | 'initdb'
  | 'pg_dump'
  | 'pg_restore'
  | 'psql'
  | 'redis-server'
  | 'redis-cli'
  | 'asterisk'
  | 'sipp'
  | 'espeak-ng'
  | 'sox'
  | 'kamailio'

interface Need {
  set: PackageSet
  /** smallest major version that will do */
  atLeast: number
  /** the first group of the match is the version */
  version: RegExp
  /** what makes the program say its version */
  ask: string[]
  /** folders beside PATH, best first; `*` stands for a version number */
  places: string[]
}

const postgresql: Omit<Need, 'version'> = {
  set: { name: 'postgresql', packages: ['postgresql'], suite: 'own' },
  atLeast: 15,
  ask: ['--version'],
  places: ['/usr/lib/postgresql/*/bin', '/usr/pgsql-*/bin'],
}
const redis: PackageSet = { name: 'redis', packages: ['redis-server'], suite: 'own' }

/** Version words were read from the programs of Debian 12; asterisk is the one set that bookworm does not have. */
const needs: Record<ToolName, Need> = {
  postgres: { ...postgresql, version: /\(PostgreSQL\) (\d[\d.]*)/ },
  initdb: { ...postgresql, version: /\(PostgreSQL\) (\d[\d.]*)/ },
  pg_dump: { ...postgresql, version: /\(PostgreSQL\) (\d[\d.]*)/ },
  pg_restore: { ...postgresql, version: /\(PostgreSQL\) (\d[\d.]*)/ },
  psql: { ...postgresql, version: /\(PostgreSQL\) (\d[\d.]*)/ },
  'redis-server': { set: redis, atLeast: 7, ask: ['--version'], version: /v=(\d[\d.]*)/, places: [] },
  'redis-cli': { set: redis, atLeast: 7, ask: ['--version'], version: /redis-cli (\d[\d.]*)/, places: [] },
  asterisk: {
    set: { name: 'asterisk', packages: ['asterisk'], suite: 'sid' },
    atLeast: 22,
    ask: ['-V'],
    version: /Asterisk (\d[\d.]*)/,
    places: ['/usr/sbin'],
  },
  sipp: {
    set: { name: 'sipp', packages: ['sip-tester'], suite: 'own' },
    atLeast: 3,
    ask: ['-v'],
    version: /SIPp v(\d[\d.]*)/,
    places: [],
  },
  'espeak-ng': {
    set: { name: 'espeak-ng', packages: ['espeak-ng'], suite: 'own' },
    atLeast: 1,
    ask: ['--version'],
    version: /text-to-speech: (\d[\d.]*)/,
    places: [],
  },
  sox: {
    set: { name: 'sox', packages: ['sox'], suite: 'own' },
    atLeast: 14,
    ask: ['--version'],
    version: /SoX v(\d[\d.]*)/,
    places: [],
  },
  kamailio: {
    set: { name: 'kamailio', packages: ['kamailio'], suite: 'own' },
    atLeast: 5,
    ask: ['-v'],
    version: /kamailio (\d[\d.]*)/,
    places: ['/usr/sbin'],
  },
}

const found = new Map<ToolName, Promise<Tool>>()

/**
 * Finds a program on the machine, or unpacks it from Debian's packages into the private folder (once; other processes
 * wait). What is found has really been run and has told a version that will do.
 * @throws Error in words that say what to install when the program cannot be had
 */
export function tool(name: ToolName, report: Report = toTerminal): Promise<Tool> {
  let known = found.get(name)
  if (known === undefined) {
    known = find(name, report)
    found.set(name, known)
    // a failed download may work the next time
    known.catch(() => found.delete(name))
  }
  return known
}

/** The program as it is now, without installing anything; undefined when it would have to be fetched. */
export async function toolIfPresent(name: ToolName): Promise<Tool | undefined> {
  return (await onMachine(name)) ?? (await inPrefix(name))
}

async function find(name: ToolName, report: Report): Promise<Tool> {
  const present = await toolIfPresent(name)
  if (present !== undefined) return present
  const { set, atLeast } = needs[name]
  const wanted = `${name} ${atLeast} or newer`
  if (!hasApt()) {
    throw new Error(
      `${wanted} is not on this machine, and without apt it cannot be fetched: please install it`,
    )
  }
  const held = await lock(join(toolsFolder(), `${set.name}.lock`))
  try {
    // whoever held the lock before may have fetched it
    const meanwhile = await inPrefix(name)
    if (meanwhile !== undefined) return meanwhile
    await unpackPackages(set, prefixOf(set), report)
  } finally {
    await held?.release()
  }
  const fetched = await inPrefix(name)
  if (fetched === undefined) {
    throw new ServiceProblem(
      `Debian's package ${set.packages.join(', ')} has no ${wanted} for this machine: please install it`,
    )
  }
  return fetched
}

function toolsFolder(): string {
  const folder = join(servicesHome(), 'tools')
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  return folder
}

const prefixOf = (set: PackageSet): string => join(toolsFolder(), set.name)

async function onMachine(name: ToolName): Promise<Tool | undefined> {
  const need = needs[name]
  const folders = [...need.places.flatMap(expand), ...(process.env['PATH'] ?? '').split(delimiter)]
  for (const folder of folders) {
    const file = join(folder, name)
    // Debian's psql on PATH is a wrapper that wants a cluster of its own; the folders above come first
    if (!existsSync(file) || realpathSync(file).endsWith('pg_wrapper')) continue
    const tool = { command: file, args: [], env: {}, root: '/' }
    const version = await versionOf(tool, need)
    if (version !== undefined) return { ...tool, version }
  }
  return undefined
}

/** Folders that a pattern with one `*` names, the highest version first. */
function expand(pattern: string): string[] {
  const [before, after] = pattern.split('*')
  if (before === undefined || after === undefined) return [pattern]
  const parent = before.slice(0, before.lastIndexOf('/'))
  const start = before.slice(parent.length + 1)
  if (!existsSync(parent)) return []
  return readdirSync(parent)
    .filter((entry) => entry.startsWith(start))
    .sort((a, b) => Number.parseFloat(b.slice(start.length)) - Number.parseFloat(a.slice(start.length)))
    .map((entry) => join(parent, entry) + after)
}

async function inPrefix(name: ToolName): Promise<Tool | undefined> {
  const need = needs[name]
  const prefix = prefixOf(need.set)
  if (unpacked(prefix) === undefined) return undefined
  const places = [...need.places.flatMap((place) => expand(join(prefix, place))), join(prefix, 'usr/bin')]
  const program = places.map((folder) => join(folder, name)).find((file) => existsSync(file))
  if (program === undefined) return undefined
  const tool =
    need.set.suite === 'sid' ? withOwnLoader(prefix, program, name) : withOwnLibraries(prefix, program)
  const version = await versionOf(tool, need)
  return version === undefined ? undefined : { ...tool, version }
}

/** A program of the machine's release: the machine's C library, everything else from the prefix. */
function withOwnLibraries(prefix: string, program: string): Omit<Tool, 'version'> {
  const folders = libraryFolders(prefix)
  const voices = folders.find((folder) => existsSync(join(folder, 'espeak-ng-data')))
  return {
    command: program,
    args: [],
    env: {
      LD_LIBRARY_PATH: folders.join(':'),
      ...(voices === undefined ? {} : { ESPEAK_DATA_PATH: voices }),
    },
    root: prefix,
  }
}

/** A program of a newer release: it brings its own C library, which only its own loader can start. */
function withOwnLoader(prefix: string, program: string, name: string): Omit<Tool, 'version'> {
  const folders = libraryFolders(prefix)
  const loader = folders
    .flatMap((folder) => readdirSync(folder).map((file) => ({ file, path: join(folder, file) })))
    .find(({ file }) => /^ld-linux.*\.so/.test(file))?.path
  if (loader === undefined) throw new Error(`no loader among the libraries of ${prefix}`)
  return {
    command: loader,
    args: ['--library-path', folders.join(':'), '--argv0', name, program],
    env: {},
    root: prefix,
  }
}

async function versionOf(tool: Omit<Tool, 'version'>, need: Need): Promise<string | undefined> {
  const asked = run(tool.command, [...tool.args, ...need.ask], {
    env: { ...process.env, ...tool.env },
    timeout: 10_000,
  })
  // SIPp tells its version with exit code 99
  const told = await asked.catch((problem: unknown) => problem as { stdout?: string; stderr?: string })
  const version = need.version.exec(`${told.stdout ?? ''}${told.stderr ?? ''}`)?.[1]
  return version !== undefined && Number.parseInt(version, 10) >= need.atLeast ? version : undefined
}
