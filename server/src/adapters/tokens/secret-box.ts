import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';
import type { SecretBox } from '../../domain/ports.ts';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM under a key derived from the server's secret: nonce, tag and text, in base64url. */
export function secretBox({ secret }: { secret: string }): SecretBox {
  const key = createHmac('sha256', secret).update('rookery secret box').digest();

  return {
    seal(bytes, context) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(context));
      const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
    },

    open(sealed, context) {
      const parts = Buffer.from(sealed, 'base64url');
      const nonce = parts.subarray(0, nonceBytes);
      const tag = parts.subarray(nonceBytes, nonceBytes + tagBytes);
      try {
        const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
        decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
        const text = decipher.update(parts.subarray(nonceBytes + tagBytes));
        return Buffer.concat([text, decipher.final()]);
      } catch (cause) {
        throw new DomainError(
          'unavailable',
          'A secret cannot be read, for SECRET_KEY is not the one that it was kept under.',
          { cause },
        );
      }
    },
  };
}
