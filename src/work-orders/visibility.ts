import type { Role } from '../base/actor.ts'
import type { Statute, Topics } from '../statutes/statute.ts'
import { citesOf, localPolicy, type Answer } from '../statutes/types.ts'
import type { Acting } from './actions.ts'
import { keptOut } from './decide.ts'
import { liveLegs, type WorkOrder } from './model.ts'
import { openProcedures } from './procedures.ts'
import { refuse, unitRoles, type Refused } from './rules/rule.ts'

/**
 * PURE. Who may see what of an order. One table; the store's reading statements, the views, the export, the attachments
 * and the screen-pop all ask it. Law is only that complaints and tip-offs are kept secret and from whom (鞍山 2019 第二十六条,
 * 草案 第八条, 白银 第十四条, 丹东 第二十一条); how far each post needs to know is local policy and says so.
 */
export const fields = [
  'identity',
  'contact',
  'device',
  'content',
  'recording',
  'attachments',
  'notes',
  'rating',
  'integrity',
  'audit',
] as const
export type Field = (typeof fields)[number]

/**
 * `full`; `masked`: 138****0001, 王**, a picture without its metadata; `redacted`: a text without identity, the notes of
 * the viewer's own part, the copies made for handling; `none`.
 */
export type Sight = 'full' | 'masked' | 'redacted' | 'none'

/** What protects the order: nothing beyond the ordinary (咨询、求助、意见), 投诉 or the requester's wish, 举报. */
export type Guard = 'open' | 'complaint' | 'tipOff'

/** Where somebody stands towards one order. One person may sit on several seats and sees what the best of them shows. */
export const seats = [
  'requester',
  'agentInCall',
  'agent',
  'dispatcher',
  'confidentialDesk',
  'followUp',
  'leadUnit',
  'coUnit',
  'petitionOffice',
  'formerUnit',
  'oversight',
  'reviewer',
  'analyst',
  'securityAuditor',
  'outside',
  'accused',
  'public',
] as const
export type Seat = (typeof seats)[number]

/**
 * Three letters a cell: open, complaint, tip-off. F full, M masked, R redacted, – none; W full unless the requester
 * asked for secrecy, then masked or redacted; P none until somebody else approves it for this order.
 * `requester` and `public` have no account and are served elsewhere; `outside` (纪委监委、政务督查、公安、编办、分管市领导、
 * 人大代表和政协委员、行政执法监督) sees a dossier that a person hands over, never this program.
 */
const table: Record<Seat, string> = {
  //                 ident con dev text rec att note rate integ audit
  requester: /*    */ 'FFF FFF FFF FFF PPP FFF --- FFF FFF FFF',
  agentInCall: /*  */ 'FF- FF- --- FFF --- FFF FFF --- FF- ---',
  agent: /*        */ 'MM- MM- --- FFR --- FF- FFF --- FF- ---',
  dispatcher: /*   */ 'MM- MM- --- FFR --- FF- FFF --- --- ---',
  confidentialDesk: 'FFF FFF FFF FFF FFF FFF FFF FFF FFF ---',
  followUp: /*     */ 'MM- MM- --- FFR --- FF- FFF FFF --- ---',
  leadUnit: /*     */ 'FW- FW- --- FWR --- FMR RRR FF- --- ---',
  coUnit: /*       */ 'MM- M-- --- FRR --- FMR RRR --- --- ---',
  petitionOffice: /**/ 'MM- MM- --- FFR PP- FMR RRR --- --- ---',
  formerUnit: /*   */ '--- --- --- RR- --- --- RR- --- --- ---',
  oversight: /*    */ 'MM- MM- --- FFR PP- FFR RRR --- --- ---',
  reviewer: /*     */ 'MM- MM- --- FFR FF- FFR FFF FFF --- ---',
  analyst: /*      */ '--- --- --- RR- --- --- --- --- --- ---',
  securityAuditor: '--- --- --- --- --- --- --- --- --- FFF',
  outside: /*      */ '--- --- --- --- --- --- --- --- --- ---',
  accused: /*      */ '--- --- --- --- --- --- --- --- --- ---',
  public: /*       */ '--- --- --- --- --- --- --- --- --- ---',
}
const guards: readonly Guard[] = ['open', 'complaint', 'tipOff']

/** What of an order decides who may see it. */
export type Guarded = Pick<
  WorkOrder,
  | 'id'
  | 'kind'
  | 'confidential'
  | 'state'
  | 'requesterId'
  | 'accusedUnitId'
  | 'accusedStaffId'
  | 'legs'
  | 'procedures'
  | 'followUps'
