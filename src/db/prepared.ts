/**
 * Statements that run for every contact. PostgreSQL parses such a text once per connection and keeps its plan, which for
 * short statements is more than half of their cost. Only for texts with a plan that fits all values, and of which there
 * is a bounded number: each connection keeps each of them.
 */
const names = new Map<string, string>()

/** Marks a text; the same text is marked any number of times. @returns the text */
export function prepared(text: string): string {
  if (!names.has(text)) names.set(text, `hot${names.size + 1}`)
  return text
}

/** The name under which a connection keeps this text; undefined for one that is not marked. */
export const nameOf = (text: string): string | undefined => names.get(text)
