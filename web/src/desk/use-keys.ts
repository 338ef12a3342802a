import { onBeforeUnmount, onMounted } from 'vue'
import { commandOf, type Command } from './keys.ts'

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Listens for the desk's keys while the page stands. `run` answers whether the key was used. */
export function useKeys(run: (command: Command) => void): void {
  const onKeydown = (event: KeyboardEvent): void => {
    if (event.repeat || event.defaultPrevented) return
    const command = commandOf({
      code: event.code,
      key: event.key,
      alt: event.altKey,
      ctrl: event.ctrlKey || event.metaKey,
      shift: event.shiftKey,
      composing: event.isComposing,
      typing: isTyping(event.target),
    })
    if (!command) return
    event.preventDefault()
    run(command)
  }
  onMounted(() => window.addEventListener('keydown', onKeydown))
  onBeforeUnmount(() => window.removeEventListener('keydown', onKeydown))
}