> & {
  /** The requester said whether his wish is secrecy; it stands for the wish. */
  confidentialityAsked: boolean
}

/** Who looks: with all his hats, and what else stands between him and orders at this moment. */
export type Viewer = Acting & {
  /** Requesters whom he is talking with. */
  talksWith?: readonly string[]
  /** Orders whose recordings he may hear by somebody's approval. */
  mayHear?: readonly string[]
  /** Units whose superior his own unit is. */
  unitsBelow?: readonly string[]
}

/** What a viewer has of one field, and why it is not more. */
export type Cell = { sight: Sight; cite: string | null; localPolicy: boolean; says: string }
export type Sights = Readonly<Record<Field, Cell>>

export function guardOf(order: Pick<Guarded, 'kind' | 'confidential'>): Guard {
  if (order.kind === 'tipOff' || order.confidential === 'tipOff') return 'tipOff'
  return order.kind === 'complaint' || order.confidential === 'confidential' ? 'complaint' : 'open'
}

/** A complaint is confidential without being asked; any other matter is so because somebody wished it. */
export const secrecyAsked = (
  order: Pick<Guarded, 'kind' | 'confidential' | 'confidentialityAsked'>,
): boolean => order.confidentialityAsked || (order.kind !== 'complaint' && order.confidential !== 'normal')

/** Hats under which every order may be looked at, unless its holder is kept out of it. */
const wideHats: Partial<Record<Role, Seat>> = {
  agent: 'agent',
  teamLead: 'agent',
  dispatcher: 'dispatcher',
  auditor: 'dispatcher',
  followUp: 'followUp',
  supervisor: 'oversight',
  centreLeader: 'oversight',
  office: 'oversight',
  confidentialDesk: 'confidentialDesk',
  analyst: 'analyst',
}
const reviewers: readonly Role[] = ['auditor', 'teamLead', 'centreLeader', 'office']

export const isUnitRole = ({ roles }: Pick<Viewer, 'roles'>): boolean =>
  roles.some((role) => unitRoles.includes(role))

/** Every seat of this person towards the order. Whoever is kept out of it has that one only. */
export function seatsOf(order: Guarded, viewer: Viewer, statute: Statute): Seat[] {
  const { actor, roles, unitCode } = viewer
  if (keptOut(order, { actor, actorUnit: unitCode, statute })) return ['accused']
  const taken = new Set<Seat>(roles.flatMap((role) => wideHats[role] ?? []))
  if (roles.includes('agent') && viewer.talksWith?.includes(order.requesterId)) taken.add('agentInCall')
  const calledBack = order.followUps.some((call) => call.by === actor.id)
  if (calledBack && taken.size > 0) taken.add('followUp')
  // 复评 is for others than whoever called back.
  if (!calledBack && underReview(order) && roles.some((role) => reviewers.includes(role)))
    taken.add('reviewer')
  if (isUnitRole(viewer)) for (const seat of seatsOfUnit(order, unitCode)) taken.add(seat)
  // 上级: its leader supervises and decides on a recusal (鞍山 2019 第二十五条、第二十七条第二款), and so sees what lies below.
  if (liveLegs(order).some((leg) => below(viewer).includes(leg.unitId))) taken.add('oversight')
  if (roles.includes('auditAdministrator')) taken.add('securityAuditor')
  return [...taken]
}

/** Only a unit's leader stands above other units; its staff handle what is their own. */
const below = ({ roles, unitsBelow }: Pick<Viewer, 'roles' | 'unitsBelow'>): readonly string[] =>
  roles.includes('unitLeader') ? (unitsBelow ?? []) : []

const underReview = (order: Guarded): boolean =>
  order.state === 'fedBack' || order.state === 'concluded' || openProcedures(order, 'objection').length > 0

function seatsOfUnit(order: Guarded, unit: string | null): Seat[] {
  const own = order.legs.filter((leg) => unit !== null && leg.unitId === unit)
  if (own.length === 0) return []
  const live = liveLegs({ legs: own })
  if (live.length === 0) return ['formerUnit']
  return live.map(({ role }) => (role === 'lead' ? 'leadUnit' : role === 'co' ? 'coUnit' : 'petitionOffice'))
}

const rank: readonly Sight[] = ['none', 'redacted', 'masked', 'full']

/** What one person has of one order. */
export type Insight = { seats: readonly Seat[]; sights: Sights }

