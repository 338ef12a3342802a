import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ServiceProblem } from './command.ts'
import { ownSources, sidSources } from './debian-sources.ts'
import { type Held, lock } from './lock.ts'
import type { Report } from './report.ts'

const run = promisify(execFile)

/** A set of Debian packages that is unpacked into one folder. */
export interface PackageSet {
  /** folder name and word in messages */
  name: string
  packages: string[]
  /** `own`: the machine's release, with the machine's libc; `sid`: Debian unstable, with its own libc and loader */
  suite: 'own' | 'sid'
}

/** Files that no service reads. */
const ballast = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info', 'usr/share/lintian']

/** Packages that an unpacked service does not need: package management, Perl, and PostgreSQL's just-in-time compiler. */
const unneeded =
  /^(perl|perl-.*|libperl.*|libllvm.*|libclang.*|dpkg|tar|debconf|cdebconf|adduser|passwd|ssl-cert|sysvinit-utils|init-system-helpers|lsb-base|ucf|sensible-utils|postgresql-common.*|postgresql-client-common|libselinux1-dev)$/
/** With the machine's own release the machine's own C library and loader are used. */
const theMachinesOwn = /^(libc6|libc-bin|libc-l10n|libcrypt1|gcc-\d+-base|base-files|base-passwd|coreutils)$/

/** Whether packages can be fetched here without root. */
export const hasApt = (): boolean => existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-deb')

