import type { DeskContact } from '../../src/agent-desk/contract.ts'

const at = '2026-11-21T10:00:00.000Z'

/** A call in progress; `over` says what differs. */
export const deskContact = (over: Partial<DeskContact> = {}): DeskContact => ({
  id: 'c1',
  channel: 'voice',
  state: 'active',
  account: '12345',
  receivedAt: at,
  queuedAt: at,
  answeredAt: at,
  lastInboundAt: at,
  wrapUpUntil: null,
  wrapUpRenewed: false,
  owedSince: null,
  callId: 'n1-1.1',
  callBack: false,
  emergency: false,
  recordingSuspended: false,
  version: 1,
  pop: {
    requesterId: 'r1',
    name: '王秀兰',
    maskedAddress: '138****0000',
    withheld: false,
    kind: 'naturalPerson',
    careGroups: [],
    integrityFlag: false,
    harassing: false,
    emergency: false,
    emergencyWords: null,
    links: [],
    recentContacts: [],
    openOrders: [],
    recentOrders: [],
  },
  messages: [],
  draft: null,
  referral: null,
  sending: { freeText: true, reason: null, templates: [] },
  ...over,
})
