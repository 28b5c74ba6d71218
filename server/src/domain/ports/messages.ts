/** Sends text messages to phones. */
export type TextMessages = {
  /**
   * Resolves when the provider has taken the message.
   * @throws DomainError `invalid` (it never will: no such number) · Error (it may when asked again)
   */
  send(message: TextMessage): Promise<void>;
  /** Sends nothing. @throws Error that says what is wrong and what to do */
  check(): Promise<void>;
};

export type TextMessage = {
  /** A number in E.164 form. */
  to: string;
  text: string;
};

/** Sends mail. Each function throws DomainError `unavailable` while the machine that takes it cannot be reached. */
export type Mailer = {
  /**
   * Hands a mail over; what was acknowledged is no longer ours to repeat.
   * @throws DomainError `invalid` (to, subject) when this mail will never be taken: a broken address, or one that the
   * server refused for good
   */
  send: (mail: Mail) => Promise<void>;
  /** Asks whether mail would be taken, without sending any. @throws Error that says what is wrong */
  check: () => Promise<void>;
  /** Ends connections. */
  close: () => Promise<void>;
};

export type Mail = {
  /** The same for every repeat: receivers and folders recognise one that they have. Of a-z 0-9 and `-`. */
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
};

/** Hands messages to the push service of a device. */
export type PushSender = {
  /**
   * Resolves once the service has taken the message, or says that it will never again: `gone`.
   * @throws Error when a repeat may succeed; DomainError `unavailable` while the service is down
   */
  send(token: string, message: PushMessage): Promise<'sent' | 'gone'>;
  /** Proves to the service who we are, where it can be asked. @throws Error that says what is wrong */
  check(): Promise<void>;
};

export type PushMessage = {
  title: string;
  body: string;
  /** For the app, not for people. */
  data: Readonly<Record<string, string>>;
  /** A device that was away shows the last of a key only; null: it shows all. */
  collapseKey: string | null;
  /** For how long the service keeps it for a device that is away. */
  ttlSeconds: number;
};
