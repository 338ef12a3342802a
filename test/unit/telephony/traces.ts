import { readFileSync } from 'node:fs'
import type { AmiMessage } from '../../../src/telephony/ami/frames.ts'

/** A real trace: one event a line, `milliseconds Name Field=value …`. Lines of actions and totals are left out. */
export function readTrace(name: string): AmiMessage[] {
  const text = readFileSync(new URL(`./traces/${name}.log`, import.meta.url), 'utf8')
  return text.split('\n').flatMap((line) => {
    const parts = /^\s*(\d+) ([A-Z]\w+) (.*)$/.exec(line)
    return parts
      ? [
          event(parts[2]!, {
            ...fieldsOf(parts[3]!),
            Timestamp: String(1_800_000_000 + Number(parts[1]) / 1_000),
          }),
        ]
      : []
  })
}

export const event = (name: string, fields: Record<string, string>): AmiMessage => ({
  kind: 'event',
  name,
  fields,
  repeated: null,
})

function fieldsOf(text: string): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [, key, value] of text.matchAll(/([\w-]+)=(.*?)(?= [\w-]+=|$)/g)) fields[key!] = value!
  return fields
}
