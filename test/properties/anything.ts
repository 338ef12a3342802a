import fc from 'fast-check'
import { afterwards, always, inTheEnd } from './invariants.ts'
import { interleave } from './interleave.ts'
import type { Ground } from './run.ts'
import type { Actions, World } from './world.ts'

/** What a command may name; offers come to be on the way. */
type Model = { agents: string[]; contacts: string[]; offers: string[] }
type Real = { world: World; start: (act: () => Promise<string>) => Promise<void> }
type Named = { contact: number; other: number; agent: number; colleague: number; gateway: 0 | 1 }

const pick = (all: readonly string[], n: number): string => all[n % all.length]!

/** What anybody may do at any moment; null when there is nothing of its kind yet. */
const acts: {
  [K in Exclude<keyof Actions, 'timeUp'>]: (
    act: Actions,
    m: Model,
    n: Named,
    world: World,
  ) => (() => Promise<string>) | null
} = {
  offer: (act, m, n) => () => act.offer(pick(m.contacts, n.contact), pick(m.agents, n.agent), n.gateway),
  accept: (act, m, n) =>
    m.offers.length > 0
      ? () => act.accept(pick(m.offers, n.contact), pick(m.agents, n.agent), n.gateway)
      : null,
  decline: (act, m, n) =>
    m.offers.length > 0 ? () => act.decline(pick(m.offers, n.contact), pick(m.agents, n.agent)) : null,
  expiryRings: (act, m, n) =>
    m.offers.length > 0 ? () => act.timeUp(pick(m.offers, n.contact), n.gateway) : null,
  hangUp: (act, m, n) => () => act.hangUp(pick(calls(m), n.contact)),
  bridged: (act, m, n) => () => act.bridged(pick(calls(m), n.contact), pick(m.agents, n.agent)),
  dialFailed: (act, m, n) => () => act.dialFailed(pick(calls(m), n.contact)),
  transferFailed: (act, m, n) => () => act.transferFailed(pick(calls(m), n.contact)),
  native: (act, m, n) => () => act.native(pick(calls(m), n.contact)),
  nativeAnswered: (act, m, n) => () => act.nativeAnswered(pick(calls(m), n.contact), pick(m.agents, n.agent)),
  say: (act, m, n, world) => () => act.say(world.requesterOf(pick(texts(m), n.contact))),
  endConversation: (act, m, n) => () =>
    act.endConversation(pick(texts(m), n.contact), pick(m.agents, n.agent)),
  transfer: (act, m, n) => () =>
    act.transfer(
      pick(texts(m), n.contact),
      pick(m.agents, n.agent),
      n.other % 3 === 0 ? null : pick(m.agents, n.colleague),
    ),
  register: (act, m, n) => () => act.register(pick(m.contacts, n.contact), pick(m.agents, n.agent)),
  renew: (act, m, n) => () => act.renew(pick(m.contacts, n.contact), pick(m.agents, n.agent)),
  wrapUpOver: (act, m, n) => () => act.wrapUpOver(pick(m.contacts, n.contact)),
  pause: (act, m, n) => () => act.pause(pick(m.agents, n.agent)),
  available: (act, m, n) => () => act.available(pick(m.agents, n.agent)),
  signOut: (act, m, n) => () => act.signOut(pick(m.agents, n.agent), n.other % 2 === 0),
  signIn: (act, m, n) => () => act.signIn(pick(m.agents, n.agent)),
  graceOver: (act, m, n) => () => act.graceOver(pick(m.agents, n.agent)),
  leave: (act, m, n) => () => act.leave(pick(m.agents, n.agent)),
  textsBack: (act, m, n) => () => act.textsBack(pick(m.agents, n.agent)),
}
const calls = (m: Model): string[] => m.contacts.filter((_, n) => n % 2 === 0)
const texts = (m: Model): string[] => m.contacts.filter((_, n) => n % 2 === 1)

class Act implements fc.AsyncCommand<Model, Real> {
  readonly what: keyof typeof acts
  readonly named: Named
  constructor(what: keyof typeof acts, named: Named) {
    this.what = what
    this.named = named
  }
  check(model: Readonly<Model>): boolean {
    const { named, what } = this
    if (what === 'transfer' && pick(model.agents, named.agent) === pick(model.agents, named.colleague))
      return false
    return true
  }
  async run(model: Model, { world, start }: Real): Promise<void> {
    // Offers are known by the ledger as it is now, whoever is in the midst of making or ending one.
    const ledger = await world.ledger()
    always(ledger)
    model.offers = ledger.offers.map((o) => o.id)
    const act = acts[this.what](world.do, model, this.named, world)
    if (act) await start(act)
  }
  toString(): string {
    const { contact, agent, colleague, gateway, other } = this.named
    return `${this.what}(contact ${contact}, agent ${agent}, ${colleague}, gateway ${gateway}, ${other})`
  }
}

const named: fc.Arbitrary<Named> = fc.record({
  contact: fc.nat(7),
  other: fc.nat(5),
  agent: fc.nat(1),
  colleague: fc.nat(1),
  gateway: fc.constantFrom(0 as const, 1 as const),
})
const commands = fc.commands(
  (Object.keys(acts) as (keyof typeof acts)[]).flatMap((what) => {
    const one = named.map((n) => new Act(what, n))
    // Without offers and accepts hardly anything else can happen.
    return what === 'offer' || what === 'accept' ? [one, one, one, one] : [one]
  }),
  { maxCommands: 60, size: '+1' },
)

/** Two agents, two calls, two texts, and anything at all, begun before the former has ended. */
export const anythingProperty = (ground: Ground) =>
  fc.asyncProperty(fc.scheduler(), commands, async (scheduler, cmds) => {
    const world = ground.world((label) => scheduler.schedule(Promise.resolve(), label))
    try {
      const agents = [await world.agent(), await world.agent({ mode: 'phone' })]
      const contacts: string[] = []
      for (let n = 0; n < 2; n++) contacts.push(await world.call(), await world.text())
      const model: Model = { agents, contacts, offers: [] }
      world.race()
      const running: Promise<unknown>[] = []
      const start = async (act: () => Promise<string>): Promise<void> => {
        await scheduler.schedule(Promise.resolve(), 'begin')
        running.push(act())
      }
      const all = fc.asyncModelRun(() => ({ model, real: { world, start } }), cmds)
      await interleave(scheduler, [all.then(() => Promise.all(running))], ground.settled)
      await all
      await Promise.all(running)
      await world.bells()
      afterwards(await world.ledger())
      await world.later()
      inTheEnd(await world.ledger(), new Set())
    } finally {
      await world.stop()
    }
  })
