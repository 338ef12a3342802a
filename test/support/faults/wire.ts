import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A wire between a gateway and one Asterisk that can be cut, or go silent while both ends believe in it. */
export type Wire = {
  port: number
  /** Both ends see the connection end and cannot come back. */
  cut(): void
  /** Connections stay and new ones open, but nothing passes: what a dead router looks like. */
  goSilent(): void
  /** As before; connections that had gone silent are gone, as behind a router that was started anew. */
  mend(): void
  close(): Promise<void>
}

export async function startWire(target: number): Promise<Wire> {
  let state: 'whole' | 'cut' | 'silent' = 'whole'
  const pairs = new Set<() => void>()
  const server = createServer((near) => {
    if (state === 'cut') return void near.destroy()
    const far: Socket | null = state === 'silent' ? null : connect(target, '127.0.0.1')
    const end = (): void => {
      pairs.delete(end)
      near.destroy()
      far?.destroy()
    }
    pairs.add(end)
    for (const side of [near, far]) side?.on('error', end).on('close', end)
    near.on('data', (chunk) => state === 'whole' && far?.write(chunk))
    far?.on('data', (chunk) => state === 'whole' && near.write(chunk))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endAll = (): void => [...pairs].forEach((end) => end())
  return {
    port: (server.address() as { port: number }).port,
    cut() {
      state = 'cut'
      endAll()
    },
    goSilent() {
      state = 'silent'
    },
    mend() {
      if (state === 'silent') endAll()
      state = 'whole'
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      endAll()
      await closed
    },
  }
}
