import { expect } from 'vitest';
import { type OlderScenario, olderScenarios } from '../../support/older-contracts.ts';
import { done, failed, json, people } from './given.ts';

const badPayload = failed('Invalid payload.');
const notAuthorized = failed('Not authorized.');

const noSuchEmail = failed('Login/email does not exist, please write a valid login/email');
const badCode = failed('Invalid validation code. Please try again.');
const badLink = failed('Invalid email verification token. Please try again.');

const sent = done('Successfully sent validation code.');
const mailed = done('Successfully sent email with email verification.');
const registered = done('Device successfully registered.');

type Row = Omit<OlderScenario, 'send' | 'token'>;

const asksForPhone = (body: unknown, row: Row): OlderScenario => ({
  token: '{alice}',
  send: ['POST', '/v1/cellphone', body],
  ...row,
});

const verifiesPhone = (body: unknown, row: Row): OlderScenario => ({
  token: '{alice}',
  send: ['PUT', '/v1/cellphone/verify', body],
  ...row,
});

const asksForEmail = (body: unknown, row: Row): OlderScenario => ({
  token: '{alice}',
  send: ['PUT', '/v1/email_verification', body],
  ...row,
});

const registers = (body: unknown, row: Row): OlderScenario => ({
  send: ['POST', '/v1/devices', body],
  ...row,
});

const connects = (body: unknown, row: Row): OlderScenario => ({
  token: '{alice}',
  send: ['PUT', '/v1/devices/phone', body],
  ...row,
});

const phone = { cellphone_number: '98765432', cellphone_cc: '+598' };
const device = { device_id: 'phone', device_type: 'android' };

