import type { Tx, Db } from '../db/pool.ts'
import type { Contact } from './model.ts'
import type { Applied, ApplyOptions, ContactDoor } from './ports.ts'
import { findContact, writeChange, writeNote } from './store.ts'
import { transition, type ContactFact } from './transition.ts'

/** Told after the commit, in the process that made it; the outbox tells everybody else. */
export type ChangeListener = (contact: Contact, fact: ContactFact, before: Contact['state']) => void

export type Door = ContactDoor & {
  onChange(listener: ChangeListener): void
  announce(contact: Contact, fact: ContactFact, before: Contact['state']): void
}

/** A contact that changes this often while we look is livelocked; the caller hears about it. */
const attempts = 8

/**
 * The one door through which a contact changes. `apply` judges the fact against the row as it stands and writes with a
 * compare-and-set; when another fact was first it judges again, so the loser always sees the winner's state.
 */
export function createDoor(db: Db, wrapUpMs: number): Door {
  const listeners: ChangeListener[] = []
  const announce: Door['announce'] = (contact, fact, before) => {
    for (const listen of listeners) listen(contact, fact, before)
  }

  async function judge(tx: Tx, id: string, fact: ContactFact, options: Omit<ApplyOptions, 'within'>) {
    let { known } = options
    for (let n = 0; n < (options.once ? 1 : attempts); n++) {
      // What the caller knows may be old: it can lose the compare-and-set, but it refuses nothing.
      const hoped = known && !('change' in transition(known, fact)) ? undefined : known
      if (options.once && !hoped) break
      const before = hoped ?? (await findContact(tx, id))
      known = undefined
      if (!before)
        return { applied: { ok: false, refused: 'notFound', contact: null } as const, before: null }
      const verdict = transition(before, fact)
      if ('refused' in verdict)
        return { applied: { ok: false, refused: verdict.refused, contact: before } as const, before }
      const data = { ...options.data, ...factData(fact) }
      if ('note' in verdict) {
        await writeNote(tx, id, fact.type, options.actor, { ...data, note: verdict.note }, options.cite)
        return { applied: { ok: true, contact: before, note: verdict.note } as const, before }
      }
      const { change } = verdict
      const after = await writeChange(tx, before, {
        fact,
        change,
        actor: options.actor,
        cite: options.cite,
        data,
        wrapUpMs,
      })
      if (after) return { applied: { ok: true, contact: after } as const, before }
    }
    if (options.once)
      return { applied: { ok: false, refused: 'wrongState', contact: null } as const, before: null }
    throw new Error(`contact ${id} keeps changing`)
  }

  return {
    onChange: (listener) => void listeners.push(listener),
    announce,
    look: findContact,
    async applyIn(tx, id, fact, options) {
      return (await judge(tx, id, fact, options)).applied
    },
    async apply(id, fact, options): Promise<Applied> {
      const { within } = options
      const run = async (tx: Tx) => {
        const judged = await judge(tx, id, fact, options)
        if (within && judged.applied.ok && !('note' in judged.applied))
          await within(tx, judged.applied.contact)
        return judged
      }
      // Without companions one statement commits by itself: no transaction to pay for.
      const { applied, before } = within ? await db.tx(run) : await run(db)
      if (applied.ok && !('note' in applied) && before) announce(applied.contact, fact, before.state)
      return applied
    },
  }
}

/** What the event row keeps of a fact: its own fields, without the type, which has a column. */
function factData(fact: ContactFact): Record<string, unknown> {
  const data: Record<string, unknown> = { ...fact }
  delete data['type']
  return data
}
