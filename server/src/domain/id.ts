/** The largest id of a row: every engine keeps ids in 32 signed bits, and refuses to look for a larger one. */
export const maxId = 2 ** 31 - 1;
