import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ServiceProblem } from './command.ts'

/** One source of packages that the machine's own apt uses. */
export interface AptSource {
  uri: string
  suite: string
  components: string[]
  /** the `signed-by` option, when there is one */
  signedBy: string | undefined
}

const debianKeys = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** Reads both notations of sources.list(5): one line each (`.list`) and paragraphs (`.sources`). */
export function parseSources(text: string, notation: 'list' | 'sources'): AptSource[] {
  return notation === 'list' ? parseLines(text) : parseParagraphs(text)
}

function parseLines(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const found = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line.trim())
    if (found === null) return []
    const [, options = '', uri = '', suite = '', components = ''] = found
    const signedBy = /signed-by=(\S+)/.exec(options)?.[1]
    return [{ uri, suite, components: components.trim().split(/\s+/), signedBy }]
  })
}

function parseParagraphs(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const lines = paragraph.split('\n').filter((line) => !line.startsWith('#'))
    const field = (name: string): string[] => {
      const line = lines.find((each) => each.toLowerCase().startsWith(`${name.toLowerCase()}:`))
      return (line?.slice(name.length + 1).trim() ?? '').split(/\s+/).filter((word) => word !== '')
    }
    if (!field('Types').includes('deb') || field('Enabled').includes('no')) return []
    const [signedBy] = field('Signed-By')
    return field('URIs').flatMap((uri) =>
      field('Suites').map((suite) => ({ uri, suite, components: field('Components'), signedBy })),
    )
  })
}

function machineSources(): AptSource[] {
  const folder = '/etc/apt/sources.list.d'
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
  return ['/etc/apt/sources.list', ...files].flatMap((file) => {
    const notation = /\.(list|sources)$/.exec(file)?.[1]
    if (notation === undefined || !existsSync(file)) return []
    return parseSources(readFileSync(file, 'utf8'), notation as 'list' | 'sources')
  })
}

/** Code name of the machine's release, e.g. `bookworm`; empty when the machine does not say. */
function codename(): string {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  return /^VERSION_CODENAME=["']?([a-z]+)/m.exec(release)?.[1] ?? ''
}

const write = ({ uri, suite, components, signedBy }: AptSource): string =>
  `deb ${signedBy === undefined ? '' : `[signed-by=${signedBy}] `}${uri} ${suite} ${components.join(' ')}`

/** The machine's own release: its sources without third parties, which may be out of reach. */
export function ownSources(): string {
  const name = codename()
  const own = machineSources().filter(
    ({ suite, components, signedBy }) =>
      suite.startsWith(name) && components.includes('main') && !(signedBy?.startsWith('-----') ?? false),
  )
  if (own.length === 0) throw noSource()
  return own.map(write).join('\n') + '\n'
}

const noSource = (): ServiceProblem =>
  new ServiceProblem(
    'This machine names no source of Debian packages in /etc/apt. Name one there, or install the programs yourself.',
  )

/** Debian unstable from the mirror that this machine uses for Debian. */
export function sidSources(): string {
  if (!existsSync(debianKeys)) {
    throw new ServiceProblem(
      `Debian's archive keys are missing (${debianKeys}, package debian-archive-keyring)`,
    )
  }
  const mirror = machineSources().find(({ uri }) => /\/debian\/?$/.test(uri))?.uri
  if (mirror === undefined) throw noSource()
  return write({ uri: mirror, suite: 'sid', components: ['main'], signedBy: debianKeys }) + '\n'
}
