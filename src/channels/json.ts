/**
 * Parses JSON without rounding: an integer of 16 digits or more becomes a string of its digits. Message ids of
 * WeChat and Aliyun exceed 2^53, and two ids rounded to one would lose a message.
 * @throws SyntaxError
 */
export function parseExact(text: string): unknown {
  return JSON.parse(
    // Strings are matched first, so that digits inside them stay as they are.
    text.replace(/"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g, (token) =>
      token.startsWith('"') ? token : `"${token}"`,
    ),
  ) as unknown
}

export type JsonObject = Record<string, unknown>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A scalar as text: providers send one field as string here and as number there. '' for anything else. */
export function scalar(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
