/**
 * The table "Races and who wins" of the semantics, row by row, with the tests that show each: properties by their name
 * in `races.ts`, and tests elsewhere for what needs a real telephone exchange or a real clock. `races.test.ts` fails for
 * a row without a test and for a title that no file has.
 */
export type Shown = { race: string; properties: string[]; tests?: { file: string; title: string }[] }

export const raceList: readonly Shown[] = [
  { race: 'accept vs hang-up', properties: ['acceptAgainstHangUp'] },
  { race: 'two gateways offer', properties: ['twoGatewaysOffer'] },
  { race: 'two agents accept', properties: ['twoAccept', 'declineAgainstAccept', 'signInInAnotherTab'] },
  { race: 'accept after expiry', properties: ['acceptAgainstTimeout', 'lateAcceptAfterReoffer'] },
  {
    race: 'socket drops while ringing',
    properties: ['socketDropsWhileRinging'],
    tests: [
      { file: 'integration/desk-presence.test.ts', title: 'that is back within the grace keeps what rings' },
    ],
  },
  {
    race: 'socket drops in a call',
    properties: ['socketDropsInACall'],
    tests: [
      {
        file: 'integration/desk-presence.test.ts',
        title: 'during a call lets the call go on and signs out after it',
      },
      {
        file: 'integration/desk-delivery.test.ts',
        title: 'gets what it missed, in order, each once, and nothing that it had',
      },
    ],
  },
  { race: 'message vs end of a text contact', properties: ['messageAgainstEnd'] },
  {
    race: 'sign-out with open texts',
    properties: [
      'signOutWithOpenTexts',
      'transferToWhoLeaves',
      'transfersToOneColleague',
      'twoTabsTransfer',
      'signOutAgainstAccept',
      'signOutAgainstOffer',
    ],
    tests: [
      {
        file: 'integration/desk-presence.test.ts',
        title: 'withdraws what rings without penalty, signs out, and returns the conversations',
      },
    ],
  },
  { race: 'pause during an offer', properties: ['pauseDuringAnOffer'] },
  { race: 'no answer', properties: ['noAnswer'] },
  {
    race: 'slot freed, skill or schedule changed, agent back',
    properties: [],
    tests: [
      {
        file: 'integration/queue-offers.test.ts',
        title: 'comes from the queue, is accepted once, and keeps the agent busy',
      },
      {
        file: 'integration/queue-matcher.test.ts',
        title: 'who changes his skills is matched by the new ones at once',
      },
      { file: 'integration/queue-gateways.test.ts', title: 'offers what no bell ever rang for' },
    ],
  },
  { race: 'duplicate or out-of-order events', properties: ['duplicateEvents'] },
  { race: 'native queue takes the caller as the gateway returns', properties: ['nativeAgainstAccept'] },
  {
    race: 'AMI reconnect',
    properties: [],
    tests: [
      {
        file: 'telephony/resync.test.ts',
        title: 'accounts for every call that ended, went on, or began and ended while it was away',
      },
    ],
  },
  {
    race: 'gateway dies while connecting',
    properties: ['gatewayDiesWhileConnecting'],
    tests: [
      {
        file: 'integration/queue-gateways.test.ts',
        title: 'gives a contact that connects too long to whatever its call does now',
      },
    ],
  },
  {
    race: 'transfer fails',
    properties: ['transferFails', 'transferAgainstHangUp', 'transferAgainstOffer'],
  },
  {
    race: 'emergency referral',
    properties: [],
    tests: [
      {
        file: 'telephony/calls-with-gateway.test.ts',
        title: 'to an emergency is handed over live; the agent may leave only when it was taken over',
      },
      {
        file: 'telephony/calls-with-gateway.test.ts',
        title: 'to an emergency line that does not answer stays with the agent',
      },
    ],
  },
  {
    race: 'clock jump',
    properties: [],
    tests: [
      {
        file: 'integration/clock.test.ts',
        title: 'offers last as long as they should, and nobody is set aside or sent away by it',
      },
    ],
  },
  { race: 'one idempotent registration', properties: ['registerTwice'] },
  { race: 'wrap-up with one renewal', properties: ['renewalAgainstExpiry'] },
]
