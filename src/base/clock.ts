/** Time is an argument. The composition root passes the ledger's (`src/db/clock.ts`); tests pass their own. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()
