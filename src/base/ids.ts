import { v7 } from 'uuid'

/** Time-ordered identifier (RFC 9562, version 7): index-friendly, and never an integer, which BullMQ job ids must not be. */
export const newId = (): string => v7()
