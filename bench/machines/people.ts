import { password, type Hotline } from '../../test/support/hotline.ts'
import { startPhones, type Phones } from '../../test/support/sipp.ts'
import { startWorkingAgent, type WorkingAgent } from '../../test/support/working-agent.ts'
import type { PhoneBank, TestAsterisk } from '../../test/support/asterisk.ts'

export type People = {
  phones: Phones
  /** Conversations that telephones of agents have begun so far. */
  answered(): number
  stop(): Promise<void>
}

/**
 * Agents at desks of all gateways, in turn, who accept, register, and sign in elsewhere when theirs is gone; the first of
 * them also have telephones, which answer after a moment and talk for a moment.
 */
export async function startPeople(
  city: Hotline,
  counts: { texts: number; voices: number },
  { trunk, bank }: { trunk: TestAsterisk['trunk']; bank: PhoneBank } = {
    trunk: city.asterisk.trunk,
    bank: city.asterisk.banks[0]!,
  },
): Promise<People> {
  const limits = { limitMs: 900_000, calls: 100_000 }
  // whoever is called back is not at home
  await startPhones({ ...trunk, refuseWith: '480 Temporarily Unavailable', ...limits })
  const phones = await startPhones({
    host: bank.host,
    port: bank.port,
    answerAfterMs: 100,
    talkMs: 900,
    ...limits,
  })
  const agents: WorkingAgent[] = []
  let turn = 0
  const base = (): string => {
    const alive = city.gateways.flatMap((gateway) => (gateway ? [gateway.url] : []))
    turn += 1
    return alive[turn % alive.length] ?? 'http://127.0.0.1:1'
  }
  for (let n = 0; n < counts.texts + counts.voices; n += 1) {
    const name = `machines${n}`
    await city.staff(name)
    const phone = n < counts.voices ? bank.numbers[n] : undefined
    agents.push(startWorkingAgent(base, name, password, phone ? { phone } : {}))
  }
  return {
    phones,
    answered: () => phones.records().filter(({ what }) => what === 'answered').length,
    stop: async () => void (await Promise.all(agents.map((agent) => agent.stop()))),
  }
}
