// The machine's messages begin in lower case and end without a stop, so that the command line can put "ddw-lab: " before them.

/** "there is no vf9" -> "There is no vf9." */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  const stop = /[.!?…:]$/.test(trimmed) ? '' : '.';
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1) + stop;
}

/** A hint for a window: what to type in a shell is none here. */
export const hintSentence = (hint: string | undefined): string =>
  hint === undefined || hint.startsWith('type: ') ? '' : sentence(hint);
