import { createECDH } from 'node:crypto';

/** Keys by which a server shows push services who it is (RFC 8292), in base64url. */
export type VapidKeys = { publicKey: string; privateKey: string };

const curve = 'prime256v1';

export function newVapidKeys(): VapidKeys {
  const ecdh = createECDH(curve);
  const publicKey = ecdh.generateKeys('base64url');
  // Some engines of it leave leading zeros out.
  const privateKey = Buffer.concat([Buffer.alloc(32), ecdh.getPrivateKey()]).subarray(-32);
  return { publicKey, privateKey: privateKey.toString('base64url') };
}

/** The public half that belongs to a private one; null when that is no key. */
export function publicKeyOf(privateKey: string): string | null {
  const bytes = Buffer.from(privateKey, 'base64url');
  if (bytes.length !== 32) return null;
  const ecdh = createECDH(curve);
  try {
    ecdh.setPrivateKey(bytes);
    return ecdh.getPublicKey('base64url');
  } catch {
    return null;
  }
}
