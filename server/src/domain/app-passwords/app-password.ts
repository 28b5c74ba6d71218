/** An app password as its owner sees it in the list. */
export type AppPasswordView = {
  id: number;
  name: string;
  createdAt: string;
  lastUsedAt: string | null;
};

/** 120 bits: nobody guesses one, so its fingerprint needs no slow hash. */
export const appPasswordBytes = 15;

/** How many an account may have. */
export const maxAppPasswords = 50;
