import type { Log } from '../base/log.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Queue } from '../queue/service.ts'
import type { Telephony } from '../telephony/service.ts'

/**
 * What callers in hold are told and what happens when nobody is there for them. Every gateway does it for the nodes it
 * owns; everything it does may be repeated.
 */
export type WaitingCallers = { sweep(): Promise<void> }

type Parts = {
  contacts: Pick<Contacts, 'waitingCalls'>
  queue: Pick<Queue, 'position'>
  telephony: Telephony
  /** Somebody takes calls now, or will after the one he has. */
  anybodyOnShift: () => Promise<boolean>
  /** The team lead is told at once. */
  alarm: (waiting: number) => Promise<void>
  /** Nobody on shift: after this the native queue rings the duty telephone, then offers a call back, then voicemail. */
  nobodyMs: number
  log: Log
}

export function createWaitingCallers(parts: Parts): WaitingCallers {
  const { contacts, queue, telephony, anybodyOnShift, alarm, nobodyMs, log } = parts
  let alarmed = false

  return {
    async sweep() {
      const owned = telephony.health().flatMap(({ node, owned: mine }) => (mine && node ? [node] : []))
      if (owned.length === 0) return
      const waiting = await contacts.waitingCalls(owned)
      if (waiting.length === 0) {
        alarmed = false
        return
      }
      const onShift = await anybodyOnShift()
      if (!onShift && !alarmed) {
        alarmed = true
        log.error({ waiting: waiting.length }, 'callers wait and nobody is on shift')
        await alarm(waiting.length)
      }
      if (onShift) alarmed = false
      for (const { contactId, callId, waitedMs } of waiting) {
        if (!onShift && waitedMs > nobodyMs) {
          await telephony.control.toNative(callId)
          continue
        }
        const position = await queue.position(contactId)
        if (position !== null) await telephony.control.setPosition(callId, position, null)
      }
    },
  }
}
