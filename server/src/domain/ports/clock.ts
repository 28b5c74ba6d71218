/** The time, as the program sees it. Tests stop it. */
export type Now = () => Date;
