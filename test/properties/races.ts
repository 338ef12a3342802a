import { Broken } from './invariants.ts'
import type { Ledger, World } from './world.ts'

/** What happens at once in one race, and what must have come of it beside the invariants. */
export type Meeting = {
  atOnce: (() => Promise<string>)[]
  /** `answers` in the order of `atOnce`; the ledger as it is after the bells. */
  outcome?: (answers: string[], ledger: Ledger) => void
  /** Agents who lost their page and do not come back. */
  absent?: string[]
}
export type Race = { title: string; meet: (world: World) => Promise<Meeting> }

const demand = (holds: boolean, what: string): void => {
  if (!holds) throw new Broken(what)
}
const oneOf = (value: string, ...allowed: string[]): void =>
  demand(allowed.includes(value), `${value} is none of ${allowed.join(', ')}`)
const count = (answers: string[], answer: string): number => answers.filter((a) => a === answer).length
const contactIn = (ledger: Ledger, id: string) => ledger.contacts.find((c) => c.id === id)!
const offersOf = (ledger: Ledger, id: string) => ledger.offers.filter((o) => o.contactId === id)

/**
 * The table "Races and who wins" of the semantics, and what else meets on one row. Each runs on the pure machines and
 * on the real PostgreSQL, step by step in every order that the scheduler finds.
 */
