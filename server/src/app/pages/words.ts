import type { LanguageCode } from '../../domain/language-code.ts';

/** What a page says; `failures` by the code of the problem that `/v2` answered, `other` for the rest. */
export type Words = {
  title: string;
  explanation: string;
  button: string;
  done: string;
  noScript: string;
  failures: Record<'invalid' | 'gone' | 'expired' | 'rate_limited' | 'other', string>;
};

type Page = 'verify-email' | 'reset-password';

export const labels: Record<LanguageCode, { password: string; removeNewLogins: string }> = {
  en: {
    password: 'New password (at least 8 characters)',
    removeNewLogins:
      'Also remove passkeys and logins through other services that were added since I last confirmed this address',
  },
  es: {
    password: 'Contraseña nueva (al menos 8 caracteres)',
    removeNewLogins:
      'Quitar también las llaves de acceso y los accesos mediante otros servicios que se añadieron desde que confirmé esta dirección por última vez',
  },
};

/** Every page that mails lead to, in every language of theirs. */
export const words: Record<LanguageCode, Record<Page, Words>> = {
  en: {
    'verify-email': {
      title: 'Confirm your e-mail address',
      explanation: 'Press the button, and the address counts as yours.',
      button: 'Confirm',
      done: 'Thank you. The address is confirmed; you can close this page.',
      noScript: 'This page needs JavaScript. Or type the code of the mail into the app.',
      failures: {
        invalid: 'This link is not valid. Open it again from the mail, in full.',
        gone: 'This link was used already, or there is a newer one.',
        expired: 'This link has expired. Have the mail sent again.',
        rate_limited: 'Too many attempts. Try again later.',
        other: 'That did not work. Try again in a moment.',
      },
    },
    'reset-password': {
      title: 'Choose a new password',
      explanation: 'Afterwards you are signed out everywhere, and sign in with the new one.',
      button: 'Save',
      done: 'Done. Sign in with the new password; you can close this page.',
      noScript: 'This page needs JavaScript.',
      failures: {
        invalid:
          'This password is too short, too long or too easy to guess, or the link is not whole.',
        gone: 'This link was used already, or there is a newer one.',
        expired: 'This link has expired. Ask for another.',
        rate_limited: 'Too many attempts. Try again later.',
        other: 'That did not work. Try again in a moment.',
      },
    },
  },
  es: {
    'verify-email': {
      title: 'Confirma tu dirección de correo',
      explanation: 'Pulsa el botón y la dirección constará como tuya.',
      button: 'Confirmar',
      done: 'Gracias. La dirección está confirmada; puedes cerrar esta página.',
      noScript:
        'Esta página necesita JavaScript. También puedes escribir el código en la aplicación.',
      failures: {
        invalid: 'Este enlace no es válido. Ábrelo otra vez, entero, desde el correo.',
        gone: 'Este enlace ya se usó, o hay otro más nuevo.',
        expired: 'Este enlace ha caducado. Pide que te lo envíen otra vez.',
        rate_limited: 'Demasiados intentos. Prueba más tarde.',
        other: 'No ha funcionado. Prueba de nuevo dentro de un momento.',
      },
    },
    'reset-password': {
      title: 'Elige una contraseña nueva',
      explanation: 'Después se cerrarán todas tus sesiones, y entrarás con la nueva.',
      button: 'Guardar',
      done: 'Hecho. Entra con la contraseña nueva; puedes cerrar esta página.',
      noScript: 'Esta página necesita JavaScript.',
      failures: {
        invalid:
          'La contraseña es demasiado corta, larga o fácil de adivinar, o el enlace no está entero.',
        gone: 'Este enlace ya se usó, o hay otro más nuevo.',
        expired: 'Este enlace ha caducado. Pide otro.',
        rate_limited: 'Demasiados intentos. Prueba más tarde.',
        other: 'No ha funcionado. Prueba de nuevo dentro de un momento.',
      },
    },
  },
};
