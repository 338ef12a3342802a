import type { Log } from '../base/log.ts'
import { AmiError } from './ami/errors.ts'
import { assertPhone, type Nodes } from './speaker.ts'
import { nativeQueueName, type Link, type QueueMember } from './link.ts'
import type { SignedIn } from './ports.ts'

/**
 * Asterisk's own queue is the net below the gateway: whoever is signed in must be a member of it on every node before
 * the gateway fails, for then nobody can be added any more.
 */
export type NativeQueue = {
  /** Sign-in, pause, or end of a pause. */
  put(phone: string, paused: boolean): Promise<void>
  /** Sign-out. */
  remove(phone: string): Promise<void>
  /** Makes the members of one node those who are signed in, after a gap. */
  reconcile(link: Link, members: readonly QueueMember[]): Promise<void>
}

/** Before the duty number, which has a higher penalty. */
const penalty = 1

export function createNativeQueue(nodes: Nodes, signedIn: SignedIn, log: Log): NativeQueue {
  /** The wish is fulfilled already: the answers that say so are no errors. */
  async function ask(link: Link, action: string, fields: Record<string, string | number>, fine: RegExp) {
    try {
      await link.ami.request(action, { Queue: nativeQueueName, ...fields })
    } catch (error) {
      if (error instanceof AmiError && error.failure === 'refused' && fine.test(error.message)) return
      throw error
    }
  }

  const interfaceOf = (phone: string): string => `PJSIP/${phone}`

  async function putOn(link: Link, phone: string, paused: boolean): Promise<void> {
    const Interface = interfaceOf(phone)
    const fields = { Interface, MemberName: phone, StateInterface: Interface, Penalty: penalty }
    await Promise.all([
      ask(link, 'QueueAdd', { ...fields, Paused: String(paused) }, /already there/i),
      ask(link, 'QueuePause', { Interface, Paused: String(paused) }, /^$/),
    ])
  }

  const removeFrom = (link: Link, phone: string): Promise<void> =>
    ask(link, 'QueueRemove', { Interface: interfaceOf(phone) }, /not there|not found/i)

  /** A node that is out of reach is brought up to date by `reconcile` when it comes back. */
  async function everywhere(what: (link: Link) => Promise<void>): Promise<void> {
    const results = await Promise.allSettled(
      nodes
        .all()
        .filter((link) => link.isKnown())
        .map(what),
    )
    for (const result of results) {
      if (result.status === 'rejected') {
        log.warn({ reason: (result.reason as Error).message }, 'native queue not brought up to date')
      }
    }
  }

  return {
    put(phone, paused) {
      assertPhone(phone)
      return everywhere((link) => putOn(link, phone, paused))
    },
    remove(phone) {
      assertPhone(phone)
      return everywhere((link) => removeFrom(link, phone))
    },
    async reconcile(link, members) {
      const wanted = new Map((await signedIn.list()).map((one) => [one.phone, one.paused]))
      const present = new Map(members.map((one) => [one.phone, one.paused]))
      const missing = [...wanted].filter(([phone, paused]) => present.get(phone) !== paused)
      const extra = [...present.keys()].filter((phone) => !wanted.has(phone))
      await Promise.all([
        ...missing.map(([phone, paused]) => putOn(link, phone, paused)),
        ...extra.map((phone) => removeFrom(link, phone)),
      ])
      if (missing.length + extra.length > 0) {
        log.info({ added: missing.length, removed: extra.length }, 'native queue brought up to date')
      }
    },
  }
}
