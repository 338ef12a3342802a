import { afterAll, beforeAll, expect, it } from 'vitest'
import { system } from '../../src/base/actor.ts'
import { newId } from '../../src/base/ids.ts'
import { createLog } from '../../src/base/log.ts'
import { createPii } from '../../src/base/pii.ts'
import { insertCall } from '../../src/contacts/call-store.ts'
import type { Contact } from '../../src/contacts/model.ts'
import { contactLimits, createContactDoor } from '../../src/contacts/service.ts'
import { createPool, type Db } from '../../src/db/pool.ts'
import { createRequesters } from '../../src/requesters/service.ts'
import { freshDatabase, type TestDatabase } from '../support/services.ts'

let database: TestDatabase
let db: Db
const actor = system('test')
const agentId = newId()
const door = () => createContactDoor(db, contactLimits)
beforeAll(async () => {
  database = await freshDatabase()
  db = createPool(database.url, createLog('silent'), 4)
})
afterAll(async () => {
  await db.end()
  await database.drop()
})

async function received(): Promise<Contact> {
  const requesters = createRequesters(db, createPii('a key of this test', undefined, undefined))
  const [person] = await requesters.ensure(db, [{ kind: 'phone', address: null }])
  const { requesterId, lookup, sealed } = person!
  const call = {
    id: newId(),
    callId: `n1-${newId()}`,
    node: 'n1',
    account: '12345',
    lookup,
    sealed,
    requesterId,
  }
  return (await db.tx((tx) =>
    insertCall(tx, { ...call, receivedAt: new Date(), creditMs: 0, requirement: {} }),
  ))!
}

it('judges what the caller has just read, and the row itself where that is old', async () => {
  const old = await received()
  const queued = await door().apply(old.id, { type: 'queued' }, { actor, known: old })
  expect(queued).toMatchObject({ ok: true, contact: { state: 'queued', version: old.version + 1 } })
  // The row that was known cannot be offered, the row as it stands can.
  const offered = await door().apply(old.id, { type: 'offered', agentId }, { actor, known: old })
  expect(offered).toMatchObject({ ok: true, contact: { state: 'offered' } })
  // The row that was known could be queued, the row as it stands cannot.
  const again = await door().apply(old.id, { type: 'queued' }, { actor, known: old })
  expect(again).not.toMatchObject({ ok: true, contact: { state: 'queued' } })
  expect(await door().look(db, old.id)).toMatchObject({ state: 'offered', version: old.version + 2 })
})

it('lets one who has statements right behind know at once that what he knew is old', async () => {
  const old = await received()
  await door().apply(old.id, { type: 'queued' }, { actor })
  const lost = { ok: false, refused: 'wrongState', contact: null }
  expect(await door().apply(old.id, { type: 'queued' }, { actor, known: old, once: true })).toEqual(lost)
  const offered = { type: 'offered', agentId } as const
  expect(await door().apply(old.id, offered, { actor, known: old, once: true })).toEqual(lost)
  expect(await door().look(db, old.id)).toMatchObject({ state: 'queued', version: old.version + 1 })
})
