import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type CrowdAsk =
  | {
      ask: 'open'
      /** `http://…` of the server; `#` in the path stands for the number of the page. */
      base: string
      path: string
      cookies: string[] | null
      from: number
      to: number
      atOnce: number
      /** Says hello and is ready with its snapshot; otherwise ready when open. */
      hello: boolean
    }
  /** What was heard since the last question. */
  | { ask: 'heard' }
  | { ask: 'close' }

export type CrowdTell =
  | { told: 'up' }
  /** `refused`: tries that had to be made again; `why`: of the last of them. */
  | { told: 'open'; ms: number; took: number[]; failed: number; refused: number; why: string }
  /** `at`: ms of the steady clock that all processes of the machine share. */
  | { told: 'heard'; heard: [key: number, atMs: number][]; lost: number }
  | { told: 'close' }
  | { told: 'port'; port: number }

type Answer<A extends CrowdAsk> = Extract<CrowdTell, { told: A['ask'] }>

/** Many pages in a process of their own, so that neither their memory nor their limit of open files counts here. */
export type Crowd = {
  ask<A extends CrowdAsk>(wish: A): Promise<Answer<A>>
  stop(): void
}

const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** A process of this folder; it ends with this one. */
function start(file: string, env: Record<string, string> = {}): ChildProcess {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...env },
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

const heardFrom = (child: ChildProcess): Promise<CrowdTell> =>
  new Promise((done, fail) => {
    const ended = (): void => fail(new Error('a helping process of the benchmark ended'))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      done(message as CrowdTell)
    })
  })

export async function startCrowd(): Promise<Crowd> {
  const child = start('./crowd.ts')
  await heardFrom(child)
  return {
    async ask<A extends CrowdAsk>(wish: A) {
      const answer = heardFrom(child)
      child.send(wish)
      return (await answer) as Answer<A>
    },
    stop: () => child.disconnect(),
  }
}

/** The bare `ws` server. @returns its address */
export async function startBareServer(env: Record<string, string>): Promise<{ base: string; stop(): void }> {
  const child = start('./bare-ws.ts', env)
  const told = await heardFrom(child)
  if (told.told !== 'port') throw new Error('the bare server has no port')
  return { base: `http://127.0.0.1:${told.port}`, stop: () => child.disconnect() }
}

/** ms of the steady clock that all processes of the machine share. */
export const steadyMs = (): number => Number(process.hrtime.bigint()) / 1e6
