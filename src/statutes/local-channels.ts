import type { Labelled } from './statute.ts'
import { localPolicy, type LocalPolicy } from './types.ts'

/**
 * PURE. Ways in which every centre takes matters although its text does not name them.
 * @param silence that the text does not name them, in its own word for itself
 */
export const localChannels = (silence: string): LocalPolicy<Labelled>[] =>
  [
    { code: 'letter', label: '信件' },
    { code: 'visit', label: '来访面谈' },
    // calls that the duty officer wrote on paper while the system was away
    { code: 'dutyLog', label: '值班记录' },
  ].map((channel) => localPolicy(`${silence}；${channel.label}反映的诉求照常登记`, channel))
