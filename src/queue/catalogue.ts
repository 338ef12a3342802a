import { demandOf, meets } from './choose-agent.ts'

/** Runs one of the matcher's scripts. */
export type Script = (name: string, args: (string | number)[]) => Promise<unknown>

export type Catalogue = {
  addSignature(id: string, signature: string, generation: string): Promise<void>
  addProfile(id: string, profile: string, generation: string): Promise<void>
}

/**
 * Which profiles meet which signatures, worked out here by the pure rule and kept in Redis, so that a match asks one
 * set. Each addition counts only against the version of the catalogue it was worked out from: two gateways that learn
 * a signature and a profile at the same instant cannot miss each other. Their number is bounded by the configured
 * attributes, not by citizens or agents; a rebuild forgets those out of use.
 */
export function createCatalogue(run: Script): Catalogue {
  let version = ''
  let signatures = new Map<string, string>()
  let profiles = new Map<string, string>()

  async function add(kind: 'sig' | 'prof', id: string, text: string, generation: string): Promise<void> {
    const demand = demandOf(text)
    for (;;) {
      const fitting =
        kind === 'sig'
          ? [...profiles].filter(([, profile]) => meets(demand, demandOf(profile)))
          : [...signatures].filter(([, signature]) => meets(demandOf(signature), demand))
      const answer = (await run('catalogue', [
        generation,
        version,
        kind,
        id,
        text,
        ...fitting.map(([other]) => other),
      ])) as ['1', string] | ['0', string, string[], string[]]
      version = answer[1]
      if (answer[0] === '1') {
        ;(kind === 'sig' ? signatures : profiles).set(id, text)
        return
      }
      signatures = pairs(answer[2])
      profiles = pairs(answer[3])
      if ((kind === 'sig' ? signatures : profiles).has(id)) return
    }
  }

  return {
    addSignature: (id, signature, generation) => add('sig', id, signature, generation),
    addProfile: (id, profile, generation) => add('prof', id, profile, generation),
  }
}

function pairs(flat: string[]): Map<string, string> {
  const map = new Map<string, string>()
  for (let n = 0; n + 1 < flat.length; n += 2) map.set(flat[n]!, flat[n + 1]!)
  return map
}
