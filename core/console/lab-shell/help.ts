// `help`, made from the grammar's own table.

import { SETTINGS } from './settings.ts';
import { SHOW_TOPICS, VERBS } from './parse.ts';

/** What can be typed; with a topic, that verb's words. */
export function helpText(topic?: string): string {
  const verbs = VERBS.filter(
    (verb) => topic === undefined || verb.name === topic || verb.name.startsWith(`${topic} `),
  );
  if (verbs.length === 0) return `there is no command "${topic ?? ''}"\n${helpText()}`;
  const width = Math.max(...verbs.map((verb) => verb.name.length));
  const lines = verbs.flatMap((verb) => [
    `${verb.name.padEnd(width)}  ${verb.meaning}`,
    ...(verb.usage === verb.name ? [] : [`${''.padEnd(width)}  ${verb.usage}`]),
  ]);
  if (topic === undefined) lines.push('', 'Lines are separated by ; or a new line; # begins a comment.');
  if (topic === 'show') lines.push(...SHOW_TOPICS.map((row) => `  ${row.topic.padEnd(9)}  ${row.meaning}`));
  if (topic === 'set') {
    lines.push(...SETTINGS.map((row) => `  set ${`${row.name} ${row.example}`.padEnd(26)}  ${row.meaning}`));
  }
  return lines.join('\n');
}
