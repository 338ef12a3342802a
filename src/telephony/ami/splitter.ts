const separator = Buffer.from('\r\n\r\n')

/** Cuts a byte stream at empty lines, however it is chunked. */
export function createFrameSplitter(onFrame: (frame: string) => void): { push(chunk: Buffer): void } {
  let rest: Buffer | null = null
  return {
    push(chunk) {
      const bytes: Buffer = rest ? Buffer.concat([rest, chunk]) : chunk
      let from = 0
      for (;;) {
        const end = bytes.indexOf(separator, from)
        if (end < 0) break
        if (end > from) onFrame(bytes.toString('utf8', from, end))
        from = end + separator.length
      }
      rest = from < bytes.length ? Buffer.from(bytes.subarray(from)) : null
    },
  }
}
