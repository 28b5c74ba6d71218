import type { Readable } from 'node:stream';

/** The time, as the program sees it. Tests stop it. */
export type Now = () => Date;

/** Foreign machines, as the domain sees them. Each has adapters in `adapters/` and one conformance suite. */

/**
 * Keeps bytes under keys of the form `originals/…`, `variants/…`. What `put` and `keep` acknowledged survives a crash.
 * Each function throws DomainError `unavailable` while the store cannot be reached.
 */
export type BlobStore = {
  /**
   * Takes in an upload of unknown length without keeping it yet.
   * @throws DomainError `too_large` as soon as it exceeds `maxBytes`
   */
  stage(content: AsyncIterable<Uint8Array>, maxBytes: number): Promise<StagedBlob>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Gives the bytes of a blob a second key without sending them again. Not synced: a crash may undo it. */
  copy(from: string, to: string): Promise<void>;
  /** The bytes of a blob, or those from `start` to `end` inclusive; null when there is none. */
  open(key: string, range?: ByteRange): Promise<Readable | null>;
  /** All bytes of a blob; null when there is none. */
  read(key: string): Promise<Uint8Array | null>;
  /** Deletes a blob; one that is not there counts as deleted. */
  delete(key: string): Promise<void>;
  /** Every blob whose key begins with `prefix`, in no order. Files of others in the same place are left out. */
  list(prefix: string): AsyncIterable<StoredBlob>;
  /** Uploads that were begun and neither kept nor discarded: in flight, or left by a crash. */
  listUnkept(): AsyncIterable<UnkeptBlob>;
  /** An address where anybody may fetch the blob for a few minutes; null when its bytes must go through the server. */
  findAddress(key: string, contentType: string): Promise<string | null>;
  /** Writes, reads and deletes a blob. @throws Error that says what is wrong and what to do */
  check(): Promise<void>;
  /** Ends connections. */
  close(): Promise<void>;
};

export type StoredBlob = { key: string; bytes: number; modifiedAt: Date };

export type UnkeptBlob = { name: string; modifiedAt: Date; discard: () => Promise<void> };

export type ByteRange = { start: number; end: number };

/** An upload on local disk: keep it under a key, or discard it. Discarding after keeping does nothing. */
export type StagedBlob = {
  path: string;
  bytes: number;
  /** Of the content, 64 hex digits. */
  sha256: string;
  keep(key: string): Promise<void>;
  discard(): Promise<void>;
};

/** Decodes pictures. Both functions run in a bounded pool and throw `unavailable` when it is full. */
export type Images = {
  /**
   * Tells what the bytes are, by decoding all of them.
   * @param accountId whose upload it is: accounts take turns
   * @throws DomainError `unsupported` (no picture of a known format) · `too_large` (pixels) · `invalid` (broken) ·
   *   `rate_limited` (too many of the account wait) · `unavailable` (too many of all)
   */
  inspect(path: string, accountId: number): Promise<ImageFacts>;
  /**
   * Makes the public variants: upright, in sRGB, without any metadata. One decode for all of them. With `keepsFormat`, PNG,
   * GIF and WebP stay what they are, for clients that expect what they sent; otherwise all become JPEG or WebP. Takes
   * what `inspect` took, as a file or as its bytes; a file is read only when its turn has come.
   * @param options.accountId null: the server’s own picture
   * @throws DomainError as `inspect`
   */
  makeVariants(
    picture: string | Uint8Array,
    options: { accountId: number | null; keepsFormat?: boolean },
  ): Promise<ImageVariants>;
};

export type ImageFacts = {
  contentType:
    | 'image/jpeg'
    | 'image/png'
    | 'image/gif'
    | 'image/webp'
    | 'image/avif'
    | 'image/heic';
  /** As it is seen, after turning it upright. */
  width: number;
  height: number;
  /** Whether its variants will move: it has several frames, and not more than are kept. */
  isAnimated: boolean;
  photo: PhotoFacts;
};

