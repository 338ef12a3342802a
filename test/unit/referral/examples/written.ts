/** A sentence as a citizen says or writes it, and the services it needs now; `null`: none. */
export type Written = [text: string, ...kinds: (string | null)[]]
