/** BullMQ queues whose jobs this slice handles; `data` is `{ id }` of a row. */
export const outgoingQueue = 'outgoing'
export const mediaQueue = 'media'

export type RowJob = { id: string }
