import { rookeryClient } from 'rookery-client';

/** The server: `VITE_ROOKERY_URL`, or the one that `npm run dev` of Rookery starts. Its CORS_ORIGINS must name this page's origin. */
export const client = rookeryClient({
  baseUrl: import.meta.env.VITE_ROOKERY_URL ?? 'http://127.0.0.1:3000',
});