/** What the viewer has of each field; null: to him the order does not exist. */
export function insightOf(order: Guarded, viewer: Viewer, statute: Statute): Insight | null {
  const taken = seatsOf(order, viewer, statute)
  const guard = guardOf(order)
  const asked = secrecyAsked(order)
  const heard = viewer.mayHear?.includes(order.id) ?? false
  const sights = Object.fromEntries(
    fields.map((field) => {
      const best = taken
        .map((seat) => ({ seat, sight: sightAt(seat, field, guard, { asked, heard }) }))
        .reduce((a, b) => (rank.indexOf(b.sight) > rank.indexOf(a.sight) ? b : a), nobody)
      return [
        field,
        { sight: best.sight, ...groundOf(field, guard, best.seat, statute.topics.confidentiality) },
      ]
    }),
  ) as Record<Field, Cell>
  return sights.content.sight === 'none' ? null : { seats: taken, sights }
}

const nobody: { seat: Seat; sight: Sight } = { seat: 'public', sight: 'none' }

/** One cell of the table. */
export function sightAt(
  seat: Seat,
  field: Field,
  guard: Guard,
  { asked, heard }: { asked: boolean; heard: boolean },
): Sight {
  const letter = table[seat].split(' ')[fields.indexOf(field)]?.[guards.indexOf(guard)]
  switch (letter) {
    case 'F':
      return 'full'
    case 'M':
      return 'masked'
    case 'R':
      return 'redacted'
    case 'W':
      return !asked ? 'full' : field === 'content' ? 'redacted' : 'masked'
    case 'P':
      return heard ? 'full' : 'none'
    default:
      return 'none'
  }
}

const house = localPolicy('按岗位需要知悉，本地规定', true)

/** What stands behind a cell: the article of the order's own statute, or local policy. */
function groundOf(
  field: Field,
  guard: Guard,
  seat: Seat,
  topic: Topics['confidentiality'],
): Omit<Cell, 'sight'> {
  const answer = answerFor(field, guard, seat, topic)
  const known = answer.basis === 'silent' ? house : answer
  return { cite: citesOf(known), localPolicy: known.basis === 'localPolicy', says: known.says }
}

function answerFor(
  field: Field,
  guard: Guard,
  seat: Seat,
  topic: Topics['confidentiality'],
): Answer<unknown> {
  switch (field) {
    case 'identity':
    case 'contact':
      if (guard === 'tipOff') return topic.identityOfTipOff
      if (guard === 'complaint')
        return seat === 'leadUnit' || seat === 'coUnit' ? topic.identityOfComplaint : topic.duty
      return topic.accessControl
    case 'device':
      return topic.protects
    case 'content':
    case 'attachments':
      return guard === 'open' ? topic.dataSecurity : topic.duty
    default:
      return house
  }
}

/**
 * What the SQL of every list, search and look-up filters by; the same answer as `insightOf(…) !== null`, so that what
 * does not exist for somebody is not even fetched.
 */
export type Scope = {
  actorId: string
  /** The viewer's own unit: what is against it stays away. */
  ownUnit: string | null
  /** The unit whose legs open an order to him. */
  handlingUnit: string | null
  /** Units whose orders he sees as their superior while they lie there. */
  unitsBelow?: readonly string[]
  /** Every order, and of those the tip-offs, too. */
  wide: boolean
  tipOffs: boolean
}

export function scopeOf(viewer: Viewer): Scope {
  const { actor, roles, unitCode } = viewer
  const wide = roles.flatMap((role) => wideHats[role] ?? [])
  return {
    actorId: actor.id,
    ownUnit: unitCode,
    handlingUnit: isUnitRole({ roles }) ? unitCode : null,
    unitsBelow: below(viewer),
    wide: wide.length > 0,
    tipOffs: wide.some((seat) => seat !== 'analyst'),
  }
}

const revealers: readonly Role[] = ['agent', 'teamLead', 'dispatcher', 'followUp', 'confidentialDesk']

/** The whole identity, with a reason on the ledger. */
export function mayReveal(order: Guarded, { roles }: Viewer, statute: Statute): Refused | null {
  const { identityOfTipOff } = statute.topics.confidentiality
  if (roles.includes('confidentialDesk')) return null
  if (guardOf(order) === 'tipOff')
    return refuse(
      403,
      'tipOffProtected',
      '举报人身份不对外显示',
      `${identityOfTipOff.says}。需要联系举报人的，请交保密席办理。`,
      citesOf(identityOfTipOff),
    )
  return roles.some((role) => revealers.includes(role))
    ? null
    : refuse(403, 'roleMissing', '没有权限', '您的角色不能查看完整身份，如确有需要请联系派单员或者保密席。')
}