olderScenarios({
  contract: 'base-api',
  people,
  rows: [
    asksForPhone(phone, { name: 'sends a code', expect: [200, sent], expectHeaders: json }),
    asksForPhone(phone, { name: 'sends a code again', expect: [200, sent] }),
    asksForPhone(
      { cellphone_number: 98765433, cellphone_cc: 598 },
      { name: 'takes a number that is a number', expect: [200, sent] },
    ),
    asksForPhone({}, { name: 'refuses no number at all', expect: [400, badPayload] }),
    asksForPhone(
      { cellphone_number: '98765432' },
      { name: 'refuses a number without a country', expect: [400, badPayload] },
    ),
    asksForPhone(
      { cellphone_number: 0, cellphone_cc: '+598' },
      { name: 'refuses zero as a number', expect: [400, badPayload] },
    ),
    asksForPhone(
      { cellphone_number: { $gt: '' }, cellphone_cc: '+598' },
      { name: 'refuses a number that is an object', expect: [400, badPayload] },
    ),
    asksForPhone(
      { cellphone_number: 'CALL-ME', cellphone_cc: '+598' },
      { name: 'refuses a number of letters', expect: [400, badPayload] },
    ),
    asksForPhone([phone], { name: 'refuses a list of numbers', expect: [400, badPayload] }),
    asksForPhone('{"cellphone_number":', {
      name: 'refuses a number that is cut short',
      expect: [400, badPayload],
    }),
    {
      name: 'needs a token to send a code',
      send: ['POST', '/v1/cellphone', phone],
      expect: [401, notAuthorized],
    },

    verifiesPhone({}, { name: 'refuses no code at all', expect: [400, badPayload] }),
    verifiesPhone(
      { validation_code: null },
      { name: 'refuses a code that is null', expect: [400, badCode] },
    ),
    verifiesPhone(
      { validation_code: 1234 },
      { name: 'refuses a code that is a number', expect: [400, badCode] },
    ),
    verifiesPhone(
      { validation_code: '' },
      { name: 'refuses an empty code', expect: [400, badCode] },
    ),
    verifiesPhone({ code: '1234' }, { name: 'refuses another field', expect: [400, badCode] }),
    {
      name: 'refuses a code when none was asked for',
      token: '{bob}',
      send: ['PUT', '/v1/cellphone/verify', { validation_code: '1234' }],
      expect: [400, badCode],
    },
    {
      name: 'needs a token to take a code',
      send: ['PUT', '/v1/cellphone/verify', { validation_code: '1234' }],
      expect: [401, notAuthorized],
    },

    asksForEmail(
      { email: 'Alice@Example.com' },
      { name: 'mails a link to one’s own address, in any case', expect: [200, mailed] },
    ),
    asksForEmail(
      { email: 'bob@example.com' },
      { name: 'mails nothing to somebody else', expect: [404, noSuchEmail] },
    ),
    asksForEmail(
      { email: 'nobody@example.com' },
      { name: 'mails nothing to a stranger', expect: [404, noSuchEmail] },
    ),
    asksForEmail({}, { name: 'refuses no address at all', expect: [400, badPayload] }),
    asksForEmail(
      { email: 7 },
      { name: 'refuses an address that is a number', expect: [400, badPayload] },
    ),
    {
      name: 'needs a token to mail a link',
      send: ['PUT', '/v1/email_verification', { email: 'alice@example.com' }],
      expect: [401, notAuthorized],
    },
    {
      name: 'refuses a link that is none',
      send: ['GET', '/v1/email_verification/nonsense'],
      headers: { accept: 'image/png' },
      expect: [400, badLink],
      expectHeaders: { 'referrer-policy': 'no-referrer', 'cache-control': 'private, no-store' },
    },
    {
      name: 'refuses an access token in a link',
      given: async ({ values }) => ({ secret: String(values.alice).replace('Bearer ', '') }),
      send: ['GET', '/v1/email_verification/{secret}'],
      expect: [400, badLink],
    },

    registers(device, { name: 'registers a device for nobody yet', expect: [200, registered] }),
    registers(device, { name: 'registers a device again', expect: [200, registered] }),
    {
      ...registers(device, { name: 'looks at no old token', expect: [200, registered] }),
      token: 'Bearer nonsense',
    },
    registers(
      { ...device, pn_token: null },
      { name: 'registers a device without a push token', expect: [200, registered] },
    ),
    registers(
      { device_id: 'd'.repeat(128), device_type: '📱'.repeat(128), pn_token: 't'.repeat(256) },
      { name: 'takes names of 128 letters of any kind', expect: [200, registered] },
    ),
    registers(
      { ...device, device_id: 'd'.repeat(129) },
      { name: 'refuses a name that is too long', expect: [400, badPayload] },
    ),
    registers(
      { ...device, device_type: 't'.repeat(129) },
      { name: 'refuses a type that is too long', expect: [400, badPayload] },
    ),
    registers(
      { ...device, pn_token: 't'.repeat(4097) },
      { name: 'refuses a push token that is too long', expect: [400, badPayload] },
    ),
    registers(
      { ...device, pn_token: { a: 1 } },
      { name: 'refuses a push token that is an object', expect: [400, badPayload] },
    ),
    registers(
      { device_type: 'android' },
      { name: 'refuses a device without a name', expect: [400, badPayload] },
    ),
    registers(
      { device_id: 'phone' },
      { name: 'refuses a device without a type', expect: [400, badPayload] },
    ),
    registers({}, { name: 'refuses no device at all', expect: [400, badPayload] }),

    connects(
      { device_type: 'android', device_id: 'another' },
      {
        name: 'gives a device to whoever is signed in, under the name of the address',
        expect: [200, registered],
        after: async ({ server }) => {
          const { items } = (await server.send('GET', '/v2/me/devices', { as: 'alice' })).body;
          expect(items).toMatchObject([{ deviceId: 'phone', type: 'android' }]);
        },
      },
    ),
    connects({}, { name: 'refuses to connect without a type', expect: [400, badPayload] }),
    {
      name: 'refuses to connect a name that is too long',
      token: '{alice}',
      send: ['PUT', `/v1/devices/${'d'.repeat(129)}`, device],
      expect: [400, badPayload],
    },
    {
      name: 'needs a token to connect a device',
      send: ['PUT', '/v1/devices/phone', device],
      expect: [401, notAuthorized],
    },

    {
      name: 'echoes a push, also without a device',
      token: '{bob}',
      send: ['POST', '/v1/push_echo'],
      expect: [200, done('pong!')],
    },
    {
      name: 'needs a token to echo a push',
      send: ['POST', '/v1/push_echo'],
      expect: [401, notAuthorized],
    },
  ],
});
