/** Which part of which message: `ref` is the phone's own number of the message, 8 or 16 bits. */
export type PartNumber = { ref: number; total: number; seq: number }

/**
 * Finds the concatenation element in a user data header. Source: 3GPP TS 23.040, 9.2.3.24.1 (8-bit reference,
 * element 00) and 9.2.3.24.8 (16-bit, element 08).
 * @param header with or without its leading length byte
 * @returns null when there is none, it is malformed, or the message has one part
 */
export function partNumber(header: Uint8Array): PartNumber | null {
  const length = header[0]
  const elements = length === header.length - 1 ? header.subarray(1) : header
  for (let at = 0; at + 1 < elements.length;) {
    const id = elements[at] as number
    const size = elements[at + 1] as number
    const data = elements.subarray(at + 2, at + 2 + size)
    if (data.length < size) return null
    const [a = 0, b = 0, c = 0, d = 0] = data
    if (id === 0x00 && size === 3) return valid({ ref: a, total: b, seq: c })
    if (id === 0x08 && size === 4) return valid({ ref: (a << 8) | b, total: c, seq: d })
    at += 2 + size
  }
  return null
}

const valid = (part: PartNumber): PartNumber | null =>
  part.total > 1 && part.seq >= 1 && part.seq <= part.total ? part : null
