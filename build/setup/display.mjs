// An X server without a screen, for tests: our own, on a number that it picks itself, so that runs do not collide.
import { spawn } from 'node:child_process';

export const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);

/** @returns {Promise<{ display: string, stop: () => void }>} */
export function startXvfb() {
  return new Promise((resolve, reject) => {
    const args = ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'];
    const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    let complaint = '';
    server.stderr?.on('data', (bytes) => (complaint += bytes));
    server.on('error', reject);
    server.on('exit', (code) => reject(new Error(`Xvfb ended with ${code}: ${complaint.slice(-500)}`)));
    const number = server.stdio[3];
    let text = '';
    number?.on('data', (bytes) => {
      text += bytes;
      if (text.includes('\n')) resolve({ display: `:${text.trim()}`, stop: () => void server.kill() });
    });
  });
}
