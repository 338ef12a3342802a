/** Why an AMI action gave no success. */
export type AmiFailure =
  /** No session: nothing was sent. */
  | 'down'
  /** Too many actions wait for an answer: nothing was sent. */
  | 'busy'
  /** Sent, but the session ended or the answer did not come in time: whether it was done is unknown. */
  | 'unknown'
  /** Asterisk answered with an error; `message` holds its words. */
  | 'refused'

export class AmiError extends Error {
  readonly failure: AmiFailure

  constructor(failure: AmiFailure, message: string) {
    super(message)
    this.name = 'AmiError'
    this.failure = failure
  }
}