/** What the unpacked set consists of: package → version. Undefined when it is not (completely) unpacked. */
export function unpacked(prefix: string): Record<string, string> | undefined {
  const file = join(prefix, 'packages.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : undefined
}

/** The folders of an unpacked prefix that hold libraries: those of the machine's architecture (multiarch triplet). */
export function libraryFolders(prefix: string): string[] {
  return ['usr/lib', 'lib'].flatMap((base) => {
    const parent = join(prefix, base)
    if (!existsSync(parent)) return []
    const triplets = readdirSync(parent).filter((name) => name.includes('-linux-gnu'))
    return triplets
      .flatMap((triplet) =>
        ['', 'pulseaudio', 'blas', 'lapack', 'kamailio'].map((part) => join(parent, triplet, part)),
      )
      .filter((folder) => existsSync(folder))
  })
}

interface Lists {
  ready: Promise<Held | undefined>
  users: number
}

/** Package lists that sets are being fetched by: sets of one suite that are fetched side by side read them once. */
const inUse = new Map<string, Lists>()

/** Does `work` while the folder holds package lists, which the first to come reads and the last to go removes. */
async function withLists<T>(
  folder: string,
  read: () => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  const fetch = async (): Promise<Held | undefined> => {
    const held = await lock(`${folder}.lock`)
    try {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(join(folder, 'partial'), { recursive: true })
      await read()
    } catch (problem) {
      await held?.release()
      throw problem
    }
    return held
  }
  const lists = inUse.get(folder) ?? { ready: fetch(), users: 0 }
  inUse.set(folder, lists)
  lists.users += 1
  try {
    await lists.ready
    return await work()
  } finally {
    lists.users -= 1
    if (lists.users === 0) {
      inUse.delete(folder)
      rmSync(folder, { recursive: true, force: true })
      const held = await lists.ready.catch(() => undefined)
      await held?.release()
    }
  }
}

/**
 * Downloads the packages and all they depend on with a private apt state and unpacks them into `prefix`. No root, no
 * maintainer script, no change to the system; apt verifies signatures and hashes.
 * @throws Error with apt's own words when something cannot be fetched
 */
export async function unpackPackages(set: PackageSet, prefix: string, report: Report): Promise<void> {
  const work = `${prefix}.apt`
  const fresh = `${prefix}.new`
  for (const folder of [work, fresh, prefix]) rmSync(folder, { recursive: true, force: true })
  for (const folder of ['cache/archives/partial', 'empty', 'debs']) {
    mkdirSync(join(work, folder), { recursive: true })
  }
  try {
    const lists = join(dirname(prefix), `lists-${set.suite}`)
    const apt = await privateApt(set, work, lists)
    const update = (): Promise<string> => {
      report(`${set.name}: reading the package lists`)
      return apt('apt-get', ['-qq', 'update'])
    }
    const chosen = await withLists(lists, update, async () => {
      const plan = await apt('apt-get', ['-s', '-qq', 'install', ...set.packages])
      const found = [...plan.matchAll(/^Inst (\S+) .*?\((\S+)/gm)]
        .map(([, name = '', version = '']) => ({ name, version }))
        .filter(({ name }) => !unneeded.test(name) && !(set.suite === 'own' && theMachinesOwn.test(name)))
      report(`${set.name}: downloading ${found.length} packages`)
      await apt('apt-get', ['-qq', 'download', ...found.map(({ name, version }) => `${name}=${version}`)])
      return found
    })
    report(`${set.name}: unpacking`)
    mkdirSync(fresh, { recursive: true, mode: 0o755 })
    for (const deb of readdirSync(join(work, 'debs'))) {
      await run('dpkg-deb', ['-x', join(work, 'debs', deb), fresh])
    }
    for (const folder of ballast) rmSync(join(fresh, folder), { recursive: true, force: true })
    const versions = Object.fromEntries(chosen.map(({ name, version }) => [name, version]))
    writeFileSync(join(fresh, 'packages.json'), JSON.stringify(versions, null, 1))
    renameSync(fresh, prefix)
    const main = set.packages[0] ?? set.name
    report(`${set.name}: unpacked (${main} ${versions[main] ?? ''})`)
  } finally {
    for (const folder of [work, fresh]) rmSync(folder, { recursive: true, force: true })
  }
}

async function privateApt(
  set: PackageSet,
  work: string,
  lists: string,
): Promise<(program: string, args: string[]) => Promise<string>> {
  const { stdout: architecture } = await run('dpkg', ['--print-architecture'])
  // proxies, mirrors and timeouts of the machine stay in force; its hooks do not
  const { stdout: acquire } = await run('sh', ['-c', "apt-config dump | grep '^Acquire::' || true"])
  writeFileSync(join(work, 'sources.list'), set.suite === 'own' ? ownSources() : sidSources())
  // an empty status file: whatever the machine has installed, the same packages are chosen
  writeFileSync(join(work, 'status'), '')
  const arch = architecture.trim()
  const settings = [
    acquire,
    `Dir::Etc::sourcelist "${work}/sources.list";`,
    `Dir::Etc::sourceparts "-"; Dir::Etc::preferences "-"; Dir::Etc::preferencesparts "-";`,
    `Dir::Etc::main "-"; Dir::Etc::parts "${work}/empty";`,
    `Dir::State "${work}"; Dir::State::lists "${lists}"; Dir::State::status "${work}/status";`,
    `Dir::Cache "${work}/cache"; Dir::Log "${work}";`,
    `APT::Architecture "${arch}"; APT::Architectures { "${arch}"; };`,
    `APT::Install-Recommends "false"; APT::Sandbox::User ""; Debug::NoLocking "true";`,
    `Acquire::Languages "none"; Acquire::Retries "3";`,
    // the Release file of unstable can be past its date; what it signs is still verified
    ...(set.suite === 'sid' ? ['Acquire::Check-Valid-Until "false";'] : []),
  ]
  writeFileSync(join(work, 'apt.conf'), settings.join('\n') + '\n')
  const env = {
    ...process.env,
    APT_CONFIG: join(work, 'apt.conf'),
    LC_ALL: 'C',
    DEBIAN_FRONTEND: 'noninteractive',
  }
  return async (program, args) => {
    try {
      const { stdout } = await run(program, args, { env, cwd: join(work, 'debs'), maxBuffer: 64 << 20 })
      return stdout
    } catch (problem) {
      const words = (problem as { stderr?: string }).stderr?.trim() || String(problem)
      throw new ServiceProblem(`${set.name}: the Debian packages could not be fetched: ${words}`, {
        cause: problem,
      })
    }
  }
}