export const races = {
  acceptAgainstHangUp: {
    title: 'an accept and a hang-up: the first commit wins, nobody is blamed, the call has one end',
    async meet(world) {
      const agent = await world.agent()
      const contact = await world.call()
      const offer = await world.offered(contact, agent)
      return {
        atOnce: [() => world.do.accept(offer, agent), () => world.do.hangUp(contact)],
        outcome([accepted], ledger) {
          oneOf(accepted!, 'ok', 'contactGone', 'unknownOffer')
          const { state, end } = contactIn(ledger, contact)
          demand(state === 'ended' && end === 'abandonedRinging', `the call is ${state} ${end}`)
          const [row] = offersOf(ledger, contact)
          demand(
            row!.outcome === (accepted === 'ok' ? 'accepted' : 'abandoned'),
            `the offer ended ${row!.outcome}`,
          )
          demand(!ledger.agents[0]!.notResponding, 'a hang-up counts as a miss')
        },
      }
    },
  },
  twoGatewaysOffer: {
    title: 'two gateways that offer one contact, or one agent two calls: one offer rings',
    async meet(world) {
      const [a, b] = [await world.agent(), await world.agent()]
      const [first, second] = [await world.call(), await world.call()]
      return {
        atOnce: [
          () => world.do.offer(first, a, 0),
          () => world.do.offer(first, b, 1),
          () => world.do.offer(second, a, 1),
        ],
        outcome(_answers, ledger) {
          demand(offersOf(ledger, first).length === 1, `${offersOf(ledger, first).length} offers of one call`)
          demand(ledger.offers.filter((o) => o.agentId === a).length <= 1, 'one agent hears two calls')
        },
      }
    },
  },
  twoAccept: {
    title: 'two tabs, two gateways and a stranger accept one offer: one does, the others hear 409 or 404',
    async meet(world) {
      const [agent, stranger] = [await world.agent(), await world.agent()]
      const contact = await world.text()
      const offer = await world.offered(contact, agent)
      return {
        atOnce: [
          () => world.do.accept(offer, agent, 0),
          () => world.do.accept(offer, agent, 1),
          () => world.do.accept(offer, stranger, 1),
        ],
        outcome(answers, ledger) {
          demand(count(answers, 'ok') === 1, `${count(answers, 'ok')} accepted: ${answers.join(', ')}`)
          oneOf(answers[2]!, 'unknownOffer')
          const { state, agentId } = contactIn(ledger, contact)
          demand(state === 'active' && agentId === agent, `the text is ${state}`)
        },
      }
    },
  },
  acceptAgainstTimeout: {
    title: 'an accept and the deadline: accepted in time or 410, never both',
    async meet(world) {
      const agent = await world.agent()
      const contact = await world.text()
      const offer = await world.offered(contact, agent)
      return {
        atOnce: [
          () => world.do.accept(offer, agent),
          () => world.do.timeUp(offer, 0),
          () => world.do.expiryRings(offer),
        ],
        outcome([accepted], ledger) {
          const [row] = offersOf(ledger, contact)
          const { state, agentId } = contactIn(ledger, contact)
          if (accepted === 'ok') {
            demand(row!.outcome === 'accepted', `the offer ended ${row!.outcome}`)
            demand(state === 'active' && agentId === agent, `the text is ${state}`)
            demand(!ledger.agents[0]!.notResponding, 'who accepted is not away')
          } else {
            oneOf(accepted!, 'offerExpired', 'unknownOffer')
            demand(row!.outcome !== 'accepted' && state === 'queued', `${row!.outcome} and ${state}`)
          }
        },
      }
    },
  },
  socketDropsWhileRinging: {
    title: 'a socket is lost while it rings and the phone answers all the same: the answer counts as accept',
    async meet(world) {
      const agent = await world.agent({ mode: 'phone' })
      const contact = await world.call()
      await world.offered(contact, agent)
      return {
        atOnce: [() => world.do.graceOver(agent), () => world.do.bridged(contact, agent)],
        absent: [agent],
        outcome(_answers, ledger) {
          const { state, agentId } = contactIn(ledger, contact)
          const [row] = offersOf(ledger, contact)
          // Lifted after it was withdrawn it is his all the same.
          if (state === 'active') demand(agentId === agent, `lifted, but the call is ${agentId}'s`)
          else demand(row!.outcome === 'withdrawn' && state === 'queued', `${row!.outcome} and ${state}`)
          demand(!ledger.agents[0]!.notResponding, 'a lost socket counts as a miss')
        },
      }
    },
  },
  socketDropsInACall: {
    title: 'a socket is lost in a call: the call goes on, its agent leaves after it',
    async meet(world) {
      const agent = await world.agent()
      const contact = await world.call()
      await world.active(contact, agent)
      return {
        atOnce: [
          () => world.do.graceOver(agent),
          () => world.do.leave(agent),
          () => world.do.textsBack(agent),
          () => world.do.hangUp(contact),
        ],
        absent: [agent],
        outcome(_answers, ledger) {
          const { state, agentId } = contactIn(ledger, contact)
          demand(state === 'wrapUp' && agentId === agent, `the call is ${state}`)
        },
      }
    },
  },
  messageAgainstEnd: {
    title: 'messages and the end of their conversation: each joins the open one or opens one new one',
    async meet(world) {
      const agent = await world.agent()
      const contact = await world.text()
      const from = world.requesterOf(contact)
      await world.active(contact, agent)
      return {
        atOnce: [
          () => world.do.say(from),
          () => world.do.endConversation(contact, agent),
          () => world.do.say(from),
        ],
        outcome([first, ended, second], ledger) {
          oneOf(ended!, 'ok')
          demand(
            contactIn(ledger, contact).state === 'wrapUp',
            `ended, but ${contactIn(ledger, contact).state}`,
          )
          const open = ledger.contacts.filter((c) => c.state === 'queued')
          demand(open.length <= 1, `${open.length} conversations of one person wait`)
          for (const id of [first!, second!])
            demand(id === contact || id === open[0]?.id, 'a message lies in a contact that is neither')
          demand(ledger.messages.length === 3, `${ledger.messages.length} of 3 messages are kept`)
        },
      }
    },
  },
  signOutWithOpenTexts: {
    title:
      'a sign-out that hands conversations back while a colleague gets one: each is with one of them or waits',
    async meet(world) {
      const [agent, colleague] = [await world.agent(), await world.agent()]
      const contact = await world.text()
      await world.active(contact, agent)
      return {
        atOnce: [
          () => world.do.signOut(agent, true),
          () => world.do.transfer(contact, agent, colleague),
          () => world.do.textsBack(agent),
        ],
        outcome([_out, transferred], ledger) {
          const { state, agentId } = contactIn(ledger, contact)
          if (transferred === 'ok')
            demand(agentId === colleague, `handed over, and taken away again: ${state}`)
          else demand(state === 'queued', `neither handed over nor back: ${state}`)
        },
      }
    },
  },
  transferToWhoLeaves: {
    title: 'a conversation handed to a colleague who signs out: he gets it and drains, or it stays',
    async meet(world) {
      const [agent, colleague] = [await world.agent(), await world.agent()]
      const contact = await world.text()
      await world.active(contact, agent)
      return {
        atOnce: [() => world.do.transfer(contact, agent, colleague), () => world.do.signOut(colleague)],
        outcome([transferred], ledger) {
          const { agentId } = contactIn(ledger, contact)
          demand(agentId === (transferred === 'ok' ? colleague : agent), 'with the wrong one')
          const intent = ledger.agents.find((one) => one.id === colleague)!.intent
          demand(intent === (transferred === 'ok' ? 'draining' : 'offline'), `the colleague is ${intent}`)
        },
      }
    },
  },
  transfersToOneColleague: {
    title: 'two conversations and an offer for the last slot of a colleague: he gets one',
    async meet(world) {
      const [a, b, colleague] = [await world.agent(), await world.agent(), await world.agent()]
      const [one, two, three, held] = [
        await world.text(),
        await world.text(),
        await world.text(),
        await world.text(),
      ]
      await world.active(held, colleague)
      await world.active(one, a)
      await world.active(two, b)
      return {
        atOnce: [
          () => world.do.transfer(one, a, colleague),
          () => world.do.transfer(two, b, colleague),
          () => world.do.offer(three, colleague, 1),
        ],
        outcome(answers, ledger) {
          const got = ledger.contacts.filter((c) => c.agentId === colleague).length
          demand(got === 2, `he has ${got} of 2`)
          demand(count(answers.slice(0, 2), 'ok') <= 1, 'both were told that it is his')
        },
      }
    },
  },
  twoTabsTransfer: {
    title: 'two tabs hand one conversation to two colleagues, a third ends it: one of them wins',
    async meet(world) {
      const [agent, b, c] = [await world.agent(), await world.agent(), await world.agent()]
      const contact = await world.text()
      await world.active(contact, agent)
      return {
        atOnce: [
          () => world.do.transfer(contact, agent, b),
          () => world.do.transfer(contact, agent, c),
          () => world.do.endConversation(contact, agent),
        ],
        outcome(answers, ledger) {
          demand(count(answers, 'ok') === 1, `${count(answers, 'ok')} won: ${answers.join(', ')}`)
          const { state, agentId } = contactIn(ledger, contact)
          const winner = [b, c, agent][answers.indexOf('ok')]
          demand(agentId === winner, 'the ledger names another winner')
          demand(state === (winner === agent ? 'wrapUp' : 'active'), `it is ${state}`)
        },
      }
    },
  },
  pauseDuringAnOffer: {
    title: 'a pause while an offer is being made: it counts as declined or is not made',
    async meet(world) {
      const [agent, other] = [await world.agent(), await world.agent()]
      const [one, two] = [await world.text(), await world.text()]
      await world.offered(one, agent)
      return {
        atOnce: [
          () => world.do.pause(agent),
          () => world.do.offer(two, agent, 1),
          () => world.do.offer(one, other, 0),
        ],
        outcome(_answers, ledger) {
          for (const offer of ledger.offers.filter((o) => o.agentId === agent))
            demand(offer.outcome === 'declined', `it ended ${offer.outcome}`)
        },
      }
    },
  },
  signOutAgainstOffer: {
    title: 'a sign-out while an offer is being made: nothing rings at somebody who left',
    async meet(world) {
      const agent = await world.agent()
      const contact = await world.call()
      return {
        atOnce: [() => world.do.signOut(agent), () => world.do.offer(contact, agent, 1)],
        outcome(_answers, ledger) {
          demand(ledger.agents[0]!.intent === 'offline', `he is ${ledger.agents[0]!.intent}`)
          demand(
            contactIn(ledger, contact).state === 'queued',
            `the call is ${contactIn(ledger, contact).state}`,
          )
        },
      }
    },
  },
  signOutAgainstAccept: {
    title: 'a sign-out and an accept in another tab: the conversation is his and he drains, or it waits',
    async meet(world) {
      const agent = await world.agent()
      const contact = await world.text()
      const offer = await world.offered(contact, agent)
      return {
        atOnce: [() => world.do.signOut(agent), () => world.do.accept(offer, agent)],
        outcome([_out, accepted], ledger) {
          const { state } = contactIn(ledger, contact)
          demand(state === (accepted === 'ok' ? 'active' : 'queued'), `${accepted}, and ${state}`)
          const { intent } = ledger.agents[0]!
          demand(intent === (accepted === 'ok' ? 'draining' : 'offline'), `${accepted}, and he is ${intent}`)
        },
      }
    },
  },
  signInInAnotherTab: {
    title: 'a sign-in in a second tab while the first accepts: accepted by the first, or withdrawn',
    async meet(world) {
      const agent = await world.agent()
      const contact = await world.text()
      const offer = await world.offered(contact, agent)
      return {
        atOnce: [() => world.do.signIn(agent), () => world.do.accept(offer, agent)],
        outcome([signedIn, accepted], ledger) {
          oneOf(signedIn!, 'ok')
          oneOf(accepted!, 'ok', 'contactGone', 'unknownOffer', 'staleEpoch')
          const { state } = contactIn(ledger, contact)
          demand(state === (accepted === 'ok' ? 'active' : 'queued'), `${accepted}, and ${state}`)
          demand(ledger.agents[0]!.epoch === 2, 'one sign-in, one epoch')
        },
      }
    },
  },
  noAnswer: {
    title: 'nobody answers: both gateways notice, one end, set aside once, the contact waits again',
    async meet(world) {
      const [agent, next] = [await world.agent(), await world.agent()]
      const contact = await world.call()
      const offer = await world.offered(contact, agent)
      return {
        atOnce: [
          () => world.do.timeUp(offer, 0),
          () => world.do.expiryRings(offer),
          () => world.do.offer(contact, next, 1),
        ],
        outcome(_answers, ledger) {
          demand(
            ['expired', 'withdrawn'].includes(offersOf(ledger, contact)[0]!.outcome!),
            'it did not run out',
          )
          oneOf(contactIn(ledger, contact).state, 'queued', 'offered')
        },
      }
    },
  },
  lateAcceptAfterReoffer: {
    title: 'a late accept of a contact that is offered to the next agent: the old offer stays over',
    async meet(world) {
      const [agent, next] = [await world.agent(), await world.agent()]
      const contact = await world.call()
      const offer = await world.offered(contact, agent)
      await world.do.decline(offer, agent)
      return {
        atOnce: [
          () => world.do.offer(contact, next, 1),
          () => world.do.accept(offer, agent),
          () => world.do.expiryRings(offer),
          () => world.do.decline(offer, agent),
        ],
        outcome([_offer, accepted, _rings, declined], ledger) {
          oneOf(accepted!, 'contactGone', 'unknownOffer')
          oneOf(declined!, 'unknownOffer')
          const { state, agentId } = contactIn(ledger, contact)
          demand(state === 'offered' && agentId === next, `it is ${state}`)
        },
      }
    },
  },
  declineAgainstAccept: {
    title: 'a decline in one tab and an accept in the other: one of them',
    async meet(world) {
      const agent = await world.agent()
      const contact = await world.text()
      const offer = await world.offered(contact, agent)
      return {
        atOnce: [() => world.do.accept(offer, agent, 0), () => world.do.decline(offer, agent)],
        outcome(answers, ledger) {
          demand(count(answers, 'ok') === 1, `both or neither: ${answers.join(', ')}`)
          const { state } = contactIn(ledger, contact)
          demand(state === (answers[0] === 'ok' ? 'active' : 'queued'), `it is ${state}`)
        },
      }
    },
  },
  nativeAgainstAccept: {
    title: 'Asterisk’s own queue takes the caller as he is offered and accepted: his leg is left alone',
    async meet(world) {
      const [agent, other] = [await world.agent(), await world.agent()]
      const contact = await world.call()
      const offer = await world.offered(contact, agent)
      return {
        atOnce: [
          () => world.do.accept(offer, agent),
          () => world.do.native(contact),
          () => world.do.offer(contact, other, 1),
        ],
        outcome([accepted], ledger) {
          const { state, agentId } = contactIn(ledger, contact)
          demand(state === 'native' && agentId === null, `the call is ${state}`)
          const [row] = offersOf(ledger, contact)
          demand(
            row!.outcome === (accepted === 'ok' ? 'accepted' : 'abandoned'),
            `the offer ended ${row!.outcome}`,
          )
        },
      }
    },
  },
  duplicateEvents: {
    title: 'a hang-up seen by two gateways and before the bridge: one end, one debt',
    async meet(world) {
      const agent = await world.agent()
      const contact = await world.call()
      const offer = await world.offered(contact, agent)
      await world.do.accept(offer, agent)
      return {
        atOnce: [
          () => world.do.hangUp(contact),
          () => world.do.bridged(contact, agent),
          () => world.do.hangUp(contact),
        ],
        outcome(_answers, ledger) {
          const { state, end, agentId } = contactIn(ledger, contact)
          if (state === 'ended') demand(end === 'abandonedRinging', `it ended ${end}`)
          else demand(state === 'wrapUp' && agentId === agent, `it is ${state}`)
        },
      }
    },
  },
  gatewayDiesWhileConnecting: {
    title: 'a successor puts a connecting call back as its phone is lifted: bridged, or in the queue',
    async meet(world) {
      const [agent, next] = [await world.agent(), await world.agent()]
      const contact = await world.call()
      const offer = await world.offered(contact, agent)
      await world.do.accept(offer, agent)
      return {
        atOnce: [
          () => world.do.dialFailed(contact),
          () => world.do.bridged(contact, agent),
          () => world.do.offer(contact, next, 1),
        ],
        outcome(_answers, ledger) {
          oneOf(contactIn(ledger, contact).state, 'active', 'queued', 'offered')
        },
      }
    },
  },
  transferAgainstHangUp: {
    title:
      'a transfer that nobody answers and a hang-up: back in the queue, or over; never with an agent who hears nothing',
    async meet(world) {
      const agent = await world.agent()
      const contact = await world.call()
      await world.active(contact, agent)
      return {
        atOnce: [() => world.do.transferFailed(contact), () => world.do.hangUp(contact)],
        outcome(_answers, ledger) {
          const { state, end, agentId } = contactIn(ledger, contact)
          if (state === 'ended') demand(end === 'abandoned' || end === 'shortAbandon', `it ended ${end}`)
          else demand(state === 'wrapUp' || (state === 'queued' && !agentId), `it is ${state}`)
        },
      }
    },
  },
  transferFails: {
    title: 'a transfer that nobody answers: the caller is at the head of the queue',
    async meet(world) {
      const [agent, next] = [await world.agent(), await world.agent()]
      const contact = await world.call()
      await world.active(contact, agent)
      return {
        atOnce: [() => world.do.transferFailed(contact), () => world.do.offer(contact, next, 1)],
        outcome(_answers, ledger) {
          oneOf(contactIn(ledger, contact).state, 'queued', 'offered')
        },
      }
    },
  },
  transferAgainstOffer: {
    title:
      'a colleague lifts his phone for a transferred call as he is offered another: the other one waits again',
    async meet(world) {
      const [agent, colleague] = [await world.agent(), await world.agent()]
      const [talk, waits] = [await world.call(), await world.call()]
      await world.active(talk, agent)
      return {
        atOnce: [() => world.do.offer(waits, colleague, 1), () => world.do.bridged(talk, colleague)],
        outcome(answers, ledger) {
          oneOf(answers[1]!, 'ok')
          demand(
            contactIn(ledger, talk).agentId === colleague,
            'the caller speaks with him, the ledger denies it',
          )
          demand(
            contactIn(ledger, waits).state === 'queued',
            `the other one is ${contactIn(ledger, waits).state}`,
          )
        },
      }
    },
  },
  registerTwice: {
    title: 'a registration sent twice, and by the second tab: one registration',
    async meet(world) {
      const agent = await world.agent()
      const contact = await world.text()
      await world.wrapUp(contact, agent)
      return {
        atOnce: [
          () => world.do.register(contact, agent),
          () => world.do.register(contact, agent),
          () => world.do.wrapUpOver(contact),
        ],
        outcome(answers, ledger) {
          demand(count(answers.slice(0, 2), 'ok') === 2, `a repetition was refused: ${answers.join(', ')}`)
          demand(ledger.registrations.length === 1, `${ledger.registrations.length} registrations`)
          demand(contactIn(ledger, contact).end === 'completed', 'not completed')
        },
      }
    },
  },
  renewalAgainstExpiry: {
    title: 'a renewal of wrap-up and its end: renewed means renewed',
    async meet(world) {
      const agent = await world.agent()
      const contact = await world.text()
      await world.wrapUp(contact, agent)
      return {
        atOnce: [() => world.do.renew(contact, agent), () => world.do.wrapUpOver(contact)],
        outcome([renewed], ledger) {
          const { owed } = contactIn(ledger, contact)
          demand(
            owed === (renewed !== 'ok'),
            renewed === 'ok' ? 'renewed, and over at once' : `neither: ${renewed}`,
          )
        },
      }
    },
  },
} satisfies Record<string, Race>

export type RaceName = keyof typeof races
