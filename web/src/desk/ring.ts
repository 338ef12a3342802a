import { ref } from 'vue'

/**
 * What the agent hears. Tones are made, not loaded: nothing to fetch at the moment of a ring. A browser lets a page
 * sound only after the person has touched it, so the sign-in button wakes the context.
 */
export type RingKind = 'voice' | 'text'

let context: AudioContext | null = null

/** False while the browser would swallow a ring: after a reload, until the person touches the page. */
export const soundReady = ref(true)

/** Call from a click or key press. @returns whether sound is possible now */
export async function wakeSound(): Promise<boolean> {
  if (!context) {
    context = new AudioContext()
    context.onstatechange = () => (soundReady.value = context?.state === 'running')
  }
  // Without a gesture this promise may stay open for ever: nobody should wait for it.
  if (context.state !== 'running') await Promise.race([context.resume(), wait(300)])
  soundReady.value = context.state === 'running'
  return soundReady.value
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => window.setTimeout(resolve, ms))

function beep(at: number, frequency: number, seconds: number, volume: number): void {
  if (!context) return
  const tone = context.createOscillator()
  const gain = context.createGain()
  tone.frequency.value = frequency
  // Ramps instead of steps: a step clicks.
  gain.gain.setValueAtTime(0, at)
  gain.gain.linearRampToValueAtTime(volume, at + 0.02)
  gain.gain.setValueAtTime(volume, at + seconds - 0.05)
  gain.gain.linearRampToValueAtTime(0, at + seconds)
  tone.connect(gain).connect(context.destination)
  tone.start(at)
  tone.stop(at + seconds)
}

function voiceRing(at: number): void {
  for (let i = 0; i < 4; i++) {
    beep(at + i * 0.24, 880, 0.12, 0.22)
    beep(at + i * 0.24 + 0.12, 660, 0.12, 0.22)
  }
}

function textRing(at: number): void {
  beep(at, 740, 0.14, 0.14)
  beep(at + 0.16, 988, 0.2, 0.14)
}

/** One short sound, for the test at sign-in. */
export function testSound(): void {
  if (context) textRing(context.currentTime)
}

const everyMs: Record<RingKind, number> = { voice: 2400, text: 5000 }
let ringing: { kind: RingKind; timer: number } | null = null

/** Rings, changes the ring, or stops; the same kind twice goes on undisturbed. */
export function ring(kind: RingKind | null): void {
  if (kind === (ringing?.kind ?? null)) return
  if (ringing) window.clearInterval(ringing.timer)
  ringing = null
  if (!kind) return
  const once = (): void => {
    if (!context) return
    if (context.state !== 'running') void context.resume()
    if (kind === 'voice') voiceRing(context.currentTime)
    else textRing(context.currentTime)
  }
  once()
  ringing = { kind, timer: window.setInterval(once, everyMs[kind]) }
}

/** Asks once, at sign-in; a refusal is respected and costs only the notification. */
export async function askForNotifications(): Promise<void> {
  if ('Notification' in window && Notification.permission === 'default')
    await Notification.requestPermission()
}

let shown: Notification | null = null

/** Only while the page is hidden, and without a word about the person: others may see the screen. */
export function notify(text: string | null): void {
  shown?.close()
  shown = null
  if (text === null || !document.hidden) return
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  shown = new Notification(text, { tag: 'ring', requireInteraction: true })
  shown.onclick = () => {
    window.focus()
    shown?.close()
  }
}