/** What a photo tells of itself, safe to show: short plain text, a date that exists, a place on Earth. */
export type PhotoFacts = {
  cameraMake: string | null;
  cameraModel: string | null;
  /** ISO 8601 by the camera's clock; with the distance from UTC if the camera told it. */
  takenAt: string | null;
  /** In degrees; north and east are positive. */
  location: { latitude: number; longitude: number } | null;
};

/** Smallest first. `animated` exists where the picture moves; all others are stills, except the `original` of one that moves. */
export const variantSizes = ['small', 'medium', 'large', 'animated', 'original'] as const;

export type VariantSize = (typeof variantSizes)[number];

export type ImageVariant = {
  size: VariantSize;
  width: number;
  height: number;
  contentType: 'image/jpeg' | 'image/webp' | 'image/png' | 'image/gif';
  bytes: Uint8Array;
};

type ImageVariants = { blurhash: string; variants: ImageVariant[] };

/** Hashes passwords in a bounded pool. @throws DomainError `unavailable` when it is full */
export type PasswordHasher = {
  hash(password: string): Promise<string>;
  /** Takes the same time for `null`, an account that has no password or does not exist, and says false. */
  verify(hash: string | null, password: string): Promise<boolean>;
  /** Whether a hash is of a form that can be checked, at a cost that is bounded. No other fits any password. */
  isKnown(hash: string): boolean;
  /** Whether a hash should be replaced when its password is at hand: made elsewhere, or at another cost. */
  needsRehash(hash: string): boolean;
};

/** Signs and checks access tokens. */
export type TokenSigner = {
  sign(claims: AccessClaims): Promise<string>;
  /** @throws DomainError `bad_token` · `expired_token` */
  verify(token: string, audience: string): Promise<AccessClaims>;
  /** A token whose claims are those that somebody's clients have always read, beside ours. */
  signPlain(claims: AccessClaims, more: PlainClaims): Promise<string>;
  /** @throws DomainError `bad_token` (its message says what is wrong with it) · `expired_token` */
  verifyPlain(token: string, audience: string): Promise<AccessClaims & { more: PlainClaims }>;
  /** Keyed fingerprint of a text, 64 hex digits; the key never leaves the signer. */
  mac(text: string): string;
};

/** Claims of a contract's own. */
export type PlainClaims = Readonly<
  Record<string, string | number | boolean | Readonly<Record<string, string>>>
>;

export type AccessClaims = {
  accountId: number;
  sessionId: number;
  audience: string;
  /** Seconds since 1970. */
  issuedAt: number;
  expiresAt: number;
  /** Which refresh token of the session it was handed out with; left out where there is none. */
  generation?: number;
};

/** Counts within time windows; a count is forgotten when its window ends. */
export type Counters = {
  /** Adds to a count (negative: takes back) and returns it with the time until it is forgotten. */
  add(key: string, amount: number, windowMs: number): Promise<{ count: number; resetMs: number }>;
  clear(key: string): Promise<void>;
};

/** Sends text messages to phones. */
export type TextMessages = {
  /**
   * Resolves when the provider has taken the message.
   * @throws DomainError `invalid` (it never will: no such number) · Error (it may when asked again)
   */
  send(message: TextMessage): Promise<void>;
  /** Sends nothing. @throws Error that says what is wrong and what to do */
  check(): Promise<void>;
};

export type TextMessage = {
  /** A number in E.164 form. */
  to: string;
  text: string;
};

/** Carries events from the relay to the workers, at least once. */
export type Bus = {
  /** Resolves when the event is safe with the bus, or was handled. @throws Error soon when the bus is not reached */
  publish(message: BusMessage): Promise<void>;
  /**
   * Names who handles messages; one that the handler rejects is not lost. Resolves when it is ready to, or when the
   * broker is not there: then it begins as soon as it can.
   */
  consume(handler: (message: BusMessage) => Promise<void>): Promise<void>;
  /** @throws Error that says what is wrong */
  check(): Promise<void>;
  /** Takes no more, waits for the messages that are being handled, and closes. */
  close(): Promise<void>;
};

