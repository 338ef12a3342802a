import { Type, type Static } from 'typebox'

/**
 * The desk's socket, `WS /desk/socket`. Every client message has a client-chosen `id`; the server answers each with
 * one `result` that names it in `re`. Server messages that matter after a reconnect carry `event`, the id to send
 * back as `lastEvent` in `hello`; the server then replays what was missed or, when it cannot, sends a `snapshot`.
 * Instants are ISO 8601; `serverTime` lets the page correct its clock.
 */
const id = Type.String({ minLength: 1, maxLength: 64 })
const uuid = Type.String({ pattern: '^[0-9a-f-]{36}$' })
const base = { id }
const text = (max: number) => Type.String({ minLength: 1, maxLength: max })

export const pauseReasons = ['rest', 'meal', 'training', 'meeting', 'other'] as const

export const RegistrationOutcome = Type.Unknown()

export const ClientMessage = Type.Union([
  Type.Object({ ...base, type: Type.Literal('hello'), lastEvent: Type.Optional(id), tab: id }),
  Type.Object({
    ...base,
    type: Type.Literal('signIn'),
    mode: Type.Union([Type.Literal('desk'), Type.Literal('phone'), Type.Literal('text')]),
    phone: Type.Optional(Type.String({ pattern: '^[0-9]{2,8}$' })),
  }),
  /** With open conversations the agent drains first; `handBack` returns them to the queue at their place instead. */
  Type.Object({ ...base, type: Type.Literal('signOut'), handBack: Type.Optional(Type.Boolean()) }),
  Type.Object({ ...base, type: Type.Literal('available') }),
  Type.Object({
    ...base,
    type: Type.Literal('pause'),
    reason: Type.Enum([...pauseReasons]),
  }),
  Type.Object({ ...base, type: Type.Literal('acceptOffer'), offerId: uuid }),
  Type.Object({ ...base, type: Type.Literal('declineOffer'), offerId: uuid, reason: text(200) }),
  Type.Object({ ...base, type: Type.Literal('hold'), contactId: uuid }),
  Type.Object({ ...base, type: Type.Literal('resume'), contactId: uuid }),
  Type.Object({ ...base, type: Type.Literal('hangUp'), contactId: uuid }),
  Type.Object({ ...base, type: Type.Literal('suspendRecording'), contactId: uuid, on: Type.Boolean() }),
  Type.Object({ ...base, type: Type.Literal('transfer'), contactId: uuid, toAgentId: Type.Optional(uuid) }),
  Type.Object({ ...base, type: Type.Literal('say'), contactId: uuid, clientId: uuid, text: text(2000) }),
  Type.Object({
    ...base,
    type: Type.Literal('sendTemplate'),
    contactId: uuid,
    clientId: uuid,
    template: text(64),
    params: Type.Record(Type.String(), Type.String({ maxLength: 200 })),
  }),
  Type.Object({ ...base, type: Type.Literal('endConversation'), contactId: uuid }),
  Type.Object({
    ...base,
    type: Type.Literal('saveDraft'),
    contactId: uuid,
    revision: Type.Integer(),
    body: Type.Record(Type.String(), Type.Unknown()),
  }),
  Type.Object({ ...base, type: Type.Literal('renewWrapUp'), contactId: uuid }),
  Type.Object({
    ...base,
    type: Type.Literal('register'),
    contactId: uuid,
    idempotencyKey: uuid,
    outcomes: Type.Array(RegistrationOutcome, { minItems: 1, maxItems: 10 }),
  }),
  Type.Object({
    ...base,
    type: Type.Literal('endAbusive'),
    contactId: uuid,
    warnings: Type.Integer({ minimum: 0 }),
  }),
  Type.Object({
    ...base,
    type: Type.Literal('refer'),
    contactId: uuid,
    number: Type.String({ pattern: '^[0-9]{3,8}$' }),
    kind: Type.Union([Type.Literal('threeWay'), Type.Literal('text')]),
  }),
  Type.Object({ ...base, type: Type.Literal('takenOver'), referralId: uuid }),
  Type.Object({ ...base, type: Type.Literal('cancelReferral'), referralId: uuid }),
  Type.Object({ ...base, type: Type.Literal('reveal'), contactId: uuid, reason: text(200) }),
  Type.Object({ ...base, type: Type.Literal('openContact'), contactId: uuid }),
  /** A page cannot see WebSocket pings: it asks when it has heard nothing for a while. Answered with `result`. */
  Type.Object({ ...base, type: Type.Literal('ping') }),
])
export type ClientMessage = Static<typeof ClientMessage>

