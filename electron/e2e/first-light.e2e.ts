// The first window as a learner meets it: an LPAR is configured, boots, and its hypervisor calls scroll by.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchLab } from './launch.ts';
import type { RunningLab } from './launch.ts';
import {
  PATIENT,
  boot,
  filterBy,
  flood,
  idle,
  isRunning,
  terminalLines,
  terminalShows,
  text,
} from './page.ts';

let lab: RunningLab;

beforeEach(async () => {
  lab = await launchLab();
});

afterEach(async () => {
  const { problems } = lab;
  await lab.close();
  expect(problems).toEqual([]);
});

describe('before the first boot', () => {
  it('says in plain words what the LPAR leads to, and offers one thing to press', async () => {
    const { page } = lab;
    await page.getByTestId('invitation').waitFor();
    expect(await text(page, 'verdict')).toMatch(
      /^Indirect mapping: 512 GiB of maximum memory need 8,388,608 TCEs/,
    );
    expect(await text(page, 'plan-kind')).toBe('prediction');
    expect(await text(page, 'functions-summary')).toBe('8 functions, waiting for a kernel to drive them.');
    expect(await text(page, 'machine-state')).toBe('off');
    await page.getByTestId('invitation').getByRole('button', { name: 'Boot' }).click();
    await isRunning(page);
  });

  it('loses nothing when one field is filled in right after the other', async () => {
    const { page } = lab;
    await page.getByTestId('invitation').waitFor();
    await page.getByLabel('Min. memory').fill('8 GiB');
    await page.getByLabel('Memory now').fill('32 GiB');
    await page.getByLabel('Maximum', { exact: true }).fill('256 GiB');
    await page.getByLabel('Kernel', { exact: true }).selectOption('5.13');
    await page.getByText('32 GiB now, 256 GiB max.').waitFor();
    await page.getByRole('banner').getByText('Linux 5.13').waitFor();
    expect(await page.getByLabel('Min. memory').inputValue()).toBe('8 GiB');
  });

  it('changes its verdict while the form is filled in', async () => {
    const { page } = lab;
    await page.getByLabel('Maximum', { exact: true }).fill('128 GiB');
    await page
      .getByText(/^Direct mapping/)
      .first()
      .waitFor();
    await page.getByLabel('Boot arguments').fill('disable_ddw');
    await page
      .getByTestId('verdict')
      .filter({ hasText: /^Default window/ })
      .waitFor();
  });
});

describe('a boot', () => {
  it('of a machine with more memory and two more VFs shows query, create and map calls', async () => {
    const { page } = lab;
    await page.getByLabel('Maximum', { exact: true }).fill('1 TiB');
    await page.getByLabel('Maximum', { exact: true }).press('Enter');
    await page.getByText('64 GiB now, 1 TiB max.').waitFor();
    await page.getByLabel('How many to add').fill('2');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('row', { name: /vf9/ }).click();
    await boot(page);
    await page.getByText('10 functions, all indirect.').waitFor();
    expect(await text(page, 'reach')).toBe('vf9 reaches memory through a window of 256 GiB at 2^59.');
    expect(await text(page, 'plan-kind')).toBe('as it happened');

    await filterBy(page, 'who == vf9 is:window');
    await terminalShows(page, /^W .*vf9 .*ibm,query-pe-dma-window/);
    await terminalShows(page, /^W .*vf9 .*ibm,create-pe-dma-window .*ok$/);
    await terminalShows(page, /^W .*vf9 .*window-created/);

    await page.getByRole('button', { name: 'Start I/O' }).click();
    await filterBy(page, 'who == vf9 is:map');
    await terminalShows(page, /^M .*vf9 .*H_PUT_TCE .*0x0800[0-9a-f]{12} .*rw .*ok$/);
    await lab.screenshot('maps');
  });

  it('tells a run of like calls once, and all of them when asked', async () => {
    const { page } = lab;
    await boot(page);
    await idle(page);
    await filterBy(page, 'who == vf0 is:stuff');
    await terminalShows(page, /… [\d,]+ more like it, up to ioba 0x[0-9a-f]{16}; each is in the log/);
    const folded = (await terminalLines(page)).length;
    await page.getByRole('button', { name: 'Fold repeats' }).click();
    await expect.poll(async () => (await terminalLines(page)).length, PATIENT).toBeGreaterThan(folded);
    expect((await terminalLines(page)).every((line) => /^S .*H_STUFF_TCE/.test(line))).toBe(true);
  });

  it('writes the kernel log in the kernel’s words', async () => {
    const { page } = lab;
    await boot(page);
    await page.getByRole('tab', { name: /Guest log/ }).click();
    await page
      .locator('[data-panel=log]')
      .getByRole('searchbox', { name: 'Filter' })
      .fill('4000:01:00.0: ibm,create');
    await page
      .getByRole('log')
      .getByText(
        /ibm,create-pe-dma-window\(\d+\) .* returned 0 \(liobn = 0x70004000 starting addr = 8000000 0\)/,
      )
      .waitFor();
  });
});

