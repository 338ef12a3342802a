import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/**
 * A wire to PostgreSQL that a test can cut, or make swallow answers: then a commit happens and nobody hears of it.
 */
export type DatabaseLink = {
  /** The same database through the wire. */
  url: string
  /** Refuses and drops connections until `mend`. */
  cut(): void
  /** Passes questions on and swallows the answers until `mend`. */
  deafen(): void
  mend(): void
  close(): Promise<void>
}

export async function startDatabaseLink(databaseUrl: string): Promise<DatabaseLink> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let state: 'whole' | 'cut' | 'deaf' = 'whole'
  const server = createServer((near) => {
    if (state === 'cut') return void near.destroy()
    const far = connect(Number(target.port || 5432), target.hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.on('data', (d) => void far.write(d))
    far.on('data', (d) => {
      if (state !== 'deaf') near.write(d)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    cut() {
      state = 'cut'
      dropAll()
    },
    deafen: () => void (state = 'deaf'),
    mend() {
      // Connections that lost an answer are of no use any more.
      if (state === 'deaf') dropAll()
      state = 'whole'
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        dropAll()
      }),
  }
}
