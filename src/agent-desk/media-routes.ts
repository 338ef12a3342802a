import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { fileHeaders } from '../base/file-headers.ts'
import { problem } from '../base/problem.ts'
import type { Contact } from '../contacts/model.ts'
import { actorIn } from '../staff/guard.ts'
import type { Access } from '../staff/ledger.ts'
import { notYours } from './commands.ts'
import { deskStates, type DeskContacts } from './ports.ts'

/** A file that came with a message: it lies with its provider until a job has fetched it. */
export type FileOfMessage = { id: string; state: 'waiting' | 'stored' | 'gone' }

export type MediaRoutesOptions = {
  contacts: Pick<DeskContacts, 'find'>
  files: {
    /** null: no such message of this contact, or it brought no file. */
    ofMessage(contact: Contact, messageId: string): Promise<FileOfMessage | null>
    /** `mime` is one of a closed list that a browser shows without running anything. */
    read(id: string): Promise<{ bytes: Uint8Array; mime: string } | null>
  }
  record: (entry: Access) => Promise<void>
}

const id = Type.String({ format: 'uuid' })
const MediaOfMessage = Type.Object({
  id,
  fileId: Type.String({ format: 'uuid', description: 'the id of the message that brought the file' }),
})

/** What a citizen sends by WeChat, for whoever talks with him: before an order exists there is no other way to it. */
export const mediaRoutes: FastifyPluginAsyncTypebox<MediaRoutesOptions> = async (app, options) => {
  const { contacts, files, record } = options

  app.get(
    '/api/contacts/:id/media/:fileId',
    { schema: { tags: ['contacts'], params: MediaOfMessage } },
    async (request, reply) => {
      const self = actorIn(request, 'agent', 'teamLead')
      const contact = await contacts.find(request.params.id)
      if (!contact || contact.endedAt !== null || !deskStates.includes(contact.state)) throw notYours()
      // What is owed stands on the team lead's desk too.
      const asLead = contact.agentId !== self.id
      if (asLead && (contact.owedAt === null || !request.staff?.roles.includes('teamLead'))) throw notYours()
      const actor = asLead ? actorIn(request, 'teamLead') : self
      const { fileId } = request.params
      const file = await files.ofMessage(contact, fileId)
      if (!file) throw problem(404, 'unknownAttachment', '没有这个文件', '请刷新后重新选择。')
      if (file.state === 'waiting')
        throw problem(409, 'attachmentNotHere', '文件还没有取到', '正在从微信取回，请过几秒再试。')
      const found = file.state === 'stored' ? await files.read(file.id) : null
      if (!found)
        throw problem(409, 'attachmentNotHere', '文件已经失效', '微信没有交出这个文件，请对方重新发送。')
      await record({
        actor,
        action: 'attachmentOpened',
        subject: { kind: 'contact', id: contact.id },
        requesterId: contact.requesterId,
        contactId: contact.id,
        data: { attachment: file.id },
      })
      return reply
        .headers({
          ...fileHeaders,
          'content-disposition': `attachment; filename="${nameOf(fileId, found.mime)}"`,
        })
        .type(found.mime)
        .send(Buffer.from(found.bytes))
    },
  )
}

const endings: Record<string, string> = {
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/gif': '.gif',
  'audio/amr': '.amr',
  'audio/speex': '.spx',
  'audio/mpeg': '.mp3',
  'video/mp4': '.mp4',
}
const nameOf = (fileId: string, mime: string): string => `file-${fileId.slice(-6)}${endings[mime] ?? ''}`
