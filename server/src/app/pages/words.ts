import type { LanguageCode } from '../../domain/language-code.ts';

/**
 * What a page says. `failures` by what is wrong: a `weak` password can be tried again, with a link that is `broken`, `gone` or
 * `expired` nothing can; the rest by the code of the problem that `/v2` answered.
 */
export type Words = {
  title: string;
  explanation: string;
  button: string;
  done: string;
  noScript: string;
  failures: Record<'weak' | 'broken' | 'gone' | 'expired' | 'rate_limited' | 'other', string>;
};

export type Labels = {
  password: string;
  rule: string;
  removeNewLogins: string;
  /** `{name}`: that of the installation. */
  back: string;
};

type Page = 'verify-email' | 'reset-password';

export const labels: Record<LanguageCode, Labels> = {
  en: {
    password: 'New password',
    rule: 'At least 8 characters. A few random words make a good one.',
    removeNewLogins:
      'Also remove passkeys and linked logins that were added since I last confirmed this address',
    back: 'Go to {name}',
  },
  es: {
    password: 'Contraseña nueva',
    rule: 'Al menos 8 caracteres. Unas cuantas palabras al azar van muy bien.',
    removeNewLogins:
      'Quitar también las llaves de acceso y las cuentas vinculadas que se añadieron desde la última vez que confirmé esta dirección',
    back: 'Ir a {name}',
  },
};

const english = {
  rate_limited: 'Too many attempts. Wait a few minutes, then try again.',
  other: 'Something went wrong. Check your connection and try again.',
};

const spanish = {
  rate_limited: 'Demasiados intentos. Espera unos minutos y vuelve a probar.',
  other: 'Algo ha salido mal. Comprueba tu conexión y vuelve a probar.',
};

/** Every page that mails lead to, in every language of theirs. */
export const words: Record<LanguageCode, Record<Page, Words>> = {
  en: {
    'verify-email': {
      title: 'Confirm your e-mail address',
      explanation: 'One tap, and we know that this address is yours.',
      button: 'Confirm address',
      done: 'Thank you! Your address is confirmed. You can close this page.',
      noScript: 'This page needs JavaScript. You can also type the code from the mail in the app.',
      failures: {
        ...english,
        weak: english.other,
        broken:
          'This link does not work; it may be incomplete or too old. Open it again from the mail. If that does not help, ask for a new mail in the settings of the app.',
        gone: 'This link was already used, or a newer mail replaced it. If your address is not confirmed yet, ask for a new mail in the settings of the app.',
        expired: 'This link has expired. Ask for a new mail in the settings of the app.',
      },
    },
    'reset-password': {
      title: 'Choose a new password',
      explanation: 'You will be signed out everywhere. Then sign in with the new password.',
      button: 'Save password',
      done: 'Done! Your password is changed. Sign in with the new one.',
      noScript: 'This page needs JavaScript. Turn it on, then open the link again.',
      failures: {
        ...english,
        weak: 'This password is too easy to guess, or too short or too long. Try another one.',
        broken:
          'This link does not work; it may be incomplete or too old. Open it again from the mail. If that does not help, choose “Forgot password” in the app to get a new one.',
        gone: 'This link was already used, or a newer mail replaced it. To get a new one, choose “Forgot password” in the app.',
        expired: 'This link has expired. To get a new one, choose “Forgot password” in the app.',
      },
    },
  },
  es: {
    'verify-email': {
      title: 'Confirma tu correo electrónico',
      explanation: 'Un toque y sabremos que esta dirección es tuya.',
      button: 'Confirmar dirección',
      done: '¡Gracias! Tu dirección está confirmada. Ya puedes cerrar esta página.',
      noScript:
        'Esta página necesita JavaScript. También puedes escribir el código del correo en la aplicación.',
      failures: {
        ...spanish,
        weak: spanish.other,
        broken:
          'El enlace no funciona; puede que esté incompleto o sea demasiado antiguo. Ábrelo otra vez desde el correo. Si no funciona, pide otro correo en los ajustes de la aplicación.',
        gone: 'Este enlace ya se usó o llegó un correo más reciente. Si tu dirección aún no está confirmada, pide otro correo en los ajustes de la aplicación.',
        expired: 'El enlace ha caducado. Pide otro correo en los ajustes de la aplicación.',
      },
    },
    'reset-password': {
      title: 'Elige una contraseña nueva',
      explanation: 'Se cerrará tu sesión en todas partes. Después, entra con la contraseña nueva.',
      button: 'Guardar contraseña',
      done: '¡Listo! Tu contraseña ha cambiado. Ya puedes entrar con la nueva.',
      noScript: 'Esta página necesita JavaScript. Actívalo y abre el enlace de nuevo.',
      failures: {
        ...spanish,
        weak: 'Esta contraseña es fácil de adivinar, o demasiado corta o larga. Prueba con otra.',
        broken:
          'El enlace no funciona; puede que esté incompleto o sea demasiado antiguo. Ábrelo otra vez desde el correo. Si no funciona, elige «He olvidado mi contraseña» en la aplicación para recibir otro.',
        gone: 'Este enlace ya se usó o llegó un correo más reciente. Para recibir otro, elige «He olvidado mi contraseña» en la aplicación.',
        expired:
          'El enlace ha caducado. Para recibir otro, elige «He olvidado mi contraseña» en la aplicación.',
      },
    },
  },
};