export const AgentStateView = Type.Object({
  agentId: Type.String(),
  name: Type.String(),
  epoch: Type.Integer(),
  intent: Type.Union([
    Type.Literal('offline'),
    Type.Literal('available'),
    Type.Literal('paused'),
    Type.Literal('draining'),
  ]),
  pauseReason: Type.Union([Type.String(), Type.Null()]),
  since: Type.String(),
  mode: Type.Union([Type.Literal('desk'), Type.Literal('phone'), Type.Literal('text'), Type.Null()]),
  /** The SIP account of this sign-in; the secret is sent only to the tab that owns the phone. */
  phone: Type.Union([
    Type.Object({
      number: Type.String(),
      secret: Type.Union([Type.String(), Type.Null()]),
      sockets: Type.Array(Type.Object({ url: Type.String(), weight: Type.Integer() })),
      realm: Type.String(),
    }),
    Type.Null(),
  ]),
  phoneReady: Type.Boolean(),
  notResponding: Type.Union([Type.String(), Type.Null()]),
})
export type AgentStateView = Static<typeof AgentStateView>

export const MessageView = Type.Object({
  id: Type.String(),
  direction: Type.Union([Type.Literal('in'), Type.Literal('out')]),
  kind: Type.String(),
  text: Type.String(),
  media: Type.Optional(Type.Unknown()),
  author: Type.Union([Type.String(), Type.Null()]),
  at: Type.String(),
  /** Of an outgoing one: queued, sending, sent, delivered, failed, unknown. */
  delivery: Type.Optional(Type.String()),
  deliveryProblem: Type.Optional(Type.String()),
})
export type MessageView = Static<typeof MessageView>

/** Everything the agent should know before he says the first word. Sent with the offer, before the ring. */
export const ScreenPop = Type.Object({
  requesterId: Type.String(),
  name: Type.Union([Type.String(), Type.Null()]),
  maskedAddress: Type.Union([Type.String(), Type.Null()]),
  withheld: Type.Boolean(),
  kind: Type.String(),
  careGroups: Type.Array(Type.String()),
  integrityFlag: Type.Boolean(),
  harassing: Type.Boolean(),
  emergency: Type.Boolean(),
  emergencyWords: Type.Union([Type.String(), Type.Null()]),
  links: Type.Array(Type.Object({ kind: Type.String(), status: Type.String(), masked: Type.String() })),
  recentContacts: Type.Array(
    Type.Object({
      id: Type.String(),
      channel: Type.String(),
      at: Type.String(),
      state: Type.String(),
      end: Type.Union([Type.String(), Type.Null()]),
      agent: Type.Union([Type.String(), Type.Null()]),
      summary: Type.String(),
    }),
  ),
  openOrders: Type.Array(
    Type.Object({
      number: Type.String(),
      title: Type.String(),
      state: Type.String(),
      due: Type.Union([Type.String(), Type.Null()]),
      provisional: Type.Boolean(),
      cite: Type.Union([Type.String(), Type.Null()]),
      overdue: Type.Boolean(),
    }),
  ),
  recentOrders: Type.Array(
    Type.Object({ number: Type.String(), title: Type.String(), state: Type.String(), at: Type.String() }),
  ),
})
export type ScreenPop = Static<typeof ScreenPop>

export const ReferralView = Type.Object({
  id: Type.String(),
  contactId: Type.String(),
  kind: Type.String(),
  number: Type.String(),
  state: Type.String(),
  at: Type.String(),
  failure: Type.Union([Type.String(), Type.Null()]),
  agentMayLeave: Type.Boolean(),
})
export type ReferralView = Static<typeof ReferralView>

