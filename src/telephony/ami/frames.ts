/** PURE. Frames of AMI to messages, and actions to frames. */

/** One AMI frame. `fields` holds the first value of each field, `repeated` all values of those that occur more than once. */
export type AmiMessage = {
  readonly kind: 'event' | 'response'
  /** Name of the event, or the value of `Response`. */
  readonly name: string
  readonly fields: Readonly<Record<string, string>>
  readonly repeated: Readonly<Record<string, readonly string[]>> | null
}

/**
 * Parses one frame. With `wanted`, an event whose name is not in it and that answers no action is dropped before its
 * fields are read: most of the 34 events of a call are of no interest.
 */
export function parseFrame(frame: string, wanted?: ReadonlySet<string>): AmiMessage | null {
  const kind = frame.startsWith('Event: ') ? 'event' : frame.startsWith('Response: ') ? 'response' : null
  if (!kind) return null
  const firstLine = frame.indexOf('\r\n')
  const head = firstLine < 0 ? frame : frame.slice(0, firstLine)
  const name = head.slice(head.indexOf(':') + 1).trim()
  if (kind === 'event' && wanted && !wanted.has(name) && !frame.includes('\r\nActionID: ')) return null

  const fields: Record<string, string> = Object.create(null) as Record<string, string>
  let repeated: Record<string, string[]> | null = null
  for (let at = firstLine < 0 ? frame.length : firstLine + 2; at < frame.length;) {
    const lineEnd = frame.indexOf('\r\n', at)
    const end = lineEnd < 0 ? frame.length : lineEnd
    const colon = frame.indexOf(':', at)
    if (colon > at && colon < end) {
      const key = frame.slice(at, colon)
      const value = frame.slice(frame.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1, end)
      const first = fields[key]
      if (first === undefined) fields[key] = value
      else {
        repeated ??= Object.create(null) as Record<string, string[]>
        ;(repeated[key] ??= [first]).push(value)
      }
    }
    at = end + 2
  }
  return { kind, name, fields, repeated }
}

/** Value of an action's field; an array repeats the field. */
export type AmiFields = Readonly<Record<string, string | number | readonly string[]>>

/**
 * Writes one action. Throws on CR, LF or NUL in any name or value: a value that could end its line could start an
 * action of its own.
 */
export function renderAction(action: string, actionId: string, fields: AmiFields = {}): string {
  const lines = [line('Action', action), line('ActionID', actionId)]
  for (const [name, value] of Object.entries(fields)) {
    if (Array.isArray(value)) for (const one of value as readonly string[]) lines.push(line(name, one))
    else lines.push(line(name, String(value)))
  }
  return lines.join('\r\n')
}

const unsafe = /[\r\n\0]/

function line(name: string, value: string): string {
  if (unsafe.test(name) || name.includes(':')) throw new AmiUnsafeValue(name.replace(/[^\w-]/g, '?'))
  if (unsafe.test(value)) throw new AmiUnsafeValue(name)
  return `${name}: ${value}`
}

/** A value that would break out of its line. The message names the field, never the value. */
export class AmiUnsafeValue extends Error {
  constructor(field: string) {
    super(`AMI field ${field} holds a line break`)
    this.name = 'AmiUnsafeValue'
  }
}
