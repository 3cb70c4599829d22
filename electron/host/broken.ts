// A fault of ours broke a machine: its session is saved, so that the fault can be seen again, and a sentence names the event.

import { commandText } from '../../core/index.ts';
import type { MachineBug, UserError } from '../../core/index.ts';
import type { SessionHost } from './session-host.ts';

export async function keepBroken(
  host: SessionHost,
  { seq, message }: MachineBug,
  file: string,
): Promise<UserError> {
  const { commands, config } = host.session.log();
  const last = commands.at(-1)?.command;
  const saved = await host.saveCopy(file);
  const where = saved.ok
    ? `The session was saved as ${file}`
    : `The session could not be saved: ${saved.error.message}`;
  const after = last === undefined ? '' : `, after “${commandText(last, config)}”`;
  return {
    code: 'bug',
    message: `A fault of DDW Lab itself, not yours, stopped the machine at event ${seq}${after}: ${message}. ${where}`,
    hint: 'report it with that file',
  };
}
