/** Many kills, spread over processes: `node test/fault/aggregator-kill/kills.mjs [--kills 100] [--processes 25] [--seed 1] …`.
 *  Other options go to `program.mjs`. One line for each process, and the sum; exit code 1 when anything differed. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./program.mjs', import.meta.url))
const PROCESS_MS_MAX = 300_000

const given = process.argv.slice(2)
const killCount = take('--kills', 100)
const processCount = take('--processes', 25)
const seed = take('--seed', 1)

let done = 0
let failedCount = 0
for (let number = 0; number < processCount; number++) {
  const kills = Math.round((killCount * (number + 1)) / processCount) - done
  done += kills
  const args = [PROGRAM, '--kills', `${kills}`, '--seed', `${seed + number}`, ...given]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: PROCESS_MS_MAX,
  })
  if (status !== 0) failedCount += 1
  console.log(`process ${number + 1}, ${kills} kills, exit code ${status}: ${stdout.trim() || stderr.trim()}`)
}
console.log(
  `${done} kills in ${processCount} processes: ${failedCount === 0 ? 'every total is exact' : `${failedCount} FAILED`}`,
)
process.exitCode = failedCount === 0 ? 0 : 1

/** A number among the options, which is ours alone. */
function take(name, fallback) {
  const index = given.indexOf(name)
  if (index < 0) return fallback
  return Number(given.splice(index, 2)[1])
}
