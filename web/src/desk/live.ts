import { ref } from 'vue'

/** What a screen reader says. Two regions: news wait for a pause, alarms do not. */
export const politeText = ref('')
export const urgentText = ref('')

/** The same sentence twice must be heard twice; a region that does not change stays silent. */
const again = (old: string, text: string): string => (old === text ? `${text}\u00a0` : text)

export function announce(text: string, urgent = false): void {
  if (urgent) urgentText.value = again(urgentText.value, text)
  else politeText.value = again(politeText.value, text)
}
