import { describe, expect, test } from 'vitest';
import { checkSvelte } from './texts.mjs';

const check = (source: string): string[] => checkSvelte('a.svelte', source);
const WITH_TEXTS = "<script>import { shell } from '../texts/texts.ts'; const words = shell.status;</script>";

describe('a panel that says words itself is found out', () => {
  test.each([
    ['in its markup', '<p>Nothing yet</p>'],
    ['in a block', '{#if a}<p>Nothing</p>{/if}'],
    ['in a title', '<button title="Copy">x</button>'],
    ['in a name that is heard', '<nav aria-label="Panels"></nav>'],
    ['in a component’s title', '<Panel title="Windows"></Panel>'],
    ['in a placeholder', '<input placeholder="Filter…" />'],
    ['around a value', '<p title="Remove {id}">x</p>'],
    ['in a choice', "<p>{on ? 'shown' : 'hidden'}</p>"],
    ['in a choice of a title', "<p title={on ? 'shown' : ''}>x</p>"],
    ['in a template', '<p>{`all of ${x}`}</p>'],
    ['joined with +', "<p title={'Boot ' + key}>x</p>"],
    ['in its script', "<script>const what = 'the machine is off';</script>"],
    ['in a template of its script', '<script>const what = `no panel is ${x}`;</script>'],
  ])('%s', (_where, source) => expect(check(source)).not.toEqual([]));

  test('with the line it stands on', () =>
    expect(check('<p>1</p>\n<p>two</p>')).toEqual(['a.svelte:2  says “two” itself']));
});

describe('a text put together from halves is found out', () => {
  test.each([
    ['with +', '{words.a + words.b}'],
    ['in a template', '{`${words.a} ${n}`}'],
    ['of two', '{`${words.a}: ${words.b}`}'],
    ['of a call', '{words.a(1) + x}'],
  ])('%s', (_how, markup) => expect(check(`${WITH_TEXTS}<p>${markup}</p>`).length).toBeGreaterThan(0));
});

test.each([
  ['texts of the catalogue', `${WITH_TEXTS}<p title={words.a}>{shell.b(1)} {words.c}</p>`],
  ['names for the machine', '<input type="number" id="a-{b}" class="mono" name="role" />'],
  ['what is compared and looked up', "<p>{state === 'off' ? words.a : map['running']} {lab.act('boot')}</p>"],
  ['signs and abbreviations', '<p>→ 0x · TCE 2^59 ✓</p>'],
  ['actions in handlers', "<button onclick={() => lab.act('boot')}></button>"],
  ['styles and comments', '<!-- Only so. --><p style:--width="{x}rem"></p><style>p { color: red; }</style>'],
  ['imports', "<script>import A from './some name.svelte';</script>"],
])('lets pass %s', (_what, source) => expect(check(source)).toEqual([]));
