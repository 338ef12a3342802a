import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { system } from '../base/actor.ts'
import type { Log } from '../base/log.ts'
import { toDialString } from '../base/phone.ts'
import type { Pii } from '../base/pii.ts'
import type { DeskCalls, NativeMembers, PhoneLine } from '../agent-desk/ports.ts'
import type { AsteriskConfig, Config } from '../config/config.ts'
import type { Contacts } from '../contacts/service.ts'
import type { Db } from '../db/pool.ts'
import type { OfferListener } from '../queue/ports.ts'
import { createPhones, readPool, type Phones } from '../telephony/phones.ts'
import { createRecordings, type Recordings } from '../telephony/recording.ts'
import { recordingKey } from '../telephony/recording-file.ts'
import { createTelephony, type Telephony, type TelephonyOptions } from '../telephony/service.ts'

/** Telephony as this installation has it, and its faces towards the desk and the queue. */
export type Calls = {
  telephony: Telephony
  recordings: Recordings
  phones: Phones
}

export type CallWiring = Omit<TelephonyOptions, 'nodes' | 'recordings' | 'gatewayId' | 'db' | 'log'>

export async function composeTelephony(
  config: Config,
  asterisk: AsteriskConfig,
  db: Db,
  log: Log,
  wiring: CallWiring,
): Promise<Calls> {
  const { current, previous } = config.pii
  const recordings = createRecordings({
    db,
    dir: join(config.dataDir, 'recordings'),
    keys: [recordingKey(current), ...previous.map(recordingKey)],
    log,
  })
  const pool =
    asterisk.phonesFile && existsSync(asterisk.phonesFile) ? await readPool(asterisk.phonesFile) : []
  if (pool.length === 0) log.warn('no pool of phones: agents can take texts only')
  const phones = await createPhones(db, pool)
  const telephony = createTelephony({
    ...wiring,
    nodes: asterisk.nodes.map((target, n) => ({
      target,
      // Only the disk of the first node can lie on this machine.
      files: n === 0 && asterisk.dir ? filesOf(asterisk.dir) : null,
    })),
    gatewayId: config.nodeId,
    nodeLostMs: asterisk.nodeLostMinutes * 60_000,
    db,
    recordings,
    log,
  })
  return { telephony, recordings, phones }
}

const filesOf = (dir: string) => ({
  contactsCsv: join(dir, 'log', 'cdr-custom', 'contacts.csv'),
  queueLog: join(dir, 'log', 'queue_log'),
  recordings: join(dir, 'recordings'),
})

/** How a browser's phone reaches Asterisk: through the gateway, and past it for the time when the gateway is dead. */
export const phoneLine = (config: Config, telephony: () => Telephony | null): PhoneLine => {
  const own = config.publicUrl.replace(/^http/, 'ws')
  const { webSocketUrl = null, wssUrl = null } = config.asterisk ?? {}
  return {
    realm: 'asterisk',
    sockets: [{ url: `${own}/sip`, weight: 20 }, ...(wssUrl ? [{ url: wssUrl, weight: 10 }] : [])],
    webSocketOf: () => webSocketUrl,
    state: async (phone) => telephony()?.phoneState(phone) ?? null,
  }
}

export const nativeMembers = (telephony: () => Telephony | null): NativeMembers => ({
  put: async (phone, paused) => telephony()?.nativeQueue.put(phone, paused),
  remove: async (phone) => telephony()?.nativeQueue.remove(phone),
})

/** Without Asterisk every wish is answered the same way; the desk says so in words. */
const off = { sent: false, why: 'nodeDown' } as const

export function deskCalls(
  telephony: () => Telephony | null,
  contacts: () => Pick<Contacts, 'find' | 'addressOf' | 'beginCallBack' | 'takeCallBackBack' | 'door'>,
  agentOfPhone: (phone: string) => Promise<string | null>,
  pii: Pii,
): DeskCalls {
  const control = () => telephony()?.control ?? null
  return {
    ringPhone: async (callId, phone, seconds) => (await control()?.ringPhone(callId, phone, seconds)) ?? off,
    async callBack(contactId, phone) {
      const contact = await contacts().find(contactId)
      const address = await contacts().addressOf(contactId)
      if (!contact?.callId) return { sent: false, why: 'gone' }
      if (!address?.sealed) {
        // Given back it would come to the next agent, who can call him as little.
        await contacts().door.apply(contactId, { type: 'failed' }, { actor: system('telephony') })
        return { sent: false, why: 'gone' }
      }
      const number = toDialString(pii.open(address.sealed))
      const agentId = await agentOfPhone(phone)
      let begun = false
      const mayDial = async (node: string): Promise<boolean> =>
        (begun = await contacts().beginCallBack(contactId, agentId, node))
      const said = (await control()?.callBack(contact.callId, phone, number, mayDial)) ?? off
      if (begun && !said.sent && said.why !== 'unknown') await contacts().takeCallBackBack(contactId)
      return said
    },
    hold: async (callId) => (await control()?.hold(callId)) ?? off,
    resume: async (callId) => (await control()?.resume(callId)) ?? off,
    async hangup(callId) {
      const said = (await control()?.hangup(callId)) ?? off
      // The agent knows whether he still speaks with somebody; nobody else does while that Asterisk is out of reach.
      const over = !said.sent && said.why === 'nodeDown' && (await telephony()?.giveUp(callId))
      return over ? { sent: true } : said
    },
    pauseRecording: async (callId, paused) => (await control()?.pauseRecording(callId, paused)) ?? off,
    blindTransfer: async (callId, phone, seconds) =>
      (await control()?.blindTransfer(callId, phone, seconds)) ?? off,
    backToHold: async (callId) => (await control()?.backToHold(callId)) ?? off,
    dismiss: async (callId) => (await control()?.dismiss(callId)) ?? off,
  }
}

/** Phone mode: the ring itself is the offer, and the answer is the accept. */
export function phoneOffers(
  telephony: () => Telephony | null,
  contacts: () => Pick<Contacts, 'find'>,
  phoneOf: (agentId: string) => Promise<string | null>,
  calls: () => DeskCalls,
): OfferListener {
  return {
    async offered(offer) {
      if (offer.mode !== 'phone' || offer.channel !== 'voice') return
      const contact = await contacts().find(offer.contactId)
      const phone = await phoneOf(offer.agentId)
      if (!contact?.callId || !phone || contact.state !== 'offered') return
      const seconds = Math.max(
        1,
        Math.round((Date.parse(offer.deadline) - Date.parse(offer.offeredAt)) / 1000),
      )
      const sent = contact.callBack
        ? await calls().callBack(contact.id, phone)
        : await calls().ringPhone(contact.callId, phone, Math.min(seconds, 60))
      if (!sent.sent && sent.why !== 'unknown') throw new Error(`phone not rung: ${sent.why}`)
    },
    async ended(offer, outcome) {
      // Taken back while it rings: the caller returns to hold; an accepted or abandoned one needs nothing.
      if (outcome === 'accepted' || outcome === 'abandoned') return
      const contact = await contacts().find(offer.contactId)
      if (!contact?.callId || contact.state !== 'queued' || contact.callBack) return
      const state = await telephony()?.callState(contact.callId)
      // One who waits already may have a ring under way.
      if (state === 'busy' || state === 'waiting') await telephony()?.control.backToHold(contact.callId)
    },
  }
}
