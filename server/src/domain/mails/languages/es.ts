import type { AccountChange } from '../../events.ts';
import type { Language } from './language.ts';

const changed: Record<AccountChange, string> = {
  password: 'Tu contraseña ha cambiado',
  email: 'Tu correo electrónico ha cambiado',
  phone: 'Tu número de teléfono ha cambiado',
  identity: 'Tus cuentas vinculadas han cambiado',
  'second-factor': 'Tu segundo factor ha cambiado',
};

export const spanish: Language = {
  words: {
    password: 'contraseña',
    email: 'correo electrónico',
    phone: 'número de teléfono',
    identity: 'cuentas vinculadas',
    'second-factor': 'segundo factor',
    post: 'publicación',
    picture: 'foto',
  },

  verifyEmail: ({ username, link, hours, isRepeatable, code, codeMinutes }) => ({
    subject: 'Confirma tu correo electrónico',
    before: [`Hola, ${username}:`, 'Confirma, por favor, que esta es tu dirección de correo.'],
    link: { label: 'Confirmar dirección', address: link },
    ...(code === null
      ? {}
      : {
          code: {
            label: `O escribe este código en la aplicación antes de ${codeMinutes} minutos`,
            digits: code,
          },
        }),
    after: [
      isRepeatable
        ? `El enlace funciona durante ${hours} horas.`
        : `El enlace funciona una sola vez, durante ${hours} horas.`,
      '¿No lo has pedido tú? Entonces ignora este correo. Sin ti no cambia nada.',
    ],
  }),

  recoverPassword: ({ username, link, hours }) => ({
    subject: 'Elige una contraseña nueva',
    before: [
      `Hola, ${username}:`,
      '¿Has olvidado tu contraseña? No pasa nada. Aquí puedes elegir otra.',
    ],
    link: { label: 'Elegir una contraseña nueva', address: link },
    after: [
      `El enlace funciona una sola vez, durante ${timeOf(hours)}. Se cerrará tu sesión en todas partes.`,
      '¿No lo has pedido tú? Entonces ignora este correo. Tu contraseña sigue siendo la misma.',
    ],
  }),

  emailInUse: () => ({
    subject: 'Ya tienes una cuenta',
    before: [
      'Hola:',
      'Alguien ha intentado usar esta dirección de correo para una cuenta. Ya tienes una cuenta con ella, así que no ha cambiado nada.',
    ],
    after: [
      'Si fuiste tú, entra en tu cuenta o restablece la contraseña. Si no, ignora este correo.',
    ],
  }),

  changed: ({ username, what }) => ({
    subject: changed[what],
    before: [`Hola, ${username}:`, `${changed[what]}.`],
    after: [
      'Si has sido tú, todo está bien.',
      'Si no, restablece tu contraseña ahora mismo y cierra la sesión en los dispositivos que no reconozcas.',
    ],
  }),

  emailChangeAsked: ({ username, hours }) => ({
    subject: 'Alguien ha pedido cambiar tu correo electrónico',
    before: [
      `Hola, ${username}:`,
      `Alguien, esperamos que tú, ha pedido cambiar la dirección de correo de tu cuenta. Hemos enviado un enlace a la dirección nueva. No cambia nada hasta que se abra. Funciona durante ${hours} horas.`,
    ],
    after: [
      'Si has sido tú, no tienes que hacer nada.',
      'Si no, cambia tu contraseña ahora. Así el enlace deja de funcionar.',
    ],
  }),

  contentRemoved: ({ username, what, excerpt, reason }) => ({
    subject:
      what === 'post' ? 'Se ha retirado una publicación tuya' : 'Se ha retirado una foto tuya',
    before: [
      `Hola, ${username}:`,
      `Un moderador ha retirado una ${what === 'post' ? 'publicación' : 'foto'} tuya.`,
      ...(excerpt === '' ? [] : [`Era esta: «${excerpt}»`]),
      `El motivo: ${reason}`,
    ],
    after: ['¿Crees que es un error? Escribe a quienes administran este servidor.'],
  }),

  emailReplaced: ({ username }) => ({
    subject: 'Tu cuenta tiene una nueva dirección de correo',
    before: [
      `Hola, ${username}:`,
      'Tu cuenta tiene ahora otra dirección de correo. Este es el último mensaje que llega a esta.',
    ],
    after: [
      'Si no has sido tú, escribe a quienes administran este servidor. Ellos pueden devolverte la cuenta.',
    ],
  }),

  backupFailed: ({ username, time, reason }) => ({
    subject: 'Ha fallado la copia de seguridad de tu servidor',
    before: [
      `Hola, ${username}:`,
      `no se ha podido hacer la copia de seguridad de ${time}. El servidor dijo:`,
      reason,
    ],
    after: [
      'Se intenta de nuevo durante media hora. Después, quien lleva el servidor debería mirarlo: ./rookery doctor y ./rookery backup list dicen cómo está todo.',
    ],
  }),
};

function timeOf(hours: number): string {
  return hours < 2 ? `${Math.round(hours * 60)} minutos` : `${hours} horas`;
}
