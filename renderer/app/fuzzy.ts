// How well a few typed letters fit a name: each word typed must be found in order, best at the beginnings of words and in one piece.

const BEGINNING = 8;
const NEXT = 5;
const ANYWHERE = 1;
const GAP = 0.2;

/** Higher is better; undefined: it does not fit. */
export function fitness(query: string, name: string): number | undefined {
  const text = name.toLowerCase();
  let sum = 0;
  for (const word of query.toLowerCase().split(/\s+/)) {
    const fits = word === '' ? 0 : wordFitness(word, text);
    if (fits === undefined) return undefined;
    sum += fits;
  }
  return sum - text.length * 0.01;
}

/** The best over all places where its first letter stands; greedy from there. */
function wordFitness(word: string, text: string): number | undefined {
  let best: number | undefined;
  const whole = text.indexOf(word);
  for (let from = text.indexOf(word.charAt(0)); from !== -1; from = text.indexOf(word.charAt(0), from + 1)) {
    const here = fitnessFrom(word, text, from);
    if (here === undefined) break;
    if (best === undefined || here > best) best = here;
  }
  return best === undefined ? undefined : best + (whole === -1 ? 0 : word.length);
}

const beginsWord = (text: string, at: number): boolean =>
  at === 0 || /[^\p{L}\p{N}]/u.test(text.charAt(at - 1));

function fitnessFrom(word: string, text: string, from: number): number | undefined {
  let sum = 0;
  let last = from - 1;
  for (const letter of word) {
    const at = text.indexOf(letter, last + 1);
    if (at === -1) return undefined;
    sum += beginsWord(text, at) ? BEGINNING : at === last + 1 ? NEXT : ANYWHERE;
    sum -= (at - last - 1) * GAP;
    last = at;
  }
  return sum;
}
