// The trace panel: its tools, its foot.

export const trace = {
  title: 'hcall trace',
  filter: 'Filter the trace',
  filterPlaceholder: 'Filter…  vf3 and H_PUT_TCE',
  find: 'Find in what is shown',
  fold: 'Fold repeats',
  foldTitle: 'Tell a run of like calls once',
  copy: 'Copy the selection or what is shown',
  earlier: 'Earlier events',
  earlierTitle: 'Earlier events: first those that sampling left out',
  noEarlier: 'Earlier events: all since the beginning are in view, scroll up',
  later: 'Later events',
  following: 'Following',
  follow: 'Follow',
  followNewer: (newer: string) => `Follow · ${newer} newer`,
  chooseLine: 'Choose a line to have it explained.',
  explained: (seq: string, sentence: string) => `Event ${seq}: ${sentence}`,
  marks: 'Marks of the trace',
  showOnly: (filter: string) => `Show only these (${filter})`,
} as const;
