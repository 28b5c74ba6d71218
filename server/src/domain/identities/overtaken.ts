/** Another request changed what a decision rests on, a username perhaps; nothing is kept, and it is made again. */
export class Overtaken extends Error {
  readonly isByName: boolean;

  constructor(isByName = false) {
    super('Another request was faster.');
    this.isByName = isByName;
  }
}
