// The machine's process as main sees it: questions and answers by ticket, notices, and what to do when it ends unasked: start another
// one, which takes up the journals. Questions wait for it; what was being done when it fell is answered with an error.

import { join } from 'node:path';
import { app, utilityProcess } from 'electron';
import type { UtilityProcess } from 'electron';
import type { MachineLife, UserError } from '../ipc-contract.ts';
import type {
  MachineAnswers,
  MachineBegun,
  MachineNotice,
  MachinePayload,
  MachineReply,
  MachineRequest,
} from '../host/machine-contract.ts';

/** Asked again of the next process: they change nothing. */
const QUESTIONS: readonly MachineRequest[] = ['look', 'query', 'tracePage', 'configOn'];
/** So many falls in so short a time, and it is not started again. */
const MOST_FALLS = 5;
const FALLS_WITHIN_MS = 60_000;
const TOO_OFTEN = `The machine’s process ended ${MOST_FALLS} times in a minute and is not started any more.`;

const FELL: UserError = {
  code: 'machine-down',
  message: 'The machine’s process ended while it was doing this',
  hint: 'look whether it was done, once the machine is back',
};
const GONE: UserError = {
  code: 'machine-gone',
  message: 'The machine’s process cannot be kept running',
  hint: 'start DDW Lab again: the sessions are kept',
};

interface Asked {
  readonly name: MachineRequest;
  readonly payload: unknown;
  readonly answer: (answer: unknown) => void;
}

export interface MachineListener {
  notice(notice: MachineNotice): void;
  life(is: MachineLife, message: string): void;
  /** A process has taken up the sessions. */
  begun(begun: MachineBegun, crashed: boolean): void;
}

export class MachineProcess {
  private readonly folder: string;
  private readonly listener: MachineListener;
  private child: UtilityProcess | undefined;
  private readonly asked = new Map<number, Asked>();
  private waiting: [number, Asked][] = [];
  private nextTicket = 1;
  private stopping = false;
  private falls: readonly number[] = [];
  private gone = false;

  constructor(folder: string, listener: MachineListener) {
    this.folder = folder;
    this.listener = listener;
    this.start(false);
  }

  async ask<N extends MachineRequest>(name: N, payload: MachinePayload<N>): Promise<MachineAnswers[N]> {
    const answer = await new Promise<unknown>((resolve) => {
      this.send(this.nextTicket++, { name, payload, answer: resolve });
    });
    return answer as MachineAnswers[N];
  }

  /** The lab is going: the process goes first, and nothing is started again. */
  stop(): void {
    this.stopping = true;
    this.child?.kill();
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  private start(crashed: boolean): void {
    const child = utilityProcess.fork(join(app.getAppPath(), 'dist', 'machine.cjs'), [], {
      serviceName: 'DDW Lab machine',
    });
    child.on('message', (reply: MachineReply) => this.hear(reply));
    child.on('exit', (code) => this.fell(code));
    const begin = { folder: this.folder, crashed };
    const answer = (begun: unknown): void => this.begin(child, begun as MachineAnswers['begin'], crashed);
    this.post(child, this.nextTicket++, { name: 'begin', payload: begin, answer });
  }

  private begin(child: UtilityProcess, begun: MachineAnswers['begin'], crashed: boolean): void {
    if (!begun.ok) {
      this.listener.notice({ notice: 'problem', payload: begun.error });
      return this.giveUp(`The sessions cannot be taken up: ${begun.error.message}.`);
    }
    this.child = child;
    const waiting = this.waiting;
    this.waiting = [];
    for (const [ticket, asked] of waiting) this.send(ticket, asked);
    this.listener.begun(begun.value, crashed);
  }

  private send(ticket: number, asked: Asked): void {
    if (this.gone) asked.answer({ ok: false, error: GONE });
    else if (this.child === undefined) this.waiting.push([ticket, asked]);
    else this.post(this.child, ticket, asked);
  }

  private post(child: UtilityProcess, ticket: number, asked: Asked): void {
    this.asked.set(ticket, asked);
    child.postMessage({ ticket, name: asked.name, payload: asked.payload });
  }

  private hear(reply: MachineReply): void {
    if ('notice' in reply) {
      this.listener.notice(reply);
      return;
    }
    const asked = this.asked.get(reply.ticket);
    this.asked.delete(reply.ticket);
    asked?.answer(reply.answer);
  }

  private fell(code: number): void {
    this.child = undefined;
    if (this.stopping) return;
    for (const [ticket, asked] of this.asked) {
      if (QUESTIONS.includes(asked.name)) this.waiting.push([ticket, asked]);
      else if (asked.name !== 'begin') asked.answer({ ok: false, error: FELL });
    }
    this.asked.clear();
    const now = performance.now();
    this.falls = [...this.falls.filter((at) => now - at < FALLS_WITHIN_MS), now];
    if (this.falls.length >= MOST_FALLS) return this.giveUp(TOO_OFTEN);
    this.listener.life('down', `The machine’s process ended unasked (${code}). It is being started again.`);
    this.start(true);
  }

  private giveUp(why: string): void {
    this.gone = true;
    for (const [, asked] of this.waiting) asked.answer({ ok: false, error: GONE });
    this.waiting = [];
    this.listener.life('down', `${why} What was open is kept in ${this.folder}: start DDW Lab again.`);
  }
}
