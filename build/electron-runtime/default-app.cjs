// What `electron <folder>` does before the folder's own main script runs: packed into the fallback's default_app.asar.
// Options as Electron's: -r/--require <module> (Playwright attaches with it), --version, --abi.
const { existsSync, readFileSync } = require('node:fs');
const { Module } = require('node:module');
const path = require('node:path');
const { app } = require('electron');

const args = process.argv.slice(1);
const required = [];
let folder;
for (let at = 0; at < args.length && folder === undefined; at++) {
  const arg = args[at];
  if (arg === '-r' || arg === '--require') required.push(args[++at]);
  else if (arg === '--version' || arg === '-v') answer(`v${process.versions.electron}`);
  else if (arg === '--abi') answer(process.versions.modules);
  else if (!arg.startsWith('-')) folder = arg;
}

function answer(text) {
  console.log(text);
  process.exit(0);
}

function describe(packageFile) {
  const about = JSON.parse(readFileSync(packageFile, 'utf8'));
  if (about.version) app.setVersion(about.version);
  if (about.productName ?? about.name) app.setName(about.productName ?? about.name);
  if (about.desktopName && process.platform === 'linux') app.setDesktopName(about.desktopName);
}

function start(target) {
  Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true });
  const full = path.resolve(target);
  const packageFile = path.join(full, 'package.json');
  if (existsSync(packageFile)) describe(packageFile);
  const script = Module._resolveFilename(full, null, true);
  app.setAppPath(existsSync(packageFile) ? full : path.dirname(script));
  Module._load(script, null, true);
}

for (const name of required) require(path.isAbsolute(name) ? name : path.resolve(name));
if (folder === undefined) answer(`Electron ${process.versions.electron}: say which folder to run`);
start(folder);
