/** Makes an element with attributes, properties and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** A line that says what went wrong. */
export function errorLine() {
  const line = element('p', { className: 'error', hidden: true });
  line.setAttribute('role', 'alert');
  return {
    line,
    /** Runs something, and shows its error. */
    async guard(work: () => Promise<unknown>): Promise<void> {
      line.hidden = true;
      try {
        await work();
      } catch (error) {
        line.textContent = error instanceof Error ? error.message : String(error);
        line.hidden = false;
      }
    },
  };
}
