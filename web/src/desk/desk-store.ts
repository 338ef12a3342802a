import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowRef } from 'vue'
import { uuid, tabId } from './ids.ts'
import { announce } from './live.ts'
import {
  createDeskSocket,
  DeskError,
  type ConnectionStatus,
  type Request,
  type SendOptions,
  type SocketLike,
} from './socket.ts'
import { repliesLeft, unsentLeft, type Left } from './left-behind.ts'
import * as desk from './state.ts'
import { announcementOf, liftedBy } from './announce.ts'
import type { ServerMessage } from '../../../src/agent-desk/contract.ts'

type WithContact = Extract<Request, { contactId: string }>

/** The desk as the server tells it, and the requests a person can make of it. */
export const useDesk = defineStore('desk', () => {
  const state = shallowRef(desk.emptyDesk)
  const status = ref<ConnectionStatus>('connecting')
  /** Local ms of the last tick: everything that shows time follows it. */
  const tick = ref(Date.now())
  const now = computed(() => tick.value + (state.value.clockOffset ?? 0))
  /** Calls this page may answer by itself; filled at the press of the button, before the server has said yes. */
  const acceptedCallIds = new Set<string>()
  const busy = reactive(new Set<string>())
  /** Half-written replies: switching the contact must not lose them. Memory only. */
  const unsent = reactive(new Map<string, string>())
  const sessionOver = ref(false)

  const socket = createDeskSocket({
    open: () =>
      new WebSocket(new URL('/desk/socket', location.href).href.replace(/^http/, 'ws')) as SocketLike,
    now: () => performance.now(),
    newId: uuid,
    later: (run, ms) => {
      const timer = window.setTimeout(run, ms)
      return () => window.clearTimeout(timer)
    },
    random: Math.random,
    tab: tabId(),
    lastEvent: () => state.value.lastEvent,
    onMessage: receive,
    onStatus: (next) => (status.value = next),
    onRefused: () => void checkSession(),
  })

  /** A refused upgrade and a dead gateway look alike to a page; the session tells them apart. */
  async function checkSession(): Promise<void> {
    try {
      const response = await fetch('/api/session', { credentials: 'same-origin' })
      sessionOver.value = response.status === 401
    } catch {
      // The gateway is away: the socket keeps trying.
    }
  }

  function receive(message: ServerMessage): void {
    const before = state.value
    state.value = desk.apply(before, message, Date.now())
    const news = announcementOf(before, state.value, message)
    if (news) announce(news.text, news.urgent)
    if (news?.show) state.value = desk.notice(state.value, 'info', news.text, Date.now())
    if (liftedBy(before, state.value) !== null) focusWanted.value = true
    repliesLeft(before, state.value).forEach(giveBack)
    for (const [contactId, text] of unsent) {
      if (desk.find(state.value, contactId)) continue
      unsent.delete(contactId)
      // Who has registered the contact has done with it.
      if (text.trim() !== '' && !busy.has(`register:${contactId}`))
        giveBack(unsentLeft(before, contactId, text))
    }
    if (wanted.value !== null && desk.find(state.value, wanted.value)) select(wanted.value)
    if (message.type === 'displaced') {
      socket.stop()
      sessionOver.value = message.reason === 'sessionEnded'
    }
  }

  function tell(level: desk.Notice['level'], text: string): void {
    state.value = desk.notice(state.value, level, text, Date.now())
    announce(text, level === 'error')
  }

  /** Words whose contact has left: they stay until the person has them. */
  function giveBack({ says, copy }: Left): void {
    state.value = desk.notice(state.value, 'error', says, Date.now(), copy)
    announce(says, true)
  }

  function tellProblem(error: unknown): void {
    if (!(error instanceof DeskError)) throw error
    const { title, detail } = error.problem
    tell('error', detail ? `${title}。${detail}`.replace('。。', '。') : title)
  }

  /**
   * Makes a request of the server and tells the person when it was not done. A second press while the first is under
   * way does nothing.
   * @param key what is being done, such as `hold:<contact>`; shown as busy
   */
  async function ask(
    key: string,
    request: Request,
    options?: SendOptions,
  ): Promise<{ done: boolean; data?: unknown; error?: DeskError }> {
    if (busy.has(key)) return { done: false }
    busy.add(key)
    try {
      return { done: true, data: await socket.send(request, options) }
    } catch (error) {
      tellProblem(error)
      return { done: false, ...(error instanceof DeskError ? { error } : {}) }
    } finally {
      busy.delete(key)
    }
  }

  /** Puts text behind what stands in the reply box of a contact. */
  function insert(contactId: string, text: string): void {
    const old = unsent.get(contactId)?.trimEnd()
    unsent.set(contactId, old ? `${old}\n${text}` : text)
  }

  const contact = computed(() => desk.find(state.value, state.value.selectedId))
  const call = computed(() => desk.callOf(state.value))

  async function accept(offerId: string): Promise<void> {
    const offer = state.value.offers.find((o) => o.offerId === offerId)
    if (!offer) return
    const { callId, id } = offer.contact
    // A call back has no call yet: its contact's own id names the leg that will ring.
    const ids = callId ? [callId, id] : [id]
    ids.forEach((one) => acceptedCallIds.add(one))
    const { done } = await ask(`offer:${offerId}`, { type: 'acceptOffer', offerId })
    if (done) {
      wanted.value = id
      select(id)
    } else ids.forEach((one) => acceptedCallIds.delete(one))
  }

  /** A contact just accepted, whose view may still be on its way. */
  const wanted = ref<string | null>(null)

  /** The person has gone to another contact by a key, a button or a handset: the caret's old place is gone. */
  const focusWanted = ref(false)

  function select(contactId: string | null): void {
    const before = state.value.selectedId
    state.value = desk.select(state.value, contactId)
    if (state.value.selectedId !== before) focusWanted.value = contactId !== null
    if (state.value.selectedId === wanted.value) wanted.value = null
  }

  async function say(
    contactId: string,
    text: string,
    template: desk.Outgoing['template'] = null,
  ): Promise<void> {
    const clientId = uuid()
    const outgoing = {
      clientId,
      contactId,
      text,
      template,
      at: new Date(now.value).toISOString(),
      problem: null,
      messageId: null,
    }
    state.value = desk.sending(state.value, outgoing)
    await deliver(outgoing)
  }

  async function deliver({ clientId, contactId, text, template }: desk.Outgoing): Promise<void> {
    const request: WithContact = template
      ? { type: 'sendTemplate', contactId, clientId, template: template.id, params: template.params }
      : { type: 'say', contactId, clientId, text }
    try {
      const stored = (await socket.send(request, { keep: true })) as { messageId?: string | null } | undefined
      state.value = desk.sent(state.value, clientId, stored?.messageId ?? null)
    } catch (error) {
      if (!(error instanceof DeskError)) throw error
      state.value = desk.sendingFailed(state.value, clientId, error.problem.title)
      announce(`消息没有发出：${error.problem.title}`, true)
    }
  }

  window.setInterval(() => {
    tick.value = Date.now()
    state.value = desk.expire(state.value, tick.value)
  }, 500)
  window.addEventListener('online', () => socket.retryNow())

  return {
    state,
    status,
    now,
    tick,
    busy,
    unsent,
    sessionOver,
    wanted,
    focusWanted,
    contact,
    call,
    acceptedCallIds,
    ask,
    accept,
    select,
    tell,
    giveBack,
    say,
    insert,
    /** A refused reply goes back into the reply box: too long for its channel, it would be refused again as it is. */
    revise({ contactId, clientId, text }: desk.Outgoing): void {
      insert(contactId, text)
      state.value = desk.forgotten(state.value, clientId)
    },
    send: socket.send,
    retry: (outgoing: desk.Outgoing) => {
      state.value = desk.sending(state.value, { ...outgoing, problem: null })
      return deliver(outgoing)
    },
    forget: (clientId: string) => (state.value = desk.forgotten(state.value, clientId)),
    dismiss: (id: number) => (state.value = desk.dismiss(state.value, id)),
    retryNow: socket.retryNow,
    start: socket.start,
    stop: socket.stop,
    decline: (offerId: string, reason: string) =>
      ask(`offer:${offerId}`, { type: 'declineOffer', offerId, reason }),
  }
})
