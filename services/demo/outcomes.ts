import type { DeskContact } from '../../src/agent-desk/contract.ts'
import type { Outcome } from '../../src/work-orders/contract.ts'
import { inPercent } from './chance.ts'
import { type Matter, someMatter } from './matters.ts'

/** What a simulated agent registers: an answer where the matter has one, otherwise an order. */
export function outcomesFor(contact: DeskContact): Outcome[] {
  const matter = someMatter()
  if (matter.answer !== undefined) {
    return [
      { type: 'answered', kind: matter.kind, title: matter.title, answer: matter.answer, knowledge: [] },
    ]
  }
  return [orderFor(contact, matter)]
}

function orderFor(contact: DeskContact, matter: Matter): Outcome {
  const said = contact.messages.filter(({ direction }) => direction === 'in').map(({ text }) => text)
  return {
    type: 'workOrder',
    title: matter.title,
    facts: said.length > 0 ? said.join('\n') : `${matter.opening}${matter.more}`,
    kind: matter.kind,
    place: matter.address,
    // now and then the agent forgets to ask: the order is kept and marked incomplete
    requester: inPercent(10) ? {} : { kind: 'naturalPerson', name: '化名甲', home: matter.address },
    confidential: inPercent(10),
    ...(inPercent(70) ? { accept: true, leadUnit: matter.unit } : {}),
  }
}
