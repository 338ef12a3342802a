import type { Tx } from '../db/pool.ts'
import { ownerOf, type OrderOfRequester } from './lookup-store.ts'

/** Whose an order is, for other slices; null where there is none by that number. */
export const findOwner = (tx: Tx, number: string): Promise<OrderOfRequester | null> => ownerOf(tx, number)
