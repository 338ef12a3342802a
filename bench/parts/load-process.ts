import { writing } from './citizens.ts'
import { requestBytes, sendAll, type LoadResult } from './http-load.ts'

/** The process that plays the citizens, so that making load takes nothing from the process that is measured. */
export type LoadPlan = {
  base: string
  what: 'wechat' | 'sms' | { path: string }
  smsToken: string
  count: number
  /** messages per citizen */
  each: number
  connections: number
  perSecond?: number
}
export type LoadAnswer =
  { type: 'ready' } | ({ type: 'done'; acknowledged: { channel: string; providerId: string }[] } & LoadResult)

function requestsOf({ base, what, smsToken, count, each }: LoadPlan) {
  const { host } = new URL(base)
  if (typeof what === 'string') return writing(what, { host, smsToken, count, each })
  // Of the size of a push, so that reading a body costs the same.
  const headers = { 'content-type': 'text/plain' }
  const bytes = requestBytes(host, { method: 'POST', url: what.path, headers, payload: 'x'.repeat(600) })
  return Array.from({ length: count }, () => ({ channel: '', providerId: '', bytes }))
}

let prepared: { plan: LoadPlan; requests: ReturnType<typeof requestsOf> } | null = null
const say = (answer: LoadAnswer): void => void process.send!(answer)

process.on('message', (message: LoadPlan | 'go') => {
  if (message !== 'go') {
    prepared = { plan: message, requests: requestsOf(message) }
    say({ type: 'ready' })
    return
  }
  const { plan, requests } = prepared!
  void sendAll(
    plan.base,
    requests.map((r) => r.bytes),
    plan.connections,
    plan.perSecond,
  ).then((result) => {
    const acknowledged = requests.filter((r, n) => r.channel !== '' && result.status[n] === 200)
    say({
      type: 'done',
      ...result,
      acknowledged: acknowledged.map(({ channel, providerId }) => ({ channel, providerId })),
    })
  })
})
process.on('disconnect', () => process.exit(0))
