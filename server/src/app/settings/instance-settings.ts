import { type Static, Type } from 'typebox';

/** Settings of what people see of an installation. */
export const instanceSettings = {
  INSTANCE_NAME: Type.String({
    pattern: '^[^\\p{Cc}"<>\\\\]{1,60}$',
    default: 'Rookery',
    description:
      'What people know this installation by: in mails, on its pages, in authenticator apps, at passkeys and as the title of the OpenAPI document.',
  }),
  INSTANCE_ACCENT: Type.String({
    pattern: '^#[0-9a-fA-F]{6}$',
    default: '#0b6b63',
    description:
      'Color of buttons and links in mails and on pages, such as `#0b6b63`. Where it would be hard to read, a darker or lighter shade is used.',
  }),
  APP_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/?#]+(/[^?#]*)?$',
      description:
        'Where people use the app. Mails and pages lead back to it. Default: none, and no link.',
    }),
  ),
  SECURITY_CONTACT: Type.Optional(
    Type.String({
      pattern: '^(https://\\S+|(mailto:)?[^\\s@:/]+@[^\\s@]+)$',
      description:
        'Where to report a vulnerability: an e-mail address or an `https://` URL. Published at `/.well-known/security.txt` (RFC 9116), which does not exist without it.',
    }),
  ),
};

type Given = Static<ReturnType<typeof Type.Object<typeof instanceSettings>>>;

/** What people see of an installation. */
export type InstanceConfig = {
  name: string;
  /** `#rrggbb`. */
  accent: string;
  /** Without a slash at the end. */
  appUrl: string | null;
  /** A URI: `mailto:` or `https:`. */
  securityContact: string | null;
};

export function instanceOf(given: Given): InstanceConfig {
  const contact = given.SECURITY_CONTACT;
  return {
    name: given.INSTANCE_NAME.trim(),
    accent: given.INSTANCE_ACCENT.toLowerCase(),
    appUrl: given.APP_URL?.replace(/\/+$/, '') ?? null,
    securityContact:
      contact === undefined || /^(https|mailto):/.test(contact)
        ? (contact ?? null)
        : `mailto:${contact}`,
  };
}
