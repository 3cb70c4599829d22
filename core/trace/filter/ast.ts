// A filter as a tree, and the tree as text again: parsing what printFilter() writes gives the same tree.

export type CompareOp = '==' | '!=' | '<' | '<=' | '>' | '>=' | '~' | ':';

/** A word or quoted text, with its place. What it means depends on the field that it is compared with. */
export interface FilterWord {
  readonly text: string;
  readonly column: number;
}

export type Quantifier = 'any' | 'all';

/** What one field is compared with. */
export type FieldTest =
  | {
      readonly type: 'compare';
      readonly field: FilterWord;
      readonly op: CompareOp;
      readonly value: FilterWord;
    }
  | {
      readonly type: 'range';
      readonly field: FilterWord;
      readonly low: FilterWord;
      readonly high: FilterWord;
    }
  | { readonly type: 'set'; readonly field: FilterWord; readonly values: readonly FilterWord[] };

export type FilterNode =
  | { readonly type: 'and' | 'or'; readonly left: FilterNode; readonly right: FilterNode }
  | { readonly type: 'not'; readonly inner: FilterNode }
  | FieldTest
  /** `any(tce.perm) == rw`: about each TCE of a call. */
  | { readonly type: 'each'; readonly quantifier: Quantifier; readonly test: FieldTest }
  /** `is:error`: a class or kind of event. */
  | { readonly type: 'is'; readonly what: FilterWord }
  /** `has:count`: the event has that field. */
  | { readonly type: 'has'; readonly field: FilterWord }
  /** A bare word: somewhere in the formatted line. */
  | { readonly type: 'search'; readonly word: FilterWord };

export const KEYWORDS: readonly string[] = ['and', 'or', 'not', 'in', 'contains'];

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** A value as it may stand behind an operator: bare when it is one plain word. */
function valueText({ text }: FilterWord): string {
  const plain = /^-?[A-Za-z0-9_]([A-Za-z0-9_.:/-]*[A-Za-z0-9_])?$/.test(text) && !text.includes('..');
  return plain && !KEYWORDS.includes(text.toLowerCase()) ? text : quoted(text);
}

/** A word on its own: `a:b` would be taken for a shorthand, `-a` for a negation. */
function searchText(word: FilterWord): string {
  return word.text.includes(':') || word.text.startsWith('-') ? quoted(word.text) : valueText(word);
}

/** How tightly a node holds together: or < and < not < the rest. */
function strength(node: FilterNode): number {
  if (node.type === 'or') return 0;
  if (node.type === 'and') return 1;
  return node.type === 'not' ? 2 : 3;
}

function printIn(node: FilterNode, least: number): string {
  return strength(node) < least ? `(${printFilter(node)})` : printFilter(node);
}

/** A comparison with its subject: a field, or `any(field)`. */
function printTest(subject: string, test: FieldTest): string {
  if (test.type === 'range') return `${subject} in ${valueText(test.low)}..${valueText(test.high)}`;
  if (test.type === 'set') return `${subject} in {${test.values.map(valueText).join(', ')}}`;
  const value = valueText(test.value);
  return test.op === ':' ? `${subject}:${value}` : `${subject} ${test.op} ${value}`;
}

export function printFilter(node: FilterNode): string {
  switch (node.type) {
    case 'and':
    case 'or':
      return `${printIn(node.left, strength(node))} ${node.type} ${printIn(node.right, strength(node) + 1)}`;
    case 'not':
      return `not ${printIn(node.inner, 2)}`;
    case 'compare':
    case 'range':
    case 'set':
      return printTest(node.field.text, node);
    case 'each':
      return printTest(`${node.quantifier}(${node.test.field.text})`, node.test);
    case 'is':
      return `is:${valueText(node.what)}`;
    case 'has':
      return `has:${valueText(node.field)}`;
    case 'search':
      return searchText(node.word);
  }
}
