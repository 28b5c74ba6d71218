import type { Database } from '../../db/database.ts';
import type { NewId } from '../../db/ids.ts';
import type { Now, TokenSigner } from '../ports.ts';
import { type NewDevice, tokenHashes } from './device.ts';
import { findDevice, type NewDeviceRow } from './device-store.ts';

type Needs = {
  database: Database;
  newId: NewId;
  now: Now;
  tokens: Pick<TokenSigner, 'mac'>;
};

/** The row as it is to be; a device that is known keeps its number, which pushes on their way name. */
export type RowOfDevice = (
  device: NewDevice,
  owner: { accountId: number | null; sessionId: number | null },
) => Promise<NewDeviceRow>;

/** Makes rows of what clients tell about devices. */
export function newDeviceRow({ database, newId, now, tokens }: Needs): RowOfDevice {
  return async ({ deviceId, type, token }, { accountId, sessionId }) => {
    const known = await findDevice(database, deviceId);
    const kept =
      known?.token && known.token_hash ? { text: known.token, hashes: [known.token_hash] } : null;
    const given = token ? { text: token.text, hashes: tokenHashes(tokens, token) } : null;
    const pushToken = token === undefined ? kept : given;
    const at = now().toISOString();
    const row = {
      id: known?.id ?? (await newId('devices')),
      device_id: deviceId,
      account_id: accountId,
      session_id: sessionId,
      type,
      token: pushToken?.text ?? null,
      token_hash: pushToken?.hashes[0] ?? null,
      is_active: 1 as const,
      created_at: known && known.account_id === accountId ? known.created_at : at,
      updated_at: at,
    };
    return { row, tokenHashes: pushToken?.hashes ?? [] };
  };
}
