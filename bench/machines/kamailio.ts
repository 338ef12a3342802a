import { createSocket } from 'node:dgram'
import { chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { libraryFolders } from '../../services/debian.ts'
import { answers, launch, type Running } from '../../services/launch.ts'
import { checkout } from '../../services/paths.ts'
import { makeServiceFolder, serviceUser } from '../../services/service-user.ts'
import { tool } from '../../services/tools.ts'
import { unusedPort } from '../../test/support/ports.ts'

export type Kamailio = Running & {
  /** `host:port` for callers */
  sip: string
  host: string
}

/** The repository's kamailio.cfg before some Asterisk nodes (`host:port`), on a loopback address of its own. */
export async function startKamailio(folder: string, host: string, nodes: string[]): Promise<Kamailio> {
  const bin = await tool('kamailio')
  const dir = join(folder, `kamailio-${process.pid}`)
  makeServiceFolder(dir)
  const list = join(dir, 'nodes.list')
  writeFileSync(list, nodes.map((node) => `1 sip:${node} 0 0\n`).join(''))
  // the carrier's calls that SIPp plays, and the question below whether it is there
  const carriers = join(dir, 'carriers.list')
  writeFileSync(carriers, ['127.0.0.2', host].map((each) => `1 ${each} 32 0\n`).join(''))
  const user = serviceUser()
  if (user) for (const file of [list, carriers]) chownSync(file, user.uid, user.gid)
  const port = await unusedPort(host)
  const modules = libraryFolders(bin.root).map((each) => join(each, 'kamailio', 'modules'))
  const log = join(folder, 'kamailio.log')
  const defines = [
    `LISTEN=udp:${host}:${port}`,
    `NODES="${list}"`,
    `CARRIERS="${carriers}"`,
    `PROBE_FROM="sip:probe@${host}"`,
  ]
  const running = await launch({
    service: 'kamailio',
    tool: bin,
    args: [
      ...['-f', join(checkout, 'asterisk/kamailio/kamailio.cfg'), '-L', modules.join(':')],
      ...defines.flatMap((define) => ['-A', define]),
      // in the foreground, small, its files in a folder of its own
      ...['-DD', '-E', '-m', '32', '-M', '4', '-n', '2', '-Y', dir, '-w', dir],
    ],
    cwd: dir,
    log,
    asServiceUser: true,
    graceMs: 5_000,
  })
  await answers('kamailio', running, log, () => options(host, port))
  return { ...running, sip: `${host}:${port}`, host }
}

/** Asks by OPTIONS; resolves on 200, which Kamailio says once it knows a node that lives. */
function options(host: string, port: number): Promise<void> {
  const socket = createSocket('udp4')
  return new Promise<void>((done, fail) => {
    const late = setTimeout(() => fail(new Error('no answer')), 500)
    socket.once('message', (answer) => {
      clearTimeout(late)
      if (answer.toString().startsWith('SIP/2.0 200')) done()
      else fail(new Error(answer.toString().split('\r\n')[0]))
    })
    socket.bind(0, host, () => {
      const own = socket.address()
      const lines = [
        `OPTIONS sip:${host}:${port} SIP/2.0`,
        `Via: SIP/2.0/UDP ${host}:${own.port};branch=z9hG4bK${own.port}-${Date.now()}`,
        `From: <sip:bench@${host}>;tag=1`,
        `To: <sip:${host}>`,
        `Call-ID: ${own.port}-${Date.now()}@${host}`,
        'CSeq: 1 OPTIONS',
        'Max-Forwards: 5',
        'Content-Length: 0',
      ]
      socket.send([...lines, '', ''].join('\r\n'), port, host)
    })
  }).finally(() => socket.close())
}
