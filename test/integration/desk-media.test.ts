import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mediaRoutes } from '../../src/agent-desk/media-routes.ts'
import type { Role } from '../../src/base/actor.ts'
import { newId } from '../../src/base/ids.ts'
import type { InboundText } from '../../src/channels/channel.ts'
import { createMedia, type Media } from '../../src/channels/wechat/media.ts'
import { contactFiles } from '../../src/composition/contact-files.ts'
import type { Contact } from '../../src/contacts/model.ts'
import type { MessageRow } from '../../src/contacts/reads.ts'
import { readLedger, recordAccess, type Access } from '../../src/staff/ledger.ts'
import { runFolder } from '../support/services.ts'
import { createGround, createStaffSite, makeMember, signedIn, type Ground } from './staff-support.ts'

let ground: Ground
let site: Awaited<ReturnType<typeof createStaffSite>>
let media: Media
let record: (entry: Access) => Promise<void>
const contacts = new Map<string, Contact>()
const messages = new Map<string, MessageRow[]>()
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])

beforeAll(async () => {
  ground = await createGround()
  const { db, pii, log } = ground
  record = (entry) => recordAccess(db, entry)
  media = createMedia({
    db,
    pii,
    dir: mkdtempSync(join(runFolder(), 'media-')),
    fetchMedia: async () => ({ kind: 'file', bytes: jpeg, mime: 'image/jpeg' }),
    log,
  })
  site = await createStaffSite(ground, {
    more: async (scope) => {
      await scope.register(mediaRoutes, {
        contacts: { find: async (id) => contacts.get(id) ?? null },
        files: contactFiles({ messagesOf: async (id) => messages.get(id) ?? [] }, () => media),
        record: (entry) => record(entry),
      })
    },
  })
})
afterAll(async () => {
  await site?.close()
  await ground?.close()
})

async function person(roles: Role[] = ['agent']) {
  const { id } = await makeMember(ground, roles)
  const cookie = await signedIn(site, id)
  return {
    id,
    open: (contactId: string, fileId: string) =>
      site.app.inject({ url: `/api/contacts/${contactId}/media/${fileId}`, headers: { cookie } }),
  }
}

/** A conversation on somebody's desk, with a picture that came and was fetched. */
async function conversation(
  agentId: string,
  { fetched = true, ...patch }: Partial<Contact> & { fetched?: boolean } = {},
) {
  const contact = {
    id: newId(),
    channel: 'wechat',
    account: 'gh_hotline',
    state: 'active',
    agentId,
    requesterId: newId(),
    endedAt: null,
    owedAt: null,
    ...patch,
  } as Contact
  contacts.set(contact.id, contact)
  const providerId = newId()
  const message = { id: newId(), providerId, direction: 'in', kind: 'image' } as MessageRow
  messages.set(contact.id, [message])
  await media.effect([
    { channel: 'wechat', account: 'gh_hotline', providerId, media: { mediaId: 'm' } } as InboundText,
  ])
  const [file] = await media.of('wechat', 'gh_hotline', [providerId])
  if (fetched) await media.fetch(file!.id)
  return { contact, message, file: file! }
}

const opened = (contactId: string) =>
  readLedger(ground.db, { contactId, action: 'attachmentOpened', limit: 5 })

describe('a picture that came by WeChat', () => {
  it('is opened by whoever talks with its sender, and the look is on the ledger', async () => {
    const agent = await person()
    const { contact, message, file } = await conversation(agent.id)
    const answer = await agent.open(contact.id, message.id)
    expect(answer.statusCode).toBe(200)
    expect(answer.rawPayload).toEqual(jpeg)
    expect(answer.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': `attachment; filename="file-${message.id.slice(-6)}.jpg"`,
    })
    expect(await opened(contact.id)).toMatchObject([
      {
        actorId: agent.id,
        actorRole: 'agent',
        requesterId: contact.requesterId,
        data: { attachment: file.id },
      },
    ])
  })

  it('is not given when the look cannot be written down', async () => {
    const agent = await person()
    const { contact, message } = await conversation(agent.id)
    const plain = record
    record = () => Promise.reject(new Error('no ledger'))
    const answer = await agent.open(contact.id, message.id).finally(() => (record = plain))
    expect(answer.statusCode).toBe(500)
    expect(answer.rawPayload.includes(jpeg)).toBe(false)
  })

  it('is refused to everybody else, and to nobody is told whether it exists', async () => {
    const [agent, other, lead] = [await person(), await person(), await person(['teamLead'])]
    const { contact, message } = await conversation(agent.id)
    const nowhere = await other.open(newId(), message.id)
    for (const who of [other, lead]) {
      const answer = await who.open(contact.id, message.id)
      expect(answer.statusCode).toBe(403)
      expect(answer.json()).toMatchObject({ code: 'notYours', detail: nowhere.json().detail })
    }
    expect(
      (await site.app.inject({ url: `/api/contacts/${contact.id}/media/${message.id}` })).statusCode,
    ).toBe(401)
    expect(await opened(contact.id)).toEqual([])
  })

  it('is open to the team lead while the registration is owed, and to nobody after the end', async () => {
    const [agent, lead] = [await person(), await person(['agent', 'teamLead'])]
    const owed = await conversation(agent.id, { state: 'wrapUp', owedAt: new Date() })
    expect((await lead.open(owed.contact.id, owed.message.id)).statusCode).toBe(200)
    expect(await opened(owed.contact.id)).toMatchObject([{ actorId: lead.id, actorRole: 'teamLead' }])
    const ended = await conversation(agent.id, { state: 'ended', endedAt: new Date() })
    expect((await agent.open(ended.contact.id, ended.message.id)).statusCode).toBe(403)
  })

  it('of another contact, or not fetched yet, is said so', async () => {
    const agent = await person()
    const mine = await conversation(agent.id, { fetched: false })
    const other = await conversation(newId())
    expect((await agent.open(mine.contact.id, other.message.id)).statusCode).toBe(404)
    const waiting = await agent.open(mine.contact.id, mine.message.id)
    expect(waiting.json()).toMatchObject({ status: 409, code: 'attachmentNotHere' })
  })
})
