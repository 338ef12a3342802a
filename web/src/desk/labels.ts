import type { ClientMessage } from '../../../src/agent-desk/contract.ts'

/** PURE. The Chinese word for each code of the protocol. An unknown code is shown as it is, never hidden. */
type Words = Record<string, string>

const word =
  (words: Words) =>
  (code: string | null | undefined): string =>
    code === null || code === undefined ? '' : (words[code] ?? code)

export const channelWord = word({ voice: '电话', sms: '短信', wechat: '微信', web: '网页' })

const voiceStates: Words = {
  queued: '排队中',
  offered: '来电',
  connecting: '接通中',
  active: '通话中',
  held: '保持中',
  consulting: '咨询中',
  wrapUp: '话后整理',
  native: '应急队列',
  ended: '已结束',
}
const textStates: Words = { ...voiceStates, offered: '新会话', active: '会话中', wrapUp: '整理中' }

export const stateWord = (channel: string, state: string): string =>
  word(channel === 'voice' ? voiceStates : textStates)(state)

export const endWord = word({
  completed: '已办理',
  shortAbandon: '短时放弃',
  abandoned: '排队中放弃',
  abandonedRinging: '振铃时放弃',
  voicemail: '留言',
  abusive: '因辱骂终止',
  failed: '未接通',
})

export const careWord = word({
  minor: '未成年人',
  elderly: '老年人',
  disabled: '残疾人',
  woman: '妇女',
  migrantWorker: '农民工',
})

export const deliveryWord = word({
  queued: '待发送',
  sending: '发送中',
  sent: '已发送',
  delivered: '已送达',
  failed: '发送失败',
  unknown: '送达情况不明',
})

type PauseReason = Extract<ClientMessage, { type: 'pause' }>['reason']
const pauses: Record<PauseReason, string> = {
  rest: '小休',
  meal: '用餐',
  training: '培训',
  meeting: '会议',
  other: '其他',
}
/** Why a message did not arrive; a carrier's own code is shown as it came, for whoever asks the carrier. */
export const deliveryProblemWord = word({
  optedOut: '对方已退订，不能再发',
  expired: '超过发送时限',
  channelOff: '这个渠道没有开通',
  senderFailed: '发送服务出错',
  windowClosed: '对方 48 小时内没有来消息，不能主动发送',
  noText: '内容为空',
  templateUnknown: '模板没有报备',
})

/** `preparing`: signed in, not yet ready. */
export const pauseWord = word({ ...pauses, preparing: '准备' })
export const pauseChoices = Object.entries(pauses) as [PauseReason, string][]

export const intentWord = word({
  offline: '未签入',
  available: '空闲',
  paused: '暂停',
  draining: '正在签出',
})

export const linkKindWord = word({ phone: '电话', wechat: '微信', web: '网页' })
export const linkStatusWord = word({ verified: '已核实', claimed: '自述' })

export const requesterKindWord = word({
  naturalPerson: '自然人',
  legalPerson: '法人',
  otherOrganisation: '其他组织',
})

/** What the agent is told when an offer ends without him. */
export const offerOutcomeWord = word({
  expired: '超时未接，来话已转给其他坐席',
  declined: '已拒接，来话转给其他坐席',
  withdrawn: '来话已收回',
  abandoned: '对方已挂断',
})

export const notRespondingWord = word({
  noAnswer: '有来话没有接听，已停止派话',
  phoneFailed: '电话没有接通到您的话机，已停止派话',
})

/** Order states as an agent reads them. */
export const orderStateWord = word({
  registered: '待定受理',
  awaitingMaterial: '待补材料',
  accepted: '已受理',
  dispatched: '已派单',
  fedBack: '已反馈，审核中',
  concluded: '已办结',
  refused: '不予受理',
  merged: '已并入他单',
  terminated: '已终止',
  transferred: '已移交',
})

/** Nothing is owed to the requester any more in these. */
const settled = new Set(['concluded', 'refused', 'merged', 'terminated', 'transferred'])
export const orderStateTone = (state: string): 'run' | '' => (settled.has(state) ? '' : 'run')

/** Where a referral stands: 0 dialling, 1 far side joined, 2 taken over; or how it came to nothing. */
export function referralStage(state: string): 0 | 1 | 2 | 'told' | 'failed' | 'cancelled' {
  switch (state) {
    case 'failed':
    case 'cancelled':
    case 'told':
      return state
    case 'joined':
      return 1
    case 'takenOver':
    case 'ended':
      return 2
    default:
      return 0
  }
}

/** Calls that need the person's own answer. */
export const ownCallWord: Record<'contact' | 'native' | 'consult' | 'transfer' | 'out', string> = {
  contact: '来电',
  native: '应急队列来电',
  consult: '同事请求咨询',
  transfer: '同事转来的来电',
  out: '联系诉求人：接听后为您转接',
}
