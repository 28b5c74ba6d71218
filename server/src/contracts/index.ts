import { baseApi } from './base-api/contract.ts';
import type { Contract } from './contract.ts';
import { flaskApi } from './flask-api/contract.ts';
import { hmlet } from './hmlet/contract.ts';
import { miniSns } from './mini-sns/contract.ts';
import { mithril } from './mithril/contract.ts';
import { v2 } from './v2/contract.ts';

/** Every contract that this program speaks. */
export const contracts: readonly Contract[] = [v2, baseApi, flaskApi, hmlet, mithril, miniSns];