export type BusMessage = {
  /** The event's id; the same for every repeat of it. */
  id: number;
  topic: string;
  payload: unknown;
  /** Null: for all subscribers of the topic. */
  subscriber: string | null;
  attempts: number;
  /** How often the bus has handed it over before without hearing what became of it. */
  redeliveries?: number;
};

/** Sends mail. Each function throws DomainError `unavailable` while the machine that takes it cannot be reached. */
export type Mailer = {
  /**
   * Hands a mail over; what was acknowledged is no longer ours to repeat.
   * @throws DomainError `invalid` (to, subject) when this mail will never be taken: a broken address, or one that the
   * server refused for good
   */
  send: (mail: Mail) => Promise<void>;
  /** Asks whether mail would be taken, without sending any. @throws Error that says what is wrong */
  check: () => Promise<void>;
  /** Ends connections. */
  close: () => Promise<void>;
};

export type Mail = {
  /** The same for every repeat: receivers and folders recognise one that they have. Of a-z 0-9 and `-`. */
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
};

/** Somebody's account at a provider, as the provider vouches for it. */
export type ProvidedIdentity = {
  /** Who vouches; together with the subject it is the key, and nothing else is. */
  issuer: string;
  subject: string;
  email: string | null;
  /** Whether the provider says that it has checked the address. */
  isEmailVerified: boolean;
  name: string | null;
};

/** Who vouches for people. Each function throws DomainError `unavailable` while the provider does not answer. */
export type IdentityProvider = {
  /** Part of addresses: `google`. */
  name: string;
  /** What its identities are kept under, without a slash at the end. */
  issuer: string;
  /** What an app that has signed somebody in at the provider itself can show. */
  credential: 'id-token' | 'access-token';
  /**
   * @param nonce what the app gave the provider to put into the credential; null when it gave none
   * @throws DomainError `invalid` (idToken, accessToken or nonce)
   */
  verify(credential: string, nonce: string | null): Promise<ProvidedIdentity>;
  /** The way over the browser; null where the provider is not set up for it. */
  codeFlow: CodeFlow | null;
  /** What the operator had better change although it works; null: nothing. @throws Error that says what is wrong */
  check(): Promise<string | null>;
};

export type CodeFlow = {
  /** Where the browser is to be sent. */
  begin(secrets: FlowSecrets & { state: string }): Promise<string>;
  /** @throws DomainError `invalid` (code or iss) */
  finish(secrets: FlowSecrets & { code: string; iss: string | null }): Promise<ProvidedIdentity>;
};

export type FlowSecrets = { redirectUri: string; codeVerifier: string; nonce: string };

/** Encrypts what must be read again, under the server's key. */
export type SecretBox = {
  /** @param context names what the bytes belong to; they open with the same alone */
  seal(bytes: Uint8Array, context: string): string;
  /** @throws DomainError `unavailable` when it was sealed under another key, or for something else */
  open(sealed: string, context: string): Uint8Array;
};

/** Speaks WebAuthn on behalf of this server. What browsers send is untrusted, and whatever is wrong with it gives null. */
export type PasskeyVerifier = {
  /** What a browser needs to make a passkey, in the JSON form of WebAuthn Level 3. */
  creationOptions(wanted: {
    challenge: string;
    user: PasskeyUser;
    /** Those that its owner has already. */
    known: readonly KnownPasskey[];
  }): Promise<PasskeyCreation>;
  /** What a browser needs to ask for a passkey: one of those allowed, or for null any that it holds for this server. */
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

/** Hands messages to the push service of a device. */
export type PushSender = {
  /**
   * Resolves once the service has taken the message, or says that it will never again: `gone`.
   * @throws Error when a repeat may succeed; DomainError `unavailable` while the service is down
   */
  send(token: string, message: PushMessage): Promise<'sent' | 'gone'>;
  /** Proves to the service who we are, where it can be asked. @throws Error that says what is wrong */
  check(): Promise<void>;
};

export type PushMessage = {
  title: string;
  body: string;
  /** For the app, not for people. */
  data: Readonly<Record<string, string>>;
  /** A device that was away shows the last of a key only; null: it shows all. */
  collapseKey: string | null;
  /** For how long the service keeps it for a device that is away. */
  ttlSeconds: number;
};
