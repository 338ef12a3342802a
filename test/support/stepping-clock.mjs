/**
 * Preloaded into a gateway (`--import`): its wall clock steps as a machine's does, while the monotonic clock goes on.
 * SIGUSR2: an hour ahead, then an hour behind, then right again; each step is said on stderr.
 */
const hour = 3_600_000
const steps = [hour, -hour, 0]
let turn = -1
let shift = 0
const RealDate = Date

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shift)
    else super(...given)
  }
  static now() {
    return RealDate.now() + shift
  }
}

process.on('SIGUSR2', () => {
  turn = (turn + 1) % steps.length
  shift = steps[turn]
  process.stderr.write(`clock-step ${shift}\n`)
})
