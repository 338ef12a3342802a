import { readdir, readFile } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../../src/base/actor.ts'
import { person, startOrderSite, type OrderSite, type Person } from '../support/order-site.ts'
import { runFolder } from '../support/services.ts'
import { draft } from '../support/work-orders.ts'

/** Attachments, recordings and the export, per role and per kind of matter. */
let site: OrderSite
let serial = 90_000
const guards = ['open', 'complaint', 'tipOff'] as const
type Guard = (typeof guards)[number]
type Made = { number: string; contactId: string }
const made = {} as Record<Guard, Made>
/** Ids of a requester's picture, a centre's document, and a copy made for handling, by matter. */
const files = {} as Record<Guard, { sent: string; paper: string; copy: string }>

const name = '欧阳某甲'
const jpeg = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0x00, 0x12]),
  Buffer.from('Exif\0\0GPS secret', 'latin1'),
  Buffer.from([0xff, 0xda, 0x00, 0x04, 0x01, 0x02, 0x33, 0x44, 0xff, 0xd9]),
])
const paper = Buffer.from('%PDF-1.7 a document')

async function order(more: object): Promise<Made> {
  const contactId = await site.wrappedUp(`+86138000${++serial}`)
  const { orders } = await site.register(
    contactId,
    draft({
      facts: `我是${name}，电话13800009001，灯柱被拆。`,
      accept: true,
      leadUnit: 'lighting',
      requester: { name, home: '样板小区9号楼', contact: '13800009001' },
      ...more,
    }),
  )
  return { number: orders[0]!.number, contactId }
}
const url = (guard: Guard, rest = ''): string => `/api/work-orders/${made[guard].number}/attachments${rest}`
const add = (who: Person, guard: Guard, query: string, file: string, bytes: Buffer) =>
  site.upload(who, url(guard, query), file, bytes)

beforeAll(async () => {
  site = await startOrderSite()
  made.open = await order({})
  made.complaint = await order({ kind: 'complaint', confidential: true })
  made.tipOff = await order({ kind: 'tipOff' })
  const desk = person('confidentialDesk')
  for (const guard of guards) {
    const sent = randomUUID()
    const { contactId } = made[guard]
    site.contents.set(sent, jpeg)
    site.sent.set(contactId, [
      {
        id: sent,
        mime: 'image/jpeg',
        bytes: jpeg.length,
        sha256: 'a'.repeat(64),
        state: 'stored',
        at: new Date(),
      },
    ])
    site.heard.set(contactId, [
      {
        id: randomUUID(),
        contactId,
        kind: 'conversation',
        bytes: 9,
        sha256: 'b'.repeat(64),
        storedAt: new Date(),
      },
    ])
    const idOf = async (query: string): Promise<string> =>
      (await add(desk, guard, query, `${name}的合同.pdf`, paper)).json<{ id: string }>().id
    files[guard] = { sent, paper: await idOf(''), copy: await idOf('?forHandling=true') }
  }
})
afterAll(() => site.stop())

