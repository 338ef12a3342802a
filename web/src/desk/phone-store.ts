import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { useDesk } from './desk-store.ts'
import { announce } from './live.ts'
import { startPhone, type Phone, type PhoneCall, type PhoneState } from './phone.ts'
import { notify, ring, type RingKind } from './ring.ts'
import { ownCallWord } from './labels.ts'
import { talking } from './state.ts'

const off: PhoneState = { line: 'off', via: null, call: null }

/** How long the gateway may be away before the phone leaves its socket; the banner shows at the same time. */
const leaveAfterMs = 500

/** The browser's phone, bound to what the desk knows: starts and stops with the sign-in, rings, answers, hangs up. */
export const usePhone = defineStore('phone', () => {
  const desk = useDesk()
  const state = shallowRef<PhoneState>(off)
  const microphoneProblem = ref(false)
  let phone: Phone | null = null
  let starting: string | null = null
  let audio: HTMLAudioElement | null = null

  const account = computed(() => {
    const agent = desk.state.agent
    const { phone: bound, mode } = agent ?? {}
    return mode === 'desk' && bound?.secret && !desk.state.displaced
      ? { ...bound, secret: bound.secret }
      : null
  })

  /**
   * Stopping the phone hangs up on whoever talks with it. So a call outlives what the phone was started for: another page,
   * a session that ended, a new sign-in wait for its end. What only rings is not held: nobody may be there to answer it.
   */
  const held = computed(() => {
    const call = state.value.call
    return call !== null && (call.kind === 'contact' || call.phase !== 'ringing')
  })

  function follow(next: PhoneState): void {
    const before = state.value.call
    state.value = next
    if (next.call?.phase === 'ringing' && next.call.kind !== 'contact' && before?.phase !== 'ringing')
      announce(`${ownCallWord[next.call.kind]}，按 Alt+A 接听`, true)
  }

  async function start(): Promise<void> {
    if (held.value) return
    const wanted = account.value
    const key = wanted && `${wanted.number}:${wanted.secret}`
    if (key === starting) return
    phone?.stop()
    phone = null
    starting = key
    if (!wanted || !audio) {
      starting = null
      state.value = off
      return
    }
    const started = await startPhone({
      account: wanted,
      acceptedCallIds: () =>
        new Set([
          ...desk.acceptedCallIds,
          ...desk.state.contacts.flatMap((c) => (talking.includes(c.state) && c.callId ? [c.callId] : [])),
        ]),
      audio,
      onState: follow,
      onMicrophoneRefused: () => {
        microphoneProblem.value = true
        desk.tell(
          'error',
          '电话没有接通：麦克风打不开。来电已退回队列。请检查耳机插头和浏览器的麦克风权限，再点“示闲”。',
        )
      },
    })
    // The account may have changed while JsSIP was loading.
    if (starting === key) phone = started
    else started.stop()
  }
  watch([account, held], start)

  // The gateway's end is noticed by the desk's socket first: it asks every second, SIP does not.
  let leave = 0
  watch(
    () => desk.status,
    (status) => {
      window.clearTimeout(leave)
      if (status === 'lost') leave = window.setTimeout(() => phone?.leaveGateway(), leaveAfterMs)
    },
  )

  // A call whose contact has ended: the BYE may have gone to a socket that is no more.
  watch(
    () => desk.state,
    ({ contacts }, before) => {
      const call = state.value.call
      if (call?.kind !== 'contact' || call.phase !== 'talking') return
      const of = (list: typeof contacts) => list.find((c) => c.callId === call.callId)
      const was = of(before.contacts)
      const is = of(contacts)
      if (was && talking.includes(was.state) && !(is && talking.includes(is.state))) phone?.hangUp()
    },
  )

  const rings = computed((): RingKind | null => {
    if (state.value.call?.phase === 'ringing' && state.value.call.kind !== 'contact') return 'voice'
    if (desk.state.offers.some((o) => o.contact.channel === 'voice' && o.mode === 'desk')) return 'voice'
    return desk.state.offers.some((o) => o.contact.channel !== 'voice') ? 'text' : null
  })
  watch(rings, (kind) => {
    ring(kind)
    notify(kind === 'voice' ? '有来电等待接听' : kind === 'text' ? '有新会话等待接入' : null)
  })

  return {
    state,
    rings,
    microphoneProblem,
    /** A call that goes on whatever becomes of the desk around it. */
    held,
    /** The call that does not come from the gateway and needs the person's own answer. */
    ownRing: computed((): PhoneCall | null =>
      state.value.call && state.value.call.kind !== 'contact' ? state.value.call : null,
    ),
    attach(element: HTMLAudioElement): void {
      audio = element
      void start()
    },
    answer: () => phone?.answer(),
    hangUp: () => phone?.hangUp(),
    toggleMute(): void {
      const call = state.value.call
      if (call?.phase !== 'talking') return
      phone?.setMuted(!call.muted)
      announce(call.muted ? '已取消静音' : '已静音')
    },
    stop(): void {
      starting = null
      phone?.stop()
      phone = null
      ring(null)
      notify(null)
    },
  }
})
