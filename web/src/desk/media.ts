import type { MessageView } from '../../../src/agent-desk/contract.ts'

/** PURE. What a citizen's message brought besides its text, and how an agent gets at it. */
export type Brought =
  | { kind: 'picture'; label: string }
  /** `hint`: why it is not simply played here. */
  | { kind: 'download'; label: string; hint: string | null }
  | { kind: 'place'; text: string }

type Media = { mediaId?: unknown; place?: { latitude?: unknown; longitude?: unknown } }

/** Only what the gateway keeps as a file can be opened; it is asked for by the id of its message. */
export function broughtBy({ kind, media }: Pick<MessageView, 'kind' | 'media'>): Brought | null {
  const { mediaId, place } = (typeof media === 'object' && media !== null ? media : {}) as Media
  if (typeof place?.latitude === 'number' && typeof place.longitude === 'number')
    return { kind: 'place', text: `纬度 ${place.latitude}，经度 ${place.longitude}（微信坐标）` }
  if (typeof mediaId !== 'string' || mediaId === '') return null
  if (kind === 'image') return { kind: 'picture', label: '查看图片' }
  if (kind === 'voice')
    return { kind: 'download', label: '下载语音', hint: '浏览器不能直接播放微信语音，请用播放器打开' }
  return { kind: 'download', label: kind === 'video' ? '下载视频' : '下载文件', hint: null }
}

/** Files come by way of the gateway: to the one who has the contact, and each look is written down. */
export const pathOf = (contactId: string, messageId: string): string =>
  `/api/contacts/${encodeURIComponent(contactId)}/media/${encodeURIComponent(messageId)}`

const endings: Record<string, string> = {
  'audio/amr': 'amr',
  'audio/speex': 'spx',
  'audio/mpeg': 'mp3',
  'video/mp4': 'mp4',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
}
export const fileName = (messageId: string, mime: string): string => {
  const ending = endings[mime.split(';')[0] ?? '']
  return `file-${messageId.slice(-6)}${ending ? `.${ending}` : ''}`
}