describe('attachments', () => {
  /** F as it is, S without metadata, x not stripped and so not given, – not there; per sent, paper, copy. */
  const table: [Role, string | null, Record<Guard, string>][] = [
    ['confidentialDesk', null, { open: 'FFF', complaint: 'FFF', tipOff: 'FFF' }],
    ['agent', null, { open: 'FFF', complaint: 'FFF', tipOff: '---' }],
    ['dispatcher', null, { open: 'FFF', complaint: 'FFF', tipOff: '---' }],
    ['followUp', null, { open: 'FFF', complaint: 'FFF', tipOff: '---' }],
    ['supervisor', null, { open: 'FFF', complaint: 'FFF', tipOff: '--F' }],
    ['centreLeader', null, { open: 'FFF', complaint: 'FFF', tipOff: '--F' }],
    ['unit', 'lighting', { open: 'FFF', complaint: 'SxF', tipOff: '--F' }],
    ['analyst', null, { open: '---', complaint: '---', tipOff: '404' }],
  ]
  const rows = table.flatMap(([role, unit, cells]) => guards.map((g) => [role, g, unit, cells[g]] as const))

  it.each(rows)('%s of an order that is %s', async (role, guard, unit, cells) => {
    const who = person(role, unit)
    const list = await site.ask(who, 'GET', url(guard))
    if (cells === '404') return expect(list.status).toBe(404)
    expect(list.status).toBe(200)
    const items = list.body['items'] as { id: string; name: string | null; sha256: string | null }[]
    const { sent, paper: document, copy } = files[guard]
    for (const [n, id] of [sent, document, copy].entries()) {
      const letter = cells[n]!
      const item = items.find((one) => one.id === id)
      expect(item !== undefined, `${id} listed`).toBe(letter !== '-')
      const got = await site.raw(who, 'GET', url(guard, `/${id}`))
      expect(got.statusCode).toBe({ F: 200, S: 200, x: 403, '-': 404 }[letter])
      if (letter === 'F') expect(got.rawPayload).toEqual(id === sent ? jpeg : paper)
      if (letter === 'S') {
        expect(got.rawPayload.includes('GPS')).toBe(false)
        expect(got.rawPayload.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]))
      }
      if (letter === 'x') expect(got.json()).toMatchObject({ code: 'attachmentNotStripped' })
      // What identifies the original or its author is not told beside a stripped one.
      if (letter === 'S' || letter === 'x') expect(item).toMatchObject({ name: null, sha256: null })
    }
  })

  it('are never shown inside a page, whatever they are', async () => {
    const got = await site.raw(person('dispatcher'), 'GET', url('open', `/${files.open.sent}`))
    expect(got.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    })
    expect(got.headers['content-disposition']).toMatch(/^attachment; filename="file"; filename\*=UTF-8''/)
  })

  it('of another order are not opened through this one', async () => {
    const got = await site.ask(person('dispatcher'), 'GET', url('open', `/${files.complaint.paper}`))
    expect(got).toMatchObject({ status: 404, body: { code: 'unknownAttachment' } })
  })

  it('are what their bytes say and lie sealed on the disk, without a name', async () => {
    const plain = Buffer.from('井盖照片说明：秘密内容')
    const added = await add(person('unit', 'lighting'), 'open', '', '../../etc/欧阳某甲\u202e.png', plain)
    expect(added.statusCode).toBe(201)
    expect(added.json()).toMatchObject({
      mime: 'text/plain',
      name: '欧阳某甲.png',
      from: 'unit',
      unit: 'lighting',
    })
    const folders = (await readdir(runFolder())).filter((folder) => folder.startsWith('attachments-'))
    let seen = 0
    for (const folder of folders)
      for (const entry of await readdir(join(runFolder(), folder), { recursive: true, withFileTypes: true }))
        if (entry.isFile()) {
          seen += 1
          expect((await readFile(join(entry.parentPath, entry.name))).includes('秘密内容')).toBe(false)
        }
    expect(seen).toBeGreaterThan(5)
    const stored = JSON.stringify(await site.db.query(`select * from work_order_attachments`))
    expect(stored).not.toContain(name)
  })

  it('are refused where they are too large, of no known kind, or none', async () => {
    const who = person('dispatcher')
    expect((await add(who, 'open', '', 'a.exe', Buffer.from('MZ\x90\0\x03\0'))).json()).toMatchObject({
      status: 415,
      code: 'fileKindUnknown',
    })
    const large = await add(who, 'open', '', 'a.txt', Buffer.alloc(25 * 1024 * 1024 + 1, 'a'))
    expect(large.statusCode).toBe(413)
    expect(await site.ask(who, 'POST', url('open'), { file: 'x' })).toMatchObject({
      status: 400,
      body: { code: 'fileMissing' },
    })
  })

  it('copies for handling are made by the centre, and a unit keeps sight of its own files', async () => {
    const unit = person('unit', 'lighting')
    expect((await add(unit, 'complaint', '?forHandling=true', 'a.pdf', paper)).json()).toMatchObject({
      code: 'copyNotYours',
    })
    expect((await add(person('analyst'), 'open', '', 'a.pdf', paper)).statusCode).toBe(403)
    const own = (await add(unit, 'tipOff', '', '现场.pdf', paper)).json<{ id: string }>().id
    expect((await site.raw(unit, 'GET', url('tipOff', `/${own}`))).rawPayload).toEqual(paper)
    expect((await site.ask(person('supervisor'), 'GET', url('tipOff', `/${own}`))).status).toBe(404)
  })

  it('leave who opened which on the ledger', async () => {
    const who = person('dispatcher')
    await site.raw(who, 'GET', url('open', `/${files.open.paper}`))
    const [entry] = await site.db.query(
      `select action, subject_id as number, data from access_ledger where actor_id = $1 order by id desc limit 1`,
      [who.id],
    )
    expect(entry).toEqual({
      action: 'attachmentOpened',
      number: made.open.number,
      data: { fields: { attachments: 'full' }, attachment: files.open.paper },
    })
  })
})

