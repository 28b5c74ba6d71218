import type { Settings } from './settings.ts';

export type S3Config = {
  endpoint: string;
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  hasPathStyle: boolean;
  publicUrl: string | null;
} | null;

/** All of the four, or none: half a setup would keep pictures where nobody looks for them. */
export function s3Of(settings: Settings, problems: string[]): S3Config {
  const {
    S3_ENDPOINT: endpoint,
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
    S3_PUBLIC_URL: publicUrl,
  } = settings;
  if (endpoint && bucket && accessKeyId && secretAccessKey) {
    return {
      endpoint,
      bucket,
      region: settings.S3_REGION,
      accessKeyId,
      secretAccessKey,
      hasPathStyle: settings.S3_FORCE_PATH_STYLE === 'true',
      publicUrl: publicUrl ?? null,
    };
  }
  const needed = ['S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;
  const missing = needed.filter((name) => !settings[name]);
  const given = [...needed, 'S3_PUBLIC_URL' as const].filter((name) => settings[name]);
  if (given.length > 0) {
    problems.push(
      `${given.join(', ')} ${given.length === 1 ? 'is' : 'are'} set, but ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not. To keep pictures in S3 set ${needed.join(', ')}; to keep them in files set none.`,
    );
  }
  return null;
}
