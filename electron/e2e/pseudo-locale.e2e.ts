// Every word in the window is the catalogue's: with the pseudo-locale on, what stands outside its marks is data and nothing else.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { SWITCH } from '../../renderer/pseudo-locale.ts';
import { sentence } from '../../renderer/widgets/sentence.ts';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';

import { openPanel, PATIENT } from './page.ts';

let lab: RunningLab;

beforeAll(async () => {
  lab = await launchLab();
  await lab.page.getByTestId('invitation').waitFor();
  await lab.page.evaluate((name) => localStorage.setItem(name, 'on'), SWITCH);
  await lab.page.reload();
  await lab.page.getByTestId('invitation').waitFor();
});

afterAll(async () => {
  const { problems } = lab;
  await lab.close();
  expect(problems).toEqual([]);
});

/** Listings and names as the kernel and the tools write them. */
const DATA = '.mono, code, pre, .xterm';

/** Names of the trade, in numbers and beside them. */
const TRADE = [
  /⟦[^⟦⟧]*⟧/,
  /0x[0-9a-f…]+/,
  /\b\w+=\w+\b/,
  /\b\d[\d,.]*(?:[KMG]| (?:bytes|[KMGTPE]iB|ns|µs|ms|s|k|M|G))?\b/,
  /\b(?:vf|nvme|nic|ent)\d+\b/,
  /\b(?:powervm|qemu)-\w+(?:-\w+)*\b/,
];

/** Texts of a part of the window, seen or heard, that say a word outside the marks. */
async function unmarked(where: string): Promise<readonly string[]> {
  const texts = await lab.page.evaluate(
    ({ where, data }) => {
      const found: string[] = [];
      const roots = document.querySelectorAll<HTMLElement>(where);
      for (const root of roots) {
        const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
          const parent = node.parentElement;
          if (parent === null || parent.closest(`${data}, style, script`) !== null) continue;
          if (parent.closest('dialog:not([open])') !== null) continue;
          found.push((node.textContent ?? '').trim());
        }
        for (const element of root.querySelectorAll('[title], [aria-label], [placeholder], [aria-valuetext]'))
          if (element.closest(data) === null)
            for (const name of ['title', 'aria-label', 'placeholder', 'aria-valuetext'])
              found.push(element.getAttribute(name) ?? '');
      }
      return roots.length === 0 ? [`nothing is ${where}`] : found;
    },
    { where, data: DATA },
  );
  const heard = await heardFromMain();
  return [...new Set(texts.filter((text) => WORD.test(withoutData(text, heard))))];
}

const WORD = /\p{L}*\p{Ll}\p{L}+|\p{L}{2,}\p{Ll}/u;

/** What main answered so far, the longest first: ids, sentences of the machine and of its sources. */
const heardFromMain = (): Promise<readonly string[]> =>
  lab.page.evaluate(() =>
    [...(globalThis as unknown as { ddwLabHeard: ReadonlySet<string> }).ddwLabHeard]
      .filter((said) => said !== '')
      .sort((a, b) => b.length - a.length),
  );

/** A name of the machine's can be a word as well: only a text that is nothing but the name is data then. */
const isTelling = (said: string): boolean => /[\s\d,=_-]/.test(said) && said.length > 3;

function withoutData(text: string, heard: readonly string[]): string {
  let rest = text;
  for (const said of heard) {
    if (rest.toLowerCase() === said.toLowerCase()) return '';
    if (isTelling(said)) rest = rest.replaceAll(said, '').replaceAll(sentence(said), '');
  }
  for (const each of TRADE)
    for (let before = ''; before !== rest;) {
      before = rest;
      rest = rest.replace(each, '');
    }
  const name = rest.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  return heard.includes(name) ? '' : rest;
}

const panels = (): Promise<readonly string[]> =>
  lab.app.evaluate(({ Menu }) =>
    (Menu.getApplicationMenu()?.items ?? [])
      .flatMap((menu) => menu.submenu?.items ?? [])
      .flatMap(({ id }) => (id?.startsWith('panel:') ? [id.slice('panel:'.length)] : [])),
  );

async function told(): Promise<readonly string[]> {
  const found: string[] = [];
  const ids = await panels();
  expect(ids.length).toBeGreaterThan(10);
  for (const id of ids) {
    await openPanel(lab, id);
    found.push(...(await unmarked(`[data-panel="${id}"]`)).map((text) => `${id}: ${text}`));
  }
  return found;
}

it('the switch marks what is read', async () => {
  expect(await lab.page.getByTestId('invitation').textContent()).toMatch(/⟦.+~⟧/);
  expect(await unmarked('html > body > :not(*)')).toEqual(['nothing is html > body > :not(*)']);
  await lab.page.evaluate(() => {
    const stranger = document.createElement('p');
    stranger.id = 'stranger';
    stranger.innerHTML = '<span title="Said aloud">Not in the catalogue: vf0, 64 GiB</span>';
    document.body.append(stranger);
  });
  expect(await unmarked('#stranger')).toEqual(['Not in the catalogue: vf0, 64 GiB', 'Said aloud']);
  await lab.page.evaluate(() => document.getElementById('stranger')?.remove());
});

it('every panel says nothing of its own before the first boot', async () => {
  expect(await told()).toEqual([]);
});

it('every panel says nothing of its own after a boot', async () => {
  const { page } = lab;
  await page.keyboard.press('F5');
  await page.locator('[data-testid=machine-state][data-state=running]').waitFor();
  await expect
    .poll(() => page.evaluate(async () => (await window.ddwLab.hello()).progress.busy), PATIENT)
    .toBe(false);
  expect(await told()).toEqual([]);
});

it('toolbar, sessions, status bar and row of tabs neither', async () => {
  for (const part of ['header', 'footer', '.strip', 'main [role=tablist]'])
    expect([part, await unmarked(part)]).toEqual([part, []]);
});

it.each([
  ['palette', 'Control+Shift+P'],
  ['settings', 'Control+,'],
  ['messages', 'Control+Shift+L'],
  ['keys', 'F1'],
])('nor does the dialog of %s', async (_name, keys) => {
  const { page } = lab;
  await page.keyboard.press(keys);
  await page.getByRole('dialog').waitFor();
  expect(await unmarked('dialog[open]')).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
});

it('nor the menu bar, except what Electron names itself', async () => {
  const labels = await lab.app.evaluate(({ Menu }) =>
    (Menu.getApplicationMenu()?.items ?? []).flatMap(({ label, submenu }) => [
      ...(label === 'Edit' ? [] : [label]),
      ...(submenu?.items ?? []).flatMap((item) =>
        item.label !== '' && (item.id ?? '') !== '' ? [item.label] : [],
      ),
    ]),
  );
  expect(labels.length).toBeGreaterThan(40);
  expect(labels.filter((label) => !/^⟦.*⟧$/.test(label))).toEqual([]);
});
