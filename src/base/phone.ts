import { parsePhoneNumberFromString } from 'libphonenumber-js'

/**
 * A telephone number as E.164, or null when the text is none. National Chinese numbers, `0086…` and `+86…` are the
 * same number; service numbers (110, 8890) are no requester's address and yield null.
 */
export function toE164(raw: string): string | null {
  const digits = raw.trim().replace(/^00/, '+')
  const parsed = parsePhoneNumberFromString(digits, 'CN')
  return parsed?.isPossible() && parsed.nationalNumber.length >= 7 ? parsed.number : null
}

/** National form as the trunk dials it: no +86, other countries with 00. */
export function toDialString(e164: string): string {
  const parsed = parsePhoneNumberFromString(e164, 'CN')
  if (!parsed) return e164.replace(/^\+/, '00')
  if (parsed.countryCallingCode !== '86') return `00${parsed.number.slice(1)}`
  const national = parsed.nationalNumber
  return /^1[3-9]\d{9}$/.test(national) ? national : `0${national}`
}

/** What a screen shows: 138****0001. Nothing of a short number, the last four of a longer one. */
export function maskPhone(e164: string): string {
  const national = e164.replace(/^\+86/, '')
  if (national.length < 8) return '****'
  return `${national.slice(0, 3)}****${national.slice(-4)}`
}

/** A name keeps its first character: 王**. */
export const maskName = (name: string): string =>
  name.length === 0 ? '' : [...name][0] + '*'.repeat(Math.max([...name].length - 1, 1))
