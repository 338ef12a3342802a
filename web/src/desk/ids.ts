/** Version 4 (RFC 9562). `crypto.randomUUID` is younger than the oldest browser in use here. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

const tabKey = 'desk.tab'

/**
 * One id per tab: a reload keeps it, a duplicated tab does not. The browser copies session storage into a duplicate,
 * so the id lies there only between the end of one page and the start of the next.
 */
export function tabId(): string {
  const id = sessionStorage.getItem(tabKey) ?? uuid()
  sessionStorage.removeItem(tabKey)
  window.addEventListener('pagehide', () => sessionStorage.setItem(tabKey, id))
  return id
}
