import { expect, test } from 'vitest'
import { helpOf, readOptions, UsageError } from '../../bench/options.ts'

const known: Parameters<typeof helpOf>[0] = [
  { name: 'record', asks: 'what does recording cost?', group: 'cost' },
  { name: 'marks', asks: 'what do marks cost?', group: 'cost' },
  { name: 'http', asks: 'what does a server feel?', group: 'load' },
]

test('without arguments all questions of cost are asked, in nine rounds, for people to read', () => {
  expect(readOptions([], known)).toEqual({
    questions: ['record', 'marks'],
    roundCount: 9,
    isBrief: false,
    json: false,
    out: undefined,
  })
})

test('a group stands for all of its questions', () => {
  expect(readOptions(['--group', 'load'], known)).toMatchObject({ questions: ['http'] })
  expect(readOptions(['--group', 'load', 'marks', '--out', 'file.json'], known)).toMatchObject({
    questions: ['http', 'marks'],
    out: 'file.json',
  })
})

test('questions, rounds, short forms and JSON can be asked for, in any order', () => {
  expect(readOptions(['--json', 'marks', '--rounds', '3', '--brief'], known)).toEqual({
    questions: ['marks'],
    roundCount: 3,
    isBrief: true,
    json: true,
    out: undefined,
  })
})

test('a question named twice is asked once', () => {
  expect(readOptions(['marks', 'marks'], known)).toMatchObject({ questions: ['marks'] })
})

test.each([
  [['record', 'speed'], 'There is no question "speed": choose from record, marks, http'],
  [['--rounds', '0'], '--rounds "0": give a whole number from 1 to 1000'],
  [['--rounds', '1.5'], '--rounds "1.5": give a whole number from 1 to 1000'],
  [['--rounds', ''], '--rounds "": give a whole number from 1 to 1000'],
  [['--group', 'all'], '--group "all": choose from cost, load, option'],
  [['--fast'], "Unknown option '--fast'"],
])('%j is refused: %s', (args, message) => {
  expect(() => readOptions(args, known)).toThrow(new UsageError(message))
})

test('help is given whatever else is asked, and names every question', () => {
  expect(readOptions(['--help', '--rounds', '0', 'nonsense'], known)).toBe('help')
  for (const { name, asks } of known)
    expect(helpOf(known)).toMatch(new RegExp(`^  ${name} +${asks.replace('?', '\\?')}$`, 'm'))
})
