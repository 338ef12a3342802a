import { randomInt } from 'node:crypto'
import type { Link } from './link.ts'
import { outLegId } from './legs.ts'
import { assertNumber, assertPhone, notSent, type Nodes, type Sent, type Speaker } from './speaker.ts'

/** Calls that staff make to a requester. The dialplan holds the list of numbers that may be dialled. */

/** Where a call out will live, before anything rings. `account`: the number of ours that the citizen is shown. */
export type OutCallPlace = { callId: string; node: string; account: string }

/** A phone that is not taken within so long is not manned, seconds. Asterisk's own time for the citizen comes after it. */
const phoneRingSeconds = 20

export function createOutgoingCalls(nodes: Nodes, { act }: Pick<Speaker, 'act'>) {
  const known = (): Link[] => nodes.all().filter((link) => link.isKnown())

  return {
    /** Names a call before it is made, on the node where the phone is reachable; null without any link. */
    async placeOut(phone: string): Promise<OutCallPlace | null> {
      const links = known()
      const link = links.find((one) => one.phoneState(phone) === 'notInUse') ?? links[0]
      const node = link?.node()
      if (!link || !node) return null
      const hotline = await link.ami.request('Getvar', { Variable: 'HOTLINE' }).catch(() => null)
      const account = hotline?.fields['Value']
      if (!account) return null
      // In the form of the node's own ids; milliseconds, which Asterisk's never have, keep the two apart.
      return { callId: `${node}-${Date.now()}.${randomInt(1_000_000)}`, node, account }
    },

    /**
     * Rings the phone of whoever calls, then the citizen; the phone is shown our own number. Outcome:
     * `outPhoneAnswered`, then `callAnswered` and `callBridged`, or `outFailed`; at the end `callEnded`.
     * @param number digits as the dialplan's allow-list takes them
     */
    async callOut({ callId, node, account }: OutCallPlace, phone: string, number: string): Promise<Sent> {
      assertPhone(phone)
      assertNumber(number)
      const link = nodes.byName(node)
      if (!link?.isKnown()) return notSent('nodeDown')
      return act(link, 'Originate', {
        // Four digits: a phone of ours, which needs no list of numbers.
        Channel: `PJSIP/${phone}`,
        Context: 'order-call',
        Exten: 's',
        Priority: 1,
        Async: 'true',
        Timeout: phoneRingSeconds * 1_000,
        CallerID: `<${account}>`,
        ChannelId: outLegId(callId),
        Variable: [
          `CONTACT=${callId}`,
          `NUMBER=${number}`,
          // A snapshot taken while the phone rings must find the call.
          'SHARED(stage)=outPhone',
          `PJSIP_HEADER(add,X-Contact-Id)=${callId}`,
          'PJSIP_HEADER(add,X-Out)=1',
        ],
      })
    },
  }
}
