import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** What a test may bend to see it refused. */
export type Bent = {
  origin?: string;
  rpId?: string;
  /** Base64url. */
  challenge?: string;
  isUserVerified?: boolean;
  /** What the authenticator says its counter is. */
  counter?: number;
  hasWrongSignature?: boolean;
  isCrossOrigin?: boolean;
  userHandle?: string;
};

type Options = { challenge: string; user?: { id: string } };

/**
 * An authenticator in software, with one ES256 key, together with the browser before it: real CBOR, COSE and signatures.
 * The registration is attested by the key itself (`packed`) or not at all (`none`).
 */
export function softAuthenticator(attestation: 'packed' | 'none' = 'packed') {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const credentialId = randomBytes(16);
  const id = credentialId.toString('base64url');
  let counter = 0;
  let handle = '';

  function authenticatorData(bent: Bent, attested = Buffer.alloc(0)): Buffer {
    const { rpId = 'localhost', isUserVerified = true } = bent;
    counter = bent.counter ?? counter + 1;
    const flags = 1 | (isUserVerified ? 4 : 0) | (attested.length > 0 ? 0x40 : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(rpId), Buffer.of(flags), count, attested]);
  }

  function clientData(type: string, { challenge }: Options, bent: Bent): Buffer {
    return Buffer.from(
      JSON.stringify({
        type,
        challenge: bent.challenge ?? challenge,
        origin: bent.origin ?? 'http://localhost:3000',
        crossOrigin: bent.isCrossOrigin ?? false,
      }),
    );
  }

  function signed(data: Buffer, clientDataJSON: Buffer, { hasWrongSignature = false }: Bent) {
    const base = Buffer.concat([data, sha256(clientDataJSON)]);
    return sign('sha256', hasWrongSignature ? Buffer.concat([base, base]) : base, privateKey);
  }

  return {
    /** Base64url. */
    id,

    /** What `navigator.credentials.create()` gives. */
    create(options: Options, bent: Bent = {}) {
      handle = options.user?.id ?? '';
      const key = cborMap([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const data = authenticatorData(
        bent,
        Buffer.concat([Buffer.alloc(16), length, credentialId, key]),
      );
      const clientDataJSON = clientData('webauthn.create', options, bent);
      const statement: Array<[string, Cbor]> =
        attestation === 'none'
          ? []
          : [
              ['alg', -7],
              ['sig', signed(data, clientDataJSON, bent)],
            ];
      const attestationObject = cborMap([
        ['fmt', attestation],
        ['attStmt', { raw: cborMap(statement) }],
        ['authData', data],
      ]);
      return credential({ clientDataJSON, attestationObject }, { transports: ['internal'] });
    },

    /** What `navigator.credentials.get()` gives. */
    get(options: Options, bent: Bent = {}) {
      const data = authenticatorData(bent);
      const clientDataJSON = clientData('webauthn.get', options, bent);
      const signature = signed(data, clientDataJSON, bent);
      return credential(
        { clientDataJSON, authenticatorData: data, signature },
        { userHandle: bent.userHandle ?? handle },
      );
    },
  };

  function credential<Name extends string>(bytes: Record<Name, Buffer>, others: object) {
    const texts = Object.entries<Buffer>(bytes).map(([name, it]) => [
      name,
      it.toString('base64url'),
    ]);
    const response: Record<Name, string> = { ...Object.fromEntries(texts), ...others };
    return { id, rawId: id, type: 'public-key' as const, response, clientExtensionResults: {} };
  }
}

type Cbor = number | string | Buffer | { raw: Buffer };

/** As much of CBOR (RFC 8949) as an authenticator writes. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, value.length), Buffer.from(value)]);
  return Buffer.isBuffer(value) ? Buffer.concat([head(2, value.length), value]) : value.raw;
}

function cborMap(entries: ReadonlyArray<readonly [Cbor, Cbor]>): Buffer {
  return Buffer.concat([head(5, entries.length), ...entries.flat().map((part) => cbor(part))]);
}

function head(major: number, argument: number): Buffer {
  const type = major << 5;
  if (argument < 24) return Buffer.of(type | argument);
  if (argument < 256) return Buffer.of(type | 24, argument);
  return Buffer.of(type | 25, argument >> 8, argument & 255);
}

function sha256(data: Buffer | string): Buffer {
  return createHash('sha256').update(data).digest();
}
