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

/** Encrypts what must be read again, under the server's key. */
export type SecretBox = {
  /** @param context names what the bytes belong to; they open with the same alone */
  seal(bytes: Uint8Array, context: string): string;
  /** @throws DomainError `unavailable` when it was sealed under another key, or for something else */
  open(sealed: string, context: string): Uint8Array;
};
