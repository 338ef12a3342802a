import { AmiError } from './errors.ts'
import type { AmiMessage } from './frames.ts'

type Waiter = {
  action: string
  list: AmiMessage[] | null
  timer: NodeJS.Timeout
  timeoutMs: number
  resolve(answer: { response: AmiMessage; items: AmiMessage[] }): void
  reject(error: AmiError): void
  response: AmiMessage | null
}

export type Answer = { response: AmiMessage; items: AmiMessage[] }

/** No list of a real site comes near this; a list that does is a runaway. */
const maxListItems = 200_000

/** Actions that wait for their answer, by ActionID. */
export function createPending(limit = 1_000) {
  const waiters = new Map<string, Waiter>()

  const settle = (id: string, waiter: Waiter): void => {
    clearTimeout(waiter.timer)
    waiters.delete(id)
  }
  const arm = (id: string, action: string, timeoutMs: number): NodeJS.Timeout =>
    setTimeout(() => {
      const waiter = waiters.get(id)
      if (!waiter) return
      waiters.delete(id)
      waiter.reject(new AmiError('unknown', `${action} was not answered within ${timeoutMs} ms`))
    }, timeoutMs)

  return {
    full: () => waiters.size >= limit,

    /** @param timeoutMs silence, not total time: each item of a list starts it again. */
    add(id: string, action: string, asList: boolean, timeoutMs: number): Promise<Answer> {
      return new Promise((resolve, reject) => {
        const timer = arm(id, action, timeoutMs)
        waiters.set(id, {
          action,
          list: asList ? [] : null,
          timer,
          timeoutMs,
          resolve,
          reject,
          response: null,
        })
      })
    },

    /** Takes a message that answers an action. False: nobody asked for it. */
    take(message: AmiMessage): boolean {
      const id = message.fields['ActionID']
      const waiter = id === undefined ? undefined : waiters.get(id)
      if (id === undefined || !waiter) return false

      if (message.kind === 'response') {
        if (message.name === 'Error') {
          settle(id, waiter)
          waiter.reject(new AmiError('refused', message.fields['Message'] ?? 'Error'))
        } else if (waiter.list && message.fields['EventList']?.toLowerCase() === 'start') {
          waiter.response = message
        } else {
          settle(id, waiter)
          waiter.resolve({ response: message, items: [] })
        }
        return true
      }

      if (!waiter.list || !waiter.response) return false
      const part = message.fields['EventList']?.toLowerCase()
      if (part === 'complete') {
        settle(id, waiter)
        waiter.resolve({ response: waiter.response, items: waiter.list })
      } else if (part === 'cancelled' || waiter.list.length >= maxListItems) {
        settle(id, waiter)
        waiter.reject(new AmiError('refused', `${waiter.action}: list cancelled`))
      } else {
        waiter.list.push(message)
        clearTimeout(waiter.timer)
        waiter.timer = arm(id, waiter.action, waiter.timeoutMs)
      }
      return true
    },

    failAll(reason: string): void {
      for (const [id, waiter] of [...waiters]) {
        settle(id, waiter)
        waiter.reject(new AmiError('unknown', `${waiter.action}: ${reason}`))
      }
    },
  }
}
