import type { AccountChange } from '../../events.ts';
import type { Language } from './language.ts';

const changes: Record<AccountChange, string> = {
  password: 'la contraseña',
  email: 'la dirección de correo',
  phone: 'el número de teléfono',
  identity: 'un acceso mediante otro servicio',
  'second-factor': 'el segundo factor',
};

const notYou =
  'Si no fuiste tú, recupera tu contraseña ahora mismo y cierra las sesiones que no conozcas.';

export const spanish: Language = {
  verifyEmail: ({ username, link, hours, isRepeatable, code, codeMinutes }) => ({
    subject: 'Confirma tu dirección de correo',
    before: [`Hola, ${username}:`, 'confirma, por favor, que esta es tu dirección de correo.'],
    link: { label: 'Confirmar la dirección', address: link },
    ...(code === null
      ? {}
      : {
          code: {
            label: `O escribe este código donde has iniciado sesión, antes de ${codeMinutes} minutos`,
            digits: code,
          },
        }),
    after: [
      isRepeatable
        ? `El enlace sirve durante ${hours} horas.`
        : `El enlace sirve una sola vez, durante ${hours} horas.`,
      'Si no lo has pedido, no hagas nada: sin ti no ocurre nada.',
    ],
  }),

  recoverPassword: ({ username, link, hours }) => ({
    subject: 'Elige una contraseña nueva',
    before: [`Hola, ${username}:`, 'alguien, ojalá tú, ha perdido la contraseña de esta cuenta.'],
    link: { label: 'Elegir una nueva', address: link },
    after: [
      `El enlace sirve una sola vez, durante ${timeOf(hours)}. Después se cerrarán todas tus sesiones.`,
      'Si no lo has pedido, no hagas nada: tu contraseña sigue igual.',
    ],
  }),

  emailInUse: () => ({
    subject: 'Alguien quiso usar esta dirección de correo',
    before: [
      'Hola:',
      'alguien quiso usar esta dirección de correo para una cuenta. Ya tienes una cuenta con ella, así que nada ha cambiado.',
    ],
    after: [
      'Si fuiste tú, entra en la cuenta que ya tienes o recupera su contraseña. Si no, no hagas nada.',
    ],
  }),

  changed: ({ username, what }) => ({
    subject: `Se ha cambiado ${changes[what]} de tu cuenta`,
    before: [`Hola, ${username}:`, `se ha cambiado ${changes[what]} de tu cuenta.`],
    after: [notYou],
  }),

  emailChangeAsked: ({ username, hours }) => ({
    subject: 'Se ha pedido otra dirección de correo para tu cuenta',
    before: [
      `Hola, ${username}:`,
      `alguien, ojalá tú, quiere dar a tu cuenta otra dirección de correo. Todo sigue igual hasta que se abra el enlace que se envió allí, antes de ${hours} horas.`,
    ],
    after: [
      'Si fuiste tú, aquí no tienes que hacer nada.',
      'Si no fuiste tú, cambia tu contraseña ahora: así deja de servir el enlace.',
    ],
  }),

  contentRemoved: ({ username, what, excerpt, reason }) => ({
    subject: what === 'post' ? 'Se retiró una publicación tuya' : 'Se retiró una imagen tuya',
    before: [
      `Hola, ${username}:`,
      `los moderadores de este servidor retiraron una ${what === 'post' ? 'publicación' : 'imagen'} tuya.`,
      ...(excerpt === '' ? [] : [`Era: «${excerpt}»`]),
      `El motivo: ${reason}`,
    ],
    after: ['Si crees que es un error, escribe a quienes llevan este servidor.'],
  }),

  emailReplaced: ({ username }) => ({
    subject: 'Tu cuenta tiene ahora otra dirección de correo',
    before: [
      `Hola, ${username}:`,
      'tu cuenta tiene ahora otra dirección de correo. A esta ya no se enviará nada más.',
    ],
    after: ['Si no fuiste tú, escribe a quienes llevan este servidor: pueden devolvértela.'],
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
