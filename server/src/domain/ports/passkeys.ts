/** Speaks WebAuthn on behalf of this server. What browsers send is untrusted, and whatever is wrong with it gives null. */
export type PasskeyVerifier = {
  /** What a browser needs to make a passkey, in the JSON form of WebAuthn Level 3. */
  creationOptions(wanted: {
    challenge: string;
    user: PasskeyUser;
    /** Those that its owner has already. */
    known: readonly KnownPasskey[];
  }): Promise<PasskeyCreation>;
  /** What a browser needs to ask for a passkey: one of those allowed, or, for null, any that it has for this server. */
  requestOptions(wanted: {
    challenge: string;
    allowed: readonly KnownPasskey[] | null;
  }): Promise<PasskeyRequest>;
  /** The challenge that an answer says it is for. */
  challengeOf(answer: PasskeyAnswer): string | null;
  /** The new passkey that answers a challenge. */
  checkCreation(answer: PasskeyAnswer, challenge: string): Promise<NewPasskey | null>;
  /** What an answer of this passkey to a challenge tells. The counter is not judged. */
  checkAnswer(
    answer: PasskeyAnswer,
    expected: { challenge: string; credentialId: string; publicKey: string; userHandle: string },
  ): Promise<{ counter: number; isUserVerified: boolean } | null>;
};

/** To be handed to the browser as it is. */
export type PasskeyCreation = { challenge: string; rp: object };

export type PasskeyRequest = { challenge: string; rpId: string };

type PasskeyUser = {
  /** Base64url; tells nothing to others. */
  handle: string;
  name: string;
  displayName: string;
};

type KnownPasskey = { credentialId: string; transports: readonly string[] };

/** What `navigator.credentials` gave, as JSON. */
export type PasskeyAnswer = { id: string } & Record<string, unknown>;

export type NewPasskey = {
  /** Base64url, like the key, which is COSE. */
  credentialId: string;
  publicKey: string;
  counter: number;
  transports: string[];
};