describe('recordings', () => {
  const recordings = (guard: Guard, rest = ''): string =>
    `/api/work-orders/${made[guard].number}/recordings${rest}`
  const idOf = (guard: Guard): string => site.heard.get(made[guard].contactId)![0]!.id

  it.each([
    'agent',
    'teamLead',
    'dispatcher',
    'followUp',
    'supervisor',
    'centreLeader',
    'office',
    'auditor',
  ] as const)('are closed to %s', async (role) => {
    for (const guard of guards)
      for (const path of ['', `/${idOf(guard)}`]) {
        const answer = await site.ask(person(role), 'GET', recordings(guard, path))
        expect(answer).toMatchObject({ status: 403, body: { code: 'recordingNotYours' } })
      }
  })

  it('are open to the confidential desk, each listening on the ledger', async () => {
    const desk = person('confidentialDesk')
    for (const guard of guards) {
      const list = await site.ask(desk, 'GET', recordings(guard))
      expect(list.body['items']).toMatchObject([{ id: idOf(guard), kind: 'conversation' }])
      const sound = await site.raw(desk, 'GET', recordings(guard, `/${idOf(guard)}`))
      expect(sound.headers['content-type']).toBe('audio/wav')
      expect(sound.rawPayload.toString()).toContain('sound')
    }
    const looks = await site.db.query(
      `select subject_id as number from access_ledger where actor_id = $1 and action = 'playback' order by id`,
      [desk.id],
    )
    expect(looks).toEqual(guards.map((guard) => ({ number: made[guard].number })))
    expect(await site.ask(desk, 'GET', recordings('open', `/${idOf('complaint')}`))).toMatchObject({
      status: 404,
    })
  })

  it('are open to 督办 for one order and some days, by approval of somebody else', async () => {
    const who = person('supervisor')
    const leader = person('centreLeader')
    const approve = (by: Person, staff: string, guard: Guard) =>
      site.ask(by, 'POST', recordings(guard, '/approvals'), { staff, reason: '督办核实' })
    expect((await approve(who, who.id, 'open')).status).toBe(403)
    expect((await approve(person('teamLead'), who.id, 'open')).status).toBe(403)
    expect(await approve(leader, leader.id, 'open')).toMatchObject({
      status: 403,
      body: { code: 'ownApproval' },
    })
    expect((await approve(leader, who.id, 'open')).status).toBe(201)
    expect((await site.ask(who, 'GET', recordings('open'))).status).toBe(200)
    expect((await site.ask(who, 'GET', recordings('complaint'))).status).toBe(403)
    await approve(leader, who.id, 'tipOff')
    expect((await site.ask(who, 'GET', recordings('tipOff'))).status).toBe(403)
    site.time.now = new Date(site.time.now.getTime() + 7 * 86_400_000)
    expect((await site.ask(who, 'GET', recordings('open'))).status).toBe(403)
  })
})

describe('the export', () => {
  it.each(['supervisor', 'centreLeader', 'office', 'analyst'] as const)(
    'for %s holds no identity',
    async (role) => {
      const got = await site.raw(person(role), 'GET', '/api/work-orders/export')
      expect(got.statusCode).toBe(200)
      expect(got.headers['content-type']).toBe('text/csv; charset=utf-8')
      expect(got.body.startsWith('\ufeff编号,')).toBe(true)
      for (const secret of [name, '13800009001', '样板小区9号楼']) expect(got.body).not.toContain(secret)
      expect(got.body).toContain('灯柱被拆')
      expect(got.body.includes(made.tipOff.number)).toBe(role !== 'analyst')
    },
  )

  it.each([
    'agent',
    'teamLead',
    'dispatcher',
    'auditor',
    'followUp',
    'confidentialDesk',
    'unit',
    'systemAdministrator',
  ] as const)('is refused to %s', async (role) => {
    expect((await site.ask(person(role, 'lighting'), 'GET', '/api/work-orders/export')).status).toBe(403)
  })

  it('follows the filters, guards against formulas, and tells every order of it', async () => {
    const formula = await order({ title: '=HYPERLINK("x")', facts: '公式' })
    const who = person('office')
    const got = await site.raw(who, 'GET', `/api/work-orders/export?q=${formula.number}`)
    const lines = got.body.trim().split('\r\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain(`"'=HYPERLINK(""x"")"`)
    const looks = await site.db.query(
      `select subject_kind as kind, subject_id as subject from access_ledger where actor_id = $1 order by id`,
      [who.id],
    )
    expect(looks).toEqual([
      { kind: 'workOrder', subject: formula.number },
      { kind: 'export', subject: expect.any(String) },
    ])
  })
})
