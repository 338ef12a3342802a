/** PURE. Who is who across the channels. */
export type LinkKind = 'phone' | 'wechat' | 'web'
export type LinkStatus = 'claimed' | 'verified'

/** Protected groups of 鞍山市群众诉求办理条例 第九条. Kept only when the requester says so himself. */
export const careGroups = ['minor', 'elderly', 'disabled', 'woman', 'migrantWorker'] as const
export type CareGroup = (typeof careGroups)[number]

/** One address seen by a channel. `address` is E.164, an openid, or a web visitor's key; null for a withheld number. */
export type SeenAddress = { kind: LinkKind; address: string | null }

export type Profile = {
  requesterId: string
  /** Everybody proven to be the same person, himself first; only they share a history. */
  person: string[]
  kind: string
  name: string | null
  home: string | null
  careGroups: CareGroup[]
  /** An integrity mark is in force (鞍山 第二十三条 4款). The desk sees the flag only. */
  integrityFlag: boolean
  harassing: boolean
  links: { id: string; kind: LinkKind; status: LinkStatus; address: string }[]
}

export const linkKindOf = (channel: string): LinkKind =>
  channel === 'wechat' ? 'wechat' : channel === 'web' ? 'web' : 'phone'

/** A code proves a claimed number within this time and number of tries. */
export const codeLifeMs = 10 * 60_000
export const codeTries = 5
export const codesPerHour = 5

/** What a citizen may write to tie his telephone to his WeChat: `绑定 13800000001`, then the six digits. */
export type LinkCommand = { type: 'claim'; phone: string } | { type: 'confirm'; code: string }

export function linkCommand(text: string): LinkCommand | null {
  const words = text.normalize('NFKC').trim()
  const claim = /^绑定(?:手机号?)?[\s:：]*(\+?\d[\d\s-]{6,18}\d)$/.exec(words)
  if (claim) return { type: 'claim', phone: claim[1]!.replace(/[\s-]/g, '') }
  const confirm = /^(?:验证码[\s:：]*)?(\d{6})$/.exec(words)
  return confirm ? { type: 'confirm', code: confirm[1]! } : null
}
