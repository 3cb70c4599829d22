// Starting other programs, the same way everywhere: no stdin, output let through or caught.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './files.mjs';

/** @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, stdoutTo?: 'stdout' | 'stderr' | 'nowhere' }} RunOptions */

/** Runs a program and lets its output through (`stdoutTo`: where its stdout goes).
 * @param {string} command @param {readonly string[]} args @param {RunOptions} [options]
 * @returns {Promise<number>} its exit code; 127 when it could not be started, 128 when a signal ended it */
export function run(command, args, options = {}) {
  const out = { stdout: 1, stderr: 2, nowhere: 'ignore' }[options.stdoutTo ?? 'stdout'];
  const err = options.stdoutTo === 'nowhere' ? 'ignore' : 2;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', /** @type {number | 'ignore'} */ (out), err],
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    });
    child.on('error', () => resolve(127));
    child.on('exit', (code) => resolve(code ?? 128));
  });
}

/** Runs a program and catches its output.
 * @param {string} command @param {readonly string[]} args @param {RunOptions} [options]
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>} */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (bytes) => (stdout += bytes));
    child.stderr.on('data', (bytes) => (stderr += bytes));
    child.on('error', (error) => resolve({ code: 127, stdout, stderr: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 128, stdout, stderr }));
  });
}

/** npm as this process was started by it, or the one on the path.
 * @param {readonly string[]} args @returns {[command: string, args: string[]]} */
export function npm(args) {
  const script = process.env['npm_execpath'];
  if (script?.endsWith('.js')) return [process.execPath, [script, ...args]];
  return process.platform === 'win32' ? ['cmd', ['/c', 'npm', ...args]] : ['npm', [...args]];
}

/** @param {string} program @returns {boolean} whether it is on the path */
export function isOnPath(program) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export const isRoot = process.getuid?.() === 0;

/** A note to the person, on stderr so that stdout stays what was asked for.
 * @param {string} text */
export function say(text) {
  console.error(text);
}
