// What the scenes do to the window, as a person's hands would, each until the window shows that it was done.

/** @typedef {import('playwright-core').ElectronApplication} App */
/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{ app: App, page: Page }} Lab */

/** A session of its own, switched off. @param {Lab} lab */
export async function fresh({ page }) {
  await page.keyboard.press('Control+n');
  await page.locator('[data-testid=machine-state][data-state=off]').waitFor();
}

/** Opens a panel, or brings it to the front. @param {Lab} lab @param {string} id */
export async function open({ app, page }, id) {
  await app.evaluate(
    ({ Menu }, item) => Menu.getApplicationMenu()?.getMenuItemById(item)?.click(),
    `panel:${id}`,
  );
  await page.locator(`[data-panel="${id}"]`).waitFor();
}

/** An action by its name in the command palette. @param {Lab} lab @param {string} words */
export async function act({ page }, words) {
  await page.keyboard.press('Control+Shift+P');
  const palette = page.getByRole('dialog', { name: 'Find an action' });
  await palette.getByRole('combobox').fill(words);
  await palette.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  await palette.waitFor({ state: 'hidden' });
}

/** @param {Lab} lab @param {{ theme: string, words: string }} theme */
export async function theme(lab, { theme: name, words }) {
  await act(lab, words);
  await lab.page.locator(`html[data-theme=${name}]`).waitFor();
}

/** @param {Lab} lab */
export async function boot({ page }) {
  await page.keyboard.press('F5');
  await page.locator('[data-testid=machine-state][data-state=running]').waitFor({ timeout: 120_000 });
  await page.getByText('running, idle').waitFor({ timeout: 120_000 });
}

/** @param {Lab} lab @param {string} id */
export async function chooseFunction({ page }, id) {
  await page
    .getByRole('row', { name: new RegExp(`\\b${id}\\b`) })
    .first()
    .click();
  await page.getByRole('heading', { name: new RegExp(`^Windows of ${id}\\b`) }).waitFor();
}

/** A command of the session. @param {Lab} lab @param {object} command */
export async function command({ page }, command) {
  const refused = await page.evaluate(async (asked) => {
    const answer = await /** @type {any} */ (globalThis).ddwLab.dispatch(asked);
    return answer.ok ? '' : answer.error.message;
  }, command);
  if (refused !== '') throw new Error(`${JSON.stringify(command)}: ${refused}`);
}

/** The configuration changed. @param {Lab} lab @param {object} change */
export async function configure(lab, change) {
  const config = await lab.page.evaluate(async () => {
    const answer = await /** @type {any} */ (globalThis).ddwLab.query({ ask: 'config' });
    return answer.value;
  });
  await command(lab, { do: 'configure', config: { ...config, ...change } });
}

/** A thousand reads of 64 KiB on a function, to their end. @param {Lab} lab */
export async function work({ page }) {
  await page.getByLabel('Preset').selectOption('A thousand 64K reads');
  await page.getByRole('button', { name: 'Start I/O' }).click();
  await page
    .getByTestId('workload')
    .filter({ hasText: /^Done: 1,000 requests/ })
    .waitFor({ timeout: 120_000 });
}

/** Waits until the trace's terminal has drawn such a line. @param {Lab} lab @param {string} words */
export async function traced({ page }, words) {
  await page.waitForFunction((wanted) => {
    const { active } = /** @type {any} */ (globalThis).ddwLabTerminal.buffer;
    for (let row = active.length; row-- > 0;)
      if (active.getLine(row)?.translateToString(true).includes(wanted)) return true;
    return false;
  }, words);
}

/** Endless I/O on all eight, until some figures have come. @param {Lab} lab */
export async function flood({ page }) {
  await page.getByRole('treegrid', { name: 'Adapters and virtual functions' }).focus();
  await page.keyboard.press('Control+a');
  await page.getByLabel('Preset').selectOption('Packets: 4K writes, endless');
  await page.getByRole('button', { name: 'Start I/O' }).click();
  await page
    .getByTestId('workload')
    .filter({ hasText: /running: [1-9]/ })
    .waitFor();
}