describe('the trace', () => {
  it('says where a filter does not read, and keeps the one before', async () => {
    const { page } = lab;
    await boot(page);
    await filterBy(page, 'is:window');
    await terminalShows(page, /^W /);
    await filterBy(page, 'liobm == 3');
    await page.locator('#trace-filter-error').filter({ hasText: /liobm/ }).waitFor();
    expect((await terminalLines(page)).every((line) => line.startsWith('W '))).toBe(true);
  });

  it('says that nothing matches, and clears the filter on request', async () => {
    const { page } = lab;
    await boot(page);
    await filterBy(page, 'ret == H_HARDWARE');
    await page.getByTestId('nothing-matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await terminalShows(page, /machine-state .*running/);
  });

  it('explains the line that was chosen', async () => {
    const { page } = lab;
    await boot(page);
    await filterBy(page, 'kind == window-created liobn == 0x70004000');
    await terminalShows(page, /^W .*liobn=0x70004000/);
    await page.locator('.xterm-screen').click({ position: { x: 300, y: 8 } });
    await page
      .getByTestId('explained')
      .filter({ hasText: /The firmware made a window of 256/ })
      .waitFor();
  });

  it('leads from a line to its function, and from a function to its calls', async () => {
    const { page } = lab;
    await boot(page);
    await filterBy(page, 'kind == driver-bound who == vf5');
    await terminalShows(page, /vf5 .*driver-bound/);
    await page.locator('.xterm-screen').click({ position: { x: 300, y: 8 } });
    await page.getByRole('button', { name: 'Show vf5' }).click();
    await page.getByTestId('reach').filter({ hasText: /^vf5 / }).waitFor();
    await page.getByRole('button', { name: 'Its calls in the trace' }).click();
    await terminalShows(page, /^S .*vf5 .*H_STUFF_TCE/);
    expect(await page.getByLabel('Filter the trace').inputValue()).toBe('who == vf5');
  });

  it('finds text and counts the matches', async () => {
    const { page } = lab;
    await boot(page);
    await terminalShows(page, /machine-state .*running/);
    await page.keyboard.press('Control+f');
    await page.getByLabel('Find in what is shown').fill('ddw-plan');
    await page
      .getByTestId('matches')
      .filter({ hasText: /^\d+ of [1-9]/ })
      .waitFor();
  });

  it('copies what is shown', async () => {
    const { app, page } = lab;
    await boot(page);
    await terminalShows(page, /machine-state .*running/);
    await page.keyboard.press('Control+Shift+C');
    await expect
      .poll(() => app.evaluate(({ clipboard }) => clipboard.readText()), PATIENT)
      .toMatch(/machine-state +running/);
  });

  it('stands still on request while the machine goes on, then catches up', async () => {
    const { page } = lab;
    await boot(page);
    await page.keyboard.press('F8');
    await page.getByRole('button', { name: 'Start I/O' }).click();
    await page.getByRole('button', { name: /^Follow · [\d,]+ newer$/ }).click();
    await terminalShows(page, /io-figures/);
  });

  it('samples a flood, says so, and has every event in the log', async () => {
    const { page } = lab;
    await boot(page);
    await flood(page);
    await terminalShows(
      page,
      /… [\d,]+ events not drawn \(sampling\), from #[\d,]+ on; all are in the log …/,
    );
    await lab.screenshot('flood');
    await page.keyboard.press('F6');
    await page.getByText('paused').waitFor();
    const { first, seqs } = await page.evaluate(async () => {
      const { progress } = await window.ddwLab.hello();
      const first = progress.events - 60_000;
      const answer = await window.ddwLab.tracePage({ from: first, limit: 2000, direction: 'forward' });
      if (!answer.ok) throw new Error(answer.error.message);
      return { first, seqs: answer.value.events.map((event) => event.seq) };
    });
    expect(seqs).toEqual(seqs.map((_, i) => first + i));
    // With a clear view, a leaf back shows what was sampled away: every event, one after the other.
    await page.keyboard.press('Control+l');
    await page.getByRole('button', { name: 'Earlier events' }).click();
    await page.getByRole('button', { name: 'Follow', exact: false }).last().waitFor();
  });
});

describe('the machine', () => {
  it('pauses and goes on', async () => {
    const { page } = lab;
    await boot(page);
    await flood(page);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('paused').waitFor();
    const events = (): Promise<number> =>
      page.evaluate(async () => (await window.ddwLab.hello()).progress.events);
    const stopped = await events();
    expect(await events()).toBe(stopped);
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect.poll(events, PATIENT).toBeGreaterThan(stopped);
  });

  it('shows the same under 5.13 with one click, and comes back to where it was', async () => {
    const { page } = lab;
    await boot(page);
    await idle(page);
    const before = await text(page, 'trace-size');
    await page.getByRole('button', { name: 'Show the same under 5.13' }).click();
    await page.getByTestId('comparing').filter({ hasText: 'Linux 5.13' }).waitFor();
    await page.getByText('8 functions, all default 4K.').waitFor();
    await page.getByTestId('reach').filter({ hasText: 'default window of 2 GiB' }).waitFor();
    await terminalShows(page, /machine-state .*running/);
    await lab.screenshot('under-5.13');
    await page.getByTestId('comparing').getByRole('button', { name: 'Back to 5.15' }).click();
    await page.getByText('8 functions, all indirect.').waitFor();
    expect(await text(page, 'trace-size')).toBe(before);
  });

  it('removes the chosen VF by key, from under the running guest', async () => {
    const { page } = lab;
    await boot(page);
    await page.getByRole('row', { name: /vf3/ }).click();
    await page.getByRole('treegrid', { name: 'Adapters and virtual functions' }).press('Delete');
    await page.getByText('7 functions, all indirect.').waitFor();
    await terminalShows(page, /vf3 .*function-removed/);
  });

  it('takes changes of a running machine at the next boot only', async () => {
    const { page } = lab;
    await boot(page);
    await page.getByRole('button', { name: 'Change for next boot' }).click();
    await page.getByLabel('Maximum', { exact: true }).fill('128 GiB');
    await page.getByText('Changes need a new boot.').waitFor();
    await page.getByRole('button', { name: 'Boot with these' }).click();
    await page.getByText('8 functions, all direct.').waitFor();
  });

  it('can be QEMU’s pseries instead', async () => {
    const { page } = lab;
    await page.getByLabel('Platform').selectOption('qemu-pseries');
    await page.getByText('qemu-pseries', { exact: true }).first().waitFor();
    await page.keyboard.press('F5');
    await isRunning(page);
    await terminalShows(page, /ibm,query-pe-dma-window/);
  });
});

describe('a mistake', () => {
  it('in a memory field is told in a sentence, and the machine is not booted with it', async () => {
    const { page } = lab;
    await page.getByLabel('Memory now').fill('12 parsecs');
    await page.getByText('“12 parsecs” is not a size. Write for example 64 GiB or 512 MiB.').waitFor();
    expect(await page.getByLabel('Memory now').getAttribute('aria-invalid')).toBe('true');
    await page.keyboard.press('F5');
    await page.getByRole('alert').filter({ hasText: 'cannot be booted' }).waitFor();
    expect(await text(page, 'machine-state')).toBe('off');
    await lab.screenshot('error');
  });

  it('in the boot arguments is told at the field', async () => {
    const { page } = lab;
    await page.getByLabel('Boot arguments').fill('disable_dwd');
    await page.locator('#bootArgs-error').filter({ hasText: 'disable_dwd' }).waitFor();
  });

  it.each([
    ['64 GiB', '1 TiB', 'Memory now', 'The memory of 1T is above the maximum of 512G.'],
    ['64 GiB', '8 GiB', 'Memory now', 'The memory of 8G is below the minimum of 16G.'],
    [
      '512 GiB',
      '100000 MiB',
      'Maximum',
      'The maximum memory of 100000M is no multiple of the memory block of 256M.',
    ],
  ])('%s -> %s of "%s" reads: %s', async (_before, wrong, field, sentence) => {
    const { page } = lab;
    await page.getByLabel(field, { exact: true }).fill(wrong);
    await page.getByText(sentence).waitFor();
  });
});

describe('a platform and a kernel explain themselves', () => {
  it('in one sentence each, beside the choice, with the grade of every value', async () => {
    const { page } = lab;
    await page.getByTestId('story-kernel').getByText('The eleven patches').waitFor();
    expect(await text(page, 'story-platform')).toMatch(/^POWER9 knows I\/O pages of 4K and 64K only/);
    await page.getByLabel('Platform', { exact: true }).selectOption('powervm-p10');
    await page.getByTestId('story-platform').getByText('POWER10 adds I/O pages of 2M').waitFor();
    await page
      .getByTestId('story-platform')
      .getByText(/\d+ documented, \d+ observed, \d+ assumed/)
      .click();
    const values = page.getByRole('region', { name: 'Values of powervm-p10 and how they are known' });
    await values.getByText('make.processor').waitFor();
    expect(await values.textContent()).toMatch(/make\.processor\s*POWER10\s*observed\s*log: 9105-22A/);
  });
});
