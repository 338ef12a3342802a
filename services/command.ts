import { parseArgs, type ParseArgsConfig } from 'node:util'
import type { Report } from './report.ts'

/** A mistake of the person at the terminal: one sentence, exit code 2. */
export class UsageProblem extends Error {
  override name = 'UsageProblem'
}

/** A failure that the person can do something about: one sentence, exit code 1, no stack. */
export class ServiceProblem extends Error {
  override name = 'ServiceProblem'
}

export interface Option {
  /** word for the value in the help; absent for a switch */
  value?: string
  help: string
}

/** What the person typed after the command. */
export interface Given {
  words: string[]
  options: Record<string, string | true>
}

export interface Command {
  /** e.g. `backup FILE` */
  usage: string
  /** what it does, for the list of commands */
  does: string
  /** least and most number of words after the command */
  words: [number, number]
  options?: Record<string, Option>
  /** @returns the exit code */
  run(given: Given, report: Report): Promise<number>
}

/**
 * Reads the words and options of one command.
 * @throws UsageProblem in one sentence for whatever the command does not know
 */
export function read(name: string, command: Command, argv: string[]): Given {
  const known = command.options ?? {}
  const options: ParseArgsConfig['options'] = Object.fromEntries(
    Object.entries(known).map(([option, { value }]) => [
      option,
      { type: value === undefined ? 'boolean' : 'string' },
    ]),
  )
  let parsed
  try {
    parsed = parseArgs({ args: argv, options, allowPositionals: true, strict: true })
  } catch (problem) {
    throw new UsageProblem(`${name}: ${sentence(problem as Error)} Try: ./hotline ${name} --help`)
  }
  const [least, most] = command.words
  const words = parsed.positionals
  if (words.length < least)
    throw new UsageProblem(`${name}: something is missing. Usage: ./hotline ${command.usage}`)
  if (words.length > most) {
    throw new UsageProblem(
      `${name}: "${words[most]}" is one word too many. Usage: ./hotline ${command.usage}`,
    )
  }
  return { words, options: parsed.values as Record<string, string | true> }
}

function sentence(problem: Error): string {
  const [first = ''] = problem.message.split(/\. |\n/)
  return `${first.replace(/\.$/, '')}.`
}

/**
 * A whole number that the person gave, or the default.
 * @throws UsageProblem when it is none, or out of range
 */
export function wholeNumber(
  given: Given,
  option: string,
  fallback: number,
  least: number,
  most: number,
): number {
  const text = given.options[option]
  if (text === undefined) return fallback
  const number = Number(text)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new UsageProblem(`--${option} takes a whole number from ${least} to ${most}, not "${String(text)}".`)
}
