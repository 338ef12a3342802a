import { civil, dayOf } from '../statutes/calendar.ts'

/**
 * PURE. The number of an order as it is said on the telephone and typed on its keys: two letters of the city, the day
 * of registration, six digits and a check digit, e.g. `AS2603024816539`. The six digits come from a counter that is
 * scrambled, so a number tells neither its neighbours nor how busy the day was; it is no secret, which is why progress
 * also asks for the last four digits of the telephone.
 */
const counters = 1_000_000
// Both are coprime to the number of counters, so that no two counters give the same digits.
const factor = 387_421
const shift = 271_829

/** ISO 7064, MOD 11,10 (GB/T 17710): finds every wrong digit and nearly every swap of two neighbours. */
export function checkDigit(digits: string): number {
  let product = 10
  for (const digit of digits) {
    const sum = (product + Number(digit)) % 10 || 10
    product = (sum * 2) % 11
  }
  return (11 - product) % 10
}

/**
 * @param prefix two capital letters of the statute
 * @param counter from 0; may start again after a million, because the day is in the number
 */
export function orderNumber(prefix: string, registeredAt: Date, counter: number): string {
  const { year, month, date } = civil(dayOf(registeredAt))
  const scrambled = ((counter % counters) * factor + shift) % counters
  const digits =
    [year % 100, month, date].map((n) => String(n).padStart(2, '0')).join('') +
    String(scrambled).padStart(6, '0')
  return prefix + digits + checkDigit(digits)
}

/** What a citizen typed or said, as the number it means; null when it cannot be one. Letters may be missing. */
export function parseOrderNumber(typed: string, prefix: string): string | null {
  const plain = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\-—.]/g, '')
  const match = /^([A-Z]{2})?(\d{12})(\d)$/.exec(plain)
  if (!match) return null
  const [, letters = prefix, digits = '', check] = match
  return String(checkDigit(digits)) === check ? letters + digits + check : null
}
