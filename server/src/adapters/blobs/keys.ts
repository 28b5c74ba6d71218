const form = /^[a-z]+\/[0-9a-f-]{2,64}(\/[a-z]+)?$/;

/** Whether a text has the form of a key; nothing else ever becomes a path or an object's name. */
export function isKey(text: string): boolean {
  return form.test(text);
}

/** The key itself. @throws Error when it is none: keys are made by the program, so this is a fault of ours */
export function checkedKey(key: string): string {
  if (!isKey(key)) throw new Error(`“${key}” is no blob key.`);
  return key;
}
