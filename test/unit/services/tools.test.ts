import { describe, expect, it } from 'vitest'
import { type Command, read, UsageProblem, wholeNumber } from '../../../services/command.ts'
import { parseSources } from '../../../services/debian-sources.ts'
import { isAlive, markOf, signal } from '../../../services/processes.ts'

describe('the sources of packages', () => {
  it('are read from lines, with options, without comments and source packages', () => {
    const text = [
      'deb http://mirror.example/debian bookworm main contrib # the usual',
      'deb-src http://mirror.example/debian bookworm main',
      '# deb http://mirror.example/debian sid main',
      'deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] https://mirror.example/x stable main',
    ].join('\n')
    expect(parseSources(text, 'list')).toEqual([
      {
        uri: 'http://mirror.example/debian',
        suite: 'bookworm',
        components: ['main', 'contrib'],
        signedBy: undefined,
      },
      {
        uri: 'https://mirror.example/x',
        suite: 'stable',
        components: ['main'],
        signedBy: '/usr/share/keyrings/a.gpg',
      },
    ])
  })

  it('are read from paragraphs, one for each suite, without those that are switched off', () => {
    const text = [
      'Types: deb deb-src',
      '# a comment between',
      'URIs: http://mirror.example/debian',
      'Suites: bookworm bookworm-updates',
      'Components: main',
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
      '',
      'Types: deb',
      'Enabled: no',
      'URIs: http://mirror.example/off',
      'Suites: bookworm',
      'Components: main',
    ].join('\n')
    const found = parseSources(text, 'sources')
    expect(found.map(({ suite }) => suite)).toEqual(['bookworm', 'bookworm-updates'])
    expect(found[0]?.signedBy).toBe('/usr/share/keyrings/debian-archive-keyring.gpg')
  })
})

describe('the mark of a process', () => {
  it('knows this process, and no other one that got its number later', () => {
    const mark = markOf(process.pid)
    expect(mark).toBeDefined()
    expect(isAlive(mark!)).toBe(true)
    expect(isAlive({ pid: process.pid, started: 'another boot:1' })).toBe(false)
  })

  it('keeps a signal from a process that got the number later', () => {
    let reached = false
    const listen = (): void => void (reached = true)
    process.on('SIGUSR2', listen)
    expect(signal({ pid: process.pid, started: 'another boot:1' }, 'SIGUSR2')).toBe(false)
    process.off('SIGUSR2', listen)
    expect(reached).toBe(false)
  })
})

describe('the command line', () => {
  const command: Command = {
    usage: 'try FILE',
    does: '',
    words: [1, 1],
    options: { number: { value: 'N', help: '' }, quickly: { help: '' } },
    run: async () => 0,
  }

  it('takes words, values and switches', () => {
    expect(read('try', command, ['file', '--number', '5', '--quickly'])).toMatchObject({
      words: ['file'],
      options: { number: '5', quickly: true },
    })
  })

  it.each([
    [[], /something is missing/],
    [['one', 'two'], /"two" is one word too many/],
    [['file', '--slowly'], /--slowly.*--help/],
    [['file', '--number'], /--number/],
  ])('says in one sentence what is wrong with %j', (argv, sentence) => {
    expect(() => read('try', command, argv)).toThrow(UsageProblem)
    expect(() => read('try', command, argv)).toThrow(sentence)
  })

  it.each(['0', '11', '2.5', 'many', ''])('refuses "%s" where a number from 1 to 10 is wanted', (text) => {
    const given = { words: [], options: { number: text } }
    expect(() => wholeNumber(given, 'number', 3, 1, 10)).toThrow('a whole number from 1 to 10')
  })

  it('takes the default where no number is given', () => {
    expect(wholeNumber({ words: [], options: {} }, 'number', 3, 1, 10)).toBe(3)
  })
})
