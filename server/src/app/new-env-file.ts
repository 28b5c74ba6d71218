import { randomBytes } from 'node:crypto';

/** Fit for URLs, shells and Compose alike: hexadecimal digits. */
const newSecret = (): string => randomBytes(24).toString('hex');

/**
 * The text of a new `.env`: the settings of a production server, and a password of its own for everything that `compose.yaml`
 * starts. @param publicUrl as `PUBLIC_URL`
 */
export function newEnvFile(publicUrl: string): string {
  const { hostname, port, protocol } = new URL(publicUrl);
  const httpPort = protocol === 'http:' ? port || '80' : '80';
  return `# Made by "rookery init". Everything here is secret: keep a copy where others cannot read it.
# All settings: docs/configuration.md
ROOKERY_ENV=production
PUBLIC_URL=${publicUrl}
SECRET_KEY=${randomBytes(32).toString('hex')}

# closed: new accounts need an invite. open: anybody can sign up.
SIGNUPS=closed

# Without a mail server, mails are files in the data folder, and nobody can recover a password.
#SMTP_URL=smtps://user:password@smtp.example.com:465
#MAIL_DEFAULT_SENDER=Rookery <no-reply@${hostname}>

# Only for compose.yaml and compose.small.yaml: the name for TLS, the port of nginx, and passwords.
DOMAIN=${hostname}
HTTP_PORT=${httpPort}
POSTGRES_PASSWORD=${newSecret()}
MYSQL_PASSWORD=${newSecret()}
REDIS_PASSWORD=${newSecret()}
RABBITMQ_PASSWORD=${newSecret()}
STORE_ACCESS_KEY=${randomBytes(10).toString('hex')}
STORE_SECRET_KEY=${newSecret()}
PGADMIN_PASSWORD=${newSecret()}
GRAFANA_PASSWORD=${newSecret()}
`;
}
