/** PURE. 承办单位: who answers there (鞍山 2019 第八条, 丹东 第四条第二款), and whom to call, in the order of calling. */
export const unitKinds = [
  'department',
  'district',
  'township',
  'subdistrict',
  'village',
  'community',
  'publicService',
  'organisation',
] as const
export type UnitKind = (typeof unitKinds)[number]

export type UnitContact = { name: string; position: string; phone: string }

export type UnitRecord = {
  code: string
  name: string
  kind: string
  /** The unit above it; a complaint about this one goes there. */
  parent: string | null
  /** 主要领导, 主管领导 (分管领导). */
  leader: string | null
  deputy: string | null
  /** 专门受理机构. */
  office: string | null
  contacts: UnitContact[]
  petitionOffice: boolean
  active: boolean
}

/** A unit's own method that has to be filed after the city issued its own. */
export type UnitMethod = {
  code: string
  /** `YYYY-MM-DD`. */
  issuedOn: string
  reference: string
  term: string
  due: Date
  provisional: boolean
  calendarVersion: string
  cite: string
  document: string | null
  office: string | null
  person: string | null
  filedAt: Date | null
  missedAt: Date | null
}
