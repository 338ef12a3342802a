/** Time is an argument. The composition root passes `systemClock`; tests pass their own. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()
