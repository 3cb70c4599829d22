// The text below the head: Markdown, one heading (##) for each step, in order. No HTML and no control characters: a lab may come from anybody.

import type { LabProblem } from './json-schema.ts';

/** Longest text of a lab.md below its head, in characters. */
export const MAX_PROSE = 100_000;

export interface Prose {
  readonly intro: string;
  /** One for each title. */
  readonly sections: readonly string[];
  readonly outro: string;
}

type ProseResult =
  { readonly ok: true; readonly value: Prose } | { readonly ok: false; readonly error: LabProblem };

const wrong = (proseLine: number, message: string, hint?: string): ProseResult => ({
  ok: false,
  error: { path: [], proseLine, message, ...(hint === undefined ? {} : { hint }) },
});

interface Section {
  readonly title: string;
  readonly line: number;
  readonly lines: string[];
}

export function readProse(text: string, titles: readonly string[]): ProseResult {
  if (text.length > MAX_PROSE) {
    return wrong(1, `the text has ${text.length} characters, more than ${MAX_PROSE}`);
  }
  const lines = text.split(/\r\n|\r|\n/);
  const refused = refusedLine(lines);
  if (refused !== undefined) return refused;
  const [intro, ...sections] = sectionsOf(lines);
  for (const [at, title] of titles.entries()) {
    const section = sections[at];
    if (section?.title === title) continue;
    return wrong(
      section?.line ?? lines.length,
      section === undefined
        ? `the text has no heading for the step "${title}"`
        : `the heading is "${section.title}", the step is called "${title}"`,
      `write: ## ${title}`,
    );
  }
  const rest = sections.slice(titles.length);
  return {
    ok: true,
    value: {
      intro: body(intro),
      sections: sections.slice(0, titles.length).map(body),
      outro: rest.map((section) => `## ${section.title}\n\n${body(section)}`).join('\n\n'),
    },
  };
}

const body = (section: Section | undefined): string => (section?.lines ?? []).join('\n').trim();

function sectionsOf(lines: readonly string[]): readonly Section[] {
  const sections: Section[] = [{ title: '', line: 1, lines: [] }];
  let fenced = false;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('```')) fenced = !fenced;
    const heading = fenced ? undefined : /^## +(.*\S)\s*$/.exec(line)?.[1];
    if (heading === undefined) sections.at(-1)?.lines.push(line);
    else sections.push({ title: heading, line: index + 1, lines: [] });
  }
  return sections;
}

function refusedLine(lines: readonly string[]): ProseResult | undefined {
  let fenced = false;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('```')) fenced = !fenced;
    if (hasControls(line)) return wrong(index + 1, 'the text has a control character', 'take it out');
    const plain = fenced ? '' : line.replaceAll(/`[^`]*`/g, '');
    if (/<[a-z!/?]/i.test(plain))
      return wrong(index + 1, 'the text has HTML', 'write Markdown, or put it in `code`');
  }
  return undefined;
}

/** Terminal escapes among them. A tab is no harm. */
export const hasControls = (text: string): boolean => /[^\P{Cc}\t\n\r]/u.test(text);

/** Lines of the console that the text tells to type: code blocks without a language. */
export function codeBlocks(text: string): readonly string[] {
  return [...text.matchAll(/^```[ \t]*\r?\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
}
