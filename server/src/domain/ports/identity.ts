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
