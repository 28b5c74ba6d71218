/** Checks a password against one hash that another system made. @throws DomainError `unavailable` when it takes too long */
export type OldHash = (password: string) => Promise<boolean>;
