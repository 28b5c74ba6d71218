import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { minuteMs } from '../../domain/durations.ts';
import type { PasskeyAnswer, PasskeyVerifier } from '../../domain/ports.ts';

type Party = {
  /** Domain that the passkeys are for. */
  rpId: string;
  /** Of the pages and apps that may use them. */
  origins: readonly string[];
  /** What browsers call whom the passkeys are for. */
  instanceName: string;
};

const timeoutMs = 5 * minuteMs;
/** EdDSA, ES256, RS256: every authenticator knows one of them. */
const algorithms = [-8, -7, -257];

/** WebAuthn by @simplewebauthn/server, which is loaded when somebody uses a passkey: it is large. */
export function simpleWebauthn({ rpId, origins, instanceName }: Party): PasskeyVerifier {
  const library = () => import('@simplewebauthn/server');

  return {
    async creationOptions({ challenge, user, known }) {
      const { generateRegistrationOptions } = await library();
      return generateRegistrationOptions({
        rpName: instanceName,
        rpID: rpId,
        challenge,
        userID: new Uint8Array(Buffer.from(user.handle, 'base64url')),
        userName: user.name,
        userDisplayName: user.displayName,
        timeout: timeoutMs,
        attestationType: 'none',
        excludeCredentials: known.map(toCredential),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
        supportedAlgorithmIDs: algorithms,
      });
    },

    async requestOptions({ challenge, allowed }) {
      const { generateAuthenticationOptions } = await library();
      const options = await generateAuthenticationOptions({
        rpID: rpId,
        challenge,
        timeout: timeoutMs,
        userVerification: allowed === null ? 'required' : 'preferred',
        ...(allowed === null ? {} : { allowCredentials: allowed.map(toCredential) }),
      });
      return { ...options, rpId };
    },

    challengeOf(answer) {
      const { challenge } = clientDataOf(answer);
      return typeof challenge === 'string'
        ? Buffer.from(challenge, 'base64url').toString('utf8')
        : null;
    },

    async checkCreation(answer, challenge) {
      const { verifyRegistrationResponse } = await library();
      const expected = { ...expectedOf(challenge), supportedAlgorithmIDs: algorithms };
      const response = answer as unknown as RegistrationResponseJSON;
      const checked = await verifyRegistrationResponse({
        ...expected,
        response,
        requireUserVerification: false,
      }).catch(() => null);
      if (!checked?.verified || clientDataOf(answer).crossOrigin === true) return null;
      const { id, publicKey, counter } = checked.registrationInfo.credential;
      return {
        credentialId: id,
        publicKey: Buffer.from(publicKey).toString('base64url'),
        counter,
        transports: transportsOf(response.response.transports),
      };
    },

    async checkAnswer(answer, { challenge, credentialId, publicKey, userHandle }) {
      const { verifyAuthenticationResponse } = await library();
      const response = answer as unknown as AuthenticationResponseJSON;
      const checked = await verifyAuthenticationResponse({
        ...expectedOf(challenge),
        response,
        // Below every counter: the library would judge it before the signature, and so for strangers too.
        credential: {
          id: credentialId,
          publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
          counter: -1,
        },
        requireUserVerification: false,
      }).catch(() => null);
      if (!checked?.verified || clientDataOf(answer).crossOrigin === true) return null;
      const { userHandle: given } = response.response;
      if (given && given !== userHandle) return null;
      const { newCounter, userVerified } = checked.authenticationInfo;
      return { counter: newCounter, isUserVerified: userVerified };
    },
  };

  function expectedOf(challenge: string) {
    return {
      expectedChallenge: Buffer.from(challenge).toString('base64url'),
      expectedOrigin: [...origins],
      expectedRPID: rpId,
    };
  }
}

function toCredential({
  credentialId,
  transports,
}: {
  credentialId: string;
  transports: readonly string[];
}) {
  return { id: credentialId, transports: [...transports] };
}

/** What the browser signed along with the answer; empty when it cannot be read. */
function clientDataOf(answer: PasskeyAnswer): { challenge?: unknown; crossOrigin?: unknown } {
  try {
    const { clientDataJSON } = answer.response as { clientDataJSON: string };
    const data: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'));
    return typeof data === 'object' && data !== null ? data : {};
  } catch {
    return {};
  }
}

const knownTransports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];

function transportsOf(given: unknown): string[] {
  return Array.isArray(given) ? knownTransports.filter((known) => given.includes(known)) : [];
}
