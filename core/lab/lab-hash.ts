// What an attempt is tied to: a hash over the lab's texts, so that a changed lab is noticed. It is no seal; re-execution is.

import { Fnv64 } from '../base/fnv64.ts';

/** 16 hex digits over the texts of lab.md and solution.cmds; ends of lines do not count. */
export function labHash(lab: string, solution: string): string {
  const hash = new Fnv64();
  for (const text of [lab, solution]) {
    const plain = text.replaceAll(/\r\n?/g, '\n');
    hash.add(plain.length, 0);
    for (let at = 0; at < plain.length; at++) hash.add(0, plain.charCodeAt(at));
  }
  return hash.value.toString(16).padStart(16, '0');
}
