import { randomBytes } from 'node:crypto';

/** Fit for URLs, shells and Compose alike: hexadecimal digits. */
const newSecret = (): string => randomBytes(24).toString('hex');

/**
 * The text of a new `.env`: the settings of a production server, and a password of its own for everything that `compose.yaml`
 * starts. @param publicUrl as `PUBLIC_URL`
 */
export function newEnvFile(publicUrl: string): string {
  const { hostname, port, protocol } = new URL(publicUrl);
  const hasTls = protocol === 'https:';
  return `# Made by "rookery init". Everything here is secret: keep a copy where others cannot read it.
# All settings: docs/configuration.md
ROOKERY_ENV=production
PUBLIC_URL=${publicUrl}
SECRET_KEY=${randomBytes(32).toString('hex')}

# closed: new accounts need an invite. open: anybody can sign up.
SIGNUPS=closed

# Encrypts the keys in backups: keep a copy of it apart from them.
BACKUP_PASSPHRASE=${newSecret()}

# Without a mail server, mails are files in the data folder, and nobody can recover a password.
#SMTP_URL=smtps://user:password@smtp.example.com:465
#MAIL_DEFAULT_SENDER=Rookery <no-reply@${hostname}>

# For compose.yaml and compose.small.yaml alone: where Caddy or nginx listens, and a password for each service.
SITE=${hasTls ? hostname : ':80'}
HTTP_PORT=${hasTls ? '80' : port || '80'}
HTTPS_PORT=${hasTls ? port || '443' : '8443'}
DATABASE_PASSWORD=${newSecret()}
REDIS_PASSWORD=${newSecret()}
RABBITMQ_PASSWORD=${newSecret()}
STORE_ACCESS_KEY=${randomBytes(10).toString('hex')}
STORE_SECRET_KEY=${newSecret()}
PGADMIN_PASSWORD=${newSecret()}
GRAFANA_PASSWORD=${newSecret()}
`;
}
