/** Tells the person at the terminal what happens now, one line each. */
export type Report = (line: string) => void

/** Progress goes to stderr, so that stdout keeps only what other programs read. */
export const toTerminal: Report = (line) => {
  process.stderr.write(`${line}\n`)
}
