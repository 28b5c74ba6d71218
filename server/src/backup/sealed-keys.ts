import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { BackupError } from './backup-error.ts';

/** Secrets of an installation that are not in its database: settings by name, such as `SECRET_KEY`. */
export type KeyMaterial = Readonly<Record<string, string>>;

type Sealed = { kdf: 'scrypt'; salt: string; iv: string; tag: string; data: string };

const algorithm = 'aes-256-gcm';
/** A guess takes 32 MB and a tenth of a second; the costs are fixed, so that no file can ask for more. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 2 ** 26 };

const derive = promisify<string, Buffer, number, typeof cost, Buffer>(scrypt);

/** Encrypts keys under a passphrase. @param id of the backup: they open for that one alone */
export async function sealKeys(
  keys: KeyMaterial,
  { passphrase, id }: { passphrase: string; id: string },
): Promise<string> {
  const [salt, iv] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv(algorithm, await derive(passphrase, salt, 32, cost), iv);
  cipher.setAAD(Buffer.from(id));
  const data = Buffer.concat([cipher.update(JSON.stringify(keys)), cipher.final()]);
  const sealed: Sealed = {
    kdf: 'scrypt',
    salt: salt.toString('base64'),
    iv: iv.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  };
  return JSON.stringify(sealed);
}

/** @throws BackupError when the passphrase is another */
export async function openKeys(
  text: string,
  { passphrase, id }: { passphrase: string; id: string },
): Promise<KeyMaterial> {
  const { salt, iv, tag, data } = JSON.parse(text) as Sealed;
  const bytes = (base64: string) => Buffer.from(base64, 'base64');
  const key = await derive(passphrase, bytes(salt), 32, cost);
  const decipher = createDecipheriv(algorithm, key, bytes(iv));
  decipher.setAAD(Buffer.from(id));
  decipher.setAuthTag(bytes(tag));
  try {
    const plain = Buffer.concat([decipher.update(bytes(data)), decipher.final()]);
    return JSON.parse(plain.toString('utf8')) as KeyMaterial;
  } catch (error) {
    throw new BackupError(
      `The passphrase is not the one that the keys of ${id} were encrypted with. Set BACKUP_PASSPHRASE, or go on without the keys: --without-keys.`,
      error,
    );
  }
}
