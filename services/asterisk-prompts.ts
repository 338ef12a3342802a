import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { checkout } from './paths.ts'
import { type Tool, tool } from './tools.ts'

const run = promisify(execFile)

/** The telephone's sound: 8 kHz, one channel, 16 bit. */
const telephone = ['-r', '8000', '-c', '1', '-b', '16', '-e', 'signed-integer']
/** Syllables go by faster than espeak-ng's default, which sounds like dictation. */
const wordsPerMinute = '200'
/** Change it when the way of making a sound changes, so that cached ones are made anew. */
const version = '1'

export interface PromptOptions {
  /** sounds are copied to `<sounds>/zh/hotline` */
  sounds: string
  music: string
  /** finished sounds by content, shared by all instances */
  cache: string
  /** folder with recorded wavs that win over the spoken ones */
  overrides?: string | undefined
  emergencyKey: string
}

const numerals = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十']

/** A number from 0 to 99 as it is spoken. */
function spoken(number: number): string {
  if (number <= 10) return numerals[number] ?? ''
  const tens = number < 20 ? '十' : `${numerals[Math.floor(number / 10)]}十`
  return tens + (number % 10 === 0 ? '' : numerals[number % 10])
}

/**
 * Reads the list of prompts: name and text, ranges written out.
 * @throws Error with the line when one cannot be read
 */
export function readPrompts(list: string, emergencyKey: string): Map<string, string> {
  const prompts = new Map<string, string>()
  for (const line of list.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [name, text] = line.split('|').map((part) => part.trim())
    if (!name || !text) throw new Error(`not "name | text" in the list of prompts: ${line}`)
    const words = text.replace('{key}', spoken(Number(emergencyKey)))
    const range = /\{(\d+)\.\.(\d+)\}/.exec(name)
    if (range === null) {
      prompts.set(name, words)
      continue
    }
    for (let n = Number(range[1]); n <= Number(range[2]); n += 1) {
      prompts.set(name.replace(range[0], String(n)), words.replace('{n}', spoken(n)))
    }
  }
  return prompts
}

/**
 * Makes every prompt, the beep and the music on hold. What has been made once is taken from the cache: about 2 s the
 * first time, nothing afterwards.
 * @throws Error when the recording notice would delay a caller by more than 4 s
 */
export async function makeSounds(options: PromptOptions): Promise<void> {
  const { cache, overrides, emergencyKey } = options
  const folder = join(options.sounds, 'zh', 'hotline')
  for (const made of [folder, options.music, cache]) mkdirSync(made, { recursive: true })
  const list = readFileSync(join(checkout, 'asterisk/prompts/prompts.txt'), 'utf8')
  const wanted = [...readPrompts(list, emergencyKey)]
  const sox = await tool('sox')
  const speaker = await tool('espeak-ng')
  await eachOfTwo(wanted, async ([name, text]) => {
    const recorded = overrides === undefined ? undefined : join(overrides, `${name}.wav`)
    const source =
      recorded !== undefined && existsSync(recorded)
        ? await cached(cache, readFileSync(recorded), (out) => sound(sox, [recorded, ...telephone, out]))
        : await cached(cache, text, (out) => speak(speaker, sox, text, out))
    copyFileSync(source, join(folder, `${name}.wav`))
  })
  const beep = ['-n', ...telephone]
  const tone = await cached(cache, 'beep', (out) =>
    sound(sox, [...beep, out, 'synth', '0.3', 'sine', '1000', 'gain', '-12', 'fade', '0.02', '0.3', '0.02']),
  )
  copyFileSync(tone, join(folder, 'beep.wav'))
  const song =
    overrides !== undefined && existsSync(join(overrides, 'music.wav'))
      ? join(overrides, 'music.wav')
      : undefined
  const music =
    song === undefined
      ? await cached(cache, 'music', (out) => compose(sox, out))
      : await cached(cache, readFileSync(song), (out) => sound(sox, [song, ...telephone, out]))
  copyFileSync(music, join(options.music, 'music.wav'))
  const notice = seconds(join(folder, 'notice.wav'))
  if (notice > 4)
    throw new Error(`the recording notice lasts ${notice.toFixed(1)} s; at most 4 s are allowed`)
}

/** Length of a wav in the telephone's format. */
const seconds = (file: string): number => (statSync(file).size - 44) / 16_000

async function cached(
  cache: string,
  content: string | Buffer,
  make: (out: string) => Promise<unknown>,
): Promise<string> {
  const key = createHash('sha256').update(`${version}:${wordsPerMinute}:`).update(content).digest('hex')
  const file = join(cache, `${key.slice(0, 24)}.wav`)
  if (existsSync(file)) return file
  // two instances may make the same sound at once: each its own file, the last rename wins
  const draft = join(cache, `${randomUUID()}.wav`)
  try {
    await make(draft)
    renameSync(draft, file)
  } finally {
    rmSync(draft, { force: true })
  }
  return file
}

function sound({ command, args, env }: Tool, own: string[]): Promise<unknown> {
  // -R: the same input gives the same file
  return run(command, [...args, '-R', '-V1', ...own], { env: { ...process.env, ...env }, timeout: 30_000 })
}

async function speak(speaker: Tool, sox: Tool, text: string, out: string): Promise<void> {
  const raw = `${out}.raw.wav`
  try {
    // the voice "cmn" reads 您好 as Latin letters; this one reads characters
    const voice = ['-v', 'cmn-latn-pinyin', '-s', wordsPerMinute, '-w', raw, text]
    await run(speaker.command, [...speaker.args, ...voice], {
      env: { ...process.env, ...speaker.env },
      timeout: 30_000,
    })
    // espeak-ng ends with a pause, which would be dead air between two prompts
    const trim = ['reverse', 'silence', '1', '0.02', '0.1%', 'reverse', 'pad', '0.05', '0.15']
    await sound(sox, [raw, ...telephone, out, 'highpass', '200', 'norm', '-6', ...trim])
  } finally {
    rmSync(raw, { force: true })
  }
}

/** Soft plucked chords, 24 s, quiet enough to speak over. */
async function compose(sox: Tool, out: string): Promise<void> {
  const chords = ['C4 E4 G4', 'A3 C4 E4', 'F3 A3 C4', 'G3 B3 D4']
  const parts = await Promise.all(
    [...chords, ...chords].map(async (chord, index) => {
      const part = `${out}.${index}.wav`
      const notes = chord.split(' ').flatMap((note) => ['pl', note])
      const spread = ['delay', '0', '0.25', '0.5', 'remix', '-', 'fade', '0.02', '3', '0.4', 'gain', '-9']
      await sound(sox, ['-n', '-r', '8000', '-b', '16', part, 'synth', '3', ...notes, ...spread])
      return part
    }),
  )
  try {
    await sound(sox, [...parts, ...telephone, out])
  } finally {
    for (const part of parts) rmSync(part, { force: true })
  }
}

/** Works on two at a time: one would leave a core idle, more would starve the others. */
async function eachOfTwo<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item)
  }
  await Promise.all([worker(), worker()])
}