export const DeskContact = Type.Object({
  id: Type.String(),
  channel: Type.String(),
  /** `outbound`: this agent has called the requester of an order, whose number nobody sees. */
  direction: Type.String(),
  state: Type.String(),
  account: Type.String(),
  receivedAt: Type.String(),
  queuedAt: Type.Union([Type.String(), Type.Null()]),
  answeredAt: Type.Union([Type.String(), Type.Null()]),
  lastInboundAt: Type.String(),
  wrapUpUntil: Type.Union([Type.String(), Type.Null()]),
  wrapUpRenewed: Type.Boolean(),
  owedSince: Type.Union([Type.String(), Type.Null()]),
  callId: Type.Union([Type.String(), Type.Null()]),
  callBack: Type.Boolean(),
  emergency: Type.Boolean(),
  recordingSuspended: Type.Boolean(),
  version: Type.Integer(),
  pop: ScreenPop,
  messages: Type.Array(MessageView),
  draft: Type.Union([
    Type.Object({
      revision: Type.Integer(),
      body: Type.Record(Type.String(), Type.Unknown()),
      savedAt: Type.String(),
    }),
    Type.Null(),
  ]),
  referral: Type.Union([ReferralView, Type.Null()]),
  /** Whether free text may be sent on this channel now, and if not, why (Chinese) and which templates may. */
  sending: Type.Object({
    freeText: Type.Boolean(),
    reason: Type.Union([Type.String(), Type.Null()]),
    templates: Type.Array(
      Type.Object({ id: Type.String(), title: Type.String(), params: Type.Array(Type.String()) }),
    ),
  }),
})
export type DeskContact = Static<typeof DeskContact>

export const OfferView = Type.Object({
  offerId: Type.String(),
  contact: DeskContact,
  mode: Type.Union([Type.Literal('desk'), Type.Literal('phone')]),
  offeredAt: Type.String(),
  deadline: Type.String(),
  ring: Type.Integer(),
})
export type OfferView = Static<typeof OfferView>

export const DeskProblem = Type.Object({
  status: Type.Integer(),
  code: Type.String(),
  title: Type.String(),
  detail: Type.Optional(Type.String()),
  cite: Type.Optional(Type.String()),
  errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), message: Type.String() }))),
})
export type DeskProblem = Static<typeof DeskProblem>

const event = { event: Type.Optional(Type.String()), serverTime: Type.String() }

export const ServerMessage = Type.Union([
  Type.Object({
    ...event,
    type: Type.Literal('snapshot'),
    agent: AgentStateView,
    offers: Type.Array(OfferView),
    contacts: Type.Array(DeskContact),
    owed: Type.Array(DeskContact),
    otherTab: Type.Boolean(),
  }),
  Type.Object({ ...event, type: Type.Literal('replayed'), count: Type.Integer() }),
  Type.Object({ ...event, type: Type.Literal('agent'), agent: AgentStateView }),
  Type.Object({ ...event, type: Type.Literal('offer'), offer: OfferView }),
  Type.Object({
    ...event,
    type: Type.Literal('offerEnded'),
    offerId: Type.String(),
    contactId: Type.String(),
    outcome: Type.String(),
    reason: Type.Union([Type.String(), Type.Null()]),
  }),
  Type.Object({ ...event, type: Type.Literal('contact'), contact: DeskContact }),
  Type.Object({
    ...event,
    type: Type.Literal('contactGone'),
    contactId: Type.String(),
    state: Type.String(),
    end: Type.Union([Type.String(), Type.Null()]),
  }),
  Type.Object({ ...event, type: Type.Literal('message'), contactId: Type.String(), message: MessageView }),
  Type.Object({ ...event, type: Type.Literal('referral'), referral: ReferralView }),
  Type.Object({
    ...event,
    type: Type.Literal('queue'),
    waiting: Type.Record(Type.String(), Type.Object({ waiting: Type.Integer(), oldestMs: Type.Integer() })),
  }),
  Type.Object({
    ...event,
    type: Type.Literal('notice'),
    level: Type.Union([Type.Literal('info'), Type.Literal('warning')]),
    text: Type.String(),
  }),
  /** This tab lost the phone (another tab took it) or the session ended. */
  Type.Object({
    ...event,
    type: Type.Literal('displaced'),
    reason: Type.Union([Type.Literal('otherTab'), Type.Literal('sessionEnded')]),
  }),
  Type.Object({
    ...event,
    type: Type.Literal('result'),
    re: Type.String(),
    ok: Type.Literal(true),
    data: Type.Optional(Type.Unknown()),
  }),
  Type.Object({
    ...event,
    type: Type.Literal('result'),
    re: Type.String(),
    ok: Type.Literal(false),
    problem: DeskProblem,
  }),
])
export type ServerMessage = Static<typeof ServerMessage>
