// The machine's process without a process: messages in, answers and notices out. Nothing that arrives can make it throw.

import * as v from 'valibot';
import { fail, ok } from '../../core/index.ts';
import type { Result } from '../../core/index.ts';
import { CompareHost } from './compare-host.ts';
import { Desk } from './desk.ts';
import { exportTo } from './export-file.ts';
import { configOn, deviceChoices } from './machine-choices.ts';
import { checkMessage, isMachineRequest, machineRequests } from './machine-contract.ts';
import { VfioHost } from './vfio-host.ts';
import type {
  MachineAnswers,
  MachineBegun,
  MachinePayload,
  MachineReply,
  MachineRequest,
} from './machine-contract.ts';

type Handlers = {
  readonly [N in MachineRequest]: (
    payload: MachinePayload<N>,
  ) => MachineAnswers[N] | Promise<MachineAnswers[N]>;
};

const done: Result<true> = ok(true);

export class MachineServer {
  private readonly post: (reply: MachineReply) => void;
  private readonly comparisons = new CompareHost();
  private readonly vfio = new VfioHost();
  private handlers: Partial<Handlers> = { begin: (payload) => this.begin(payload) };

  constructor(post: (reply: MachineReply) => void) {
    this.post = post;
  }

  /** Answers each message that has a ticket, whatever else is in it. */
  async receive(sent: unknown): Promise<void> {
    const message = checkMessage(sent);
    if (message === undefined) return;
    const { ticket, name, payload } = message;
    this.post({ ticket, answer: await this.answer(name, payload) });
  }

  private async answer(name: string, payload: unknown): Promise<unknown> {
    if (!isMachineRequest(name)) return fail('bad-message', `the machine knows no request “${name}”`);
    const handler = this.handlers[name] as ((payload: unknown) => unknown) | undefined;
    if (handler === undefined) return fail('bad-message', `“${name}” comes at the wrong time`);
    const parsed = v.safeParse(machineRequests[name], payload);
    if (!parsed.success)
      return fail('bad-message', `“${name}” came with what makes no sense: ${v.summarize(parsed.issues)}`);
    try {
      return await handler(parsed.output);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      return fail('bug', `A fault of DDW Lab itself, not yours: ${what}`);
    }
  }

  private begin({ folder, crashed }: MachinePayload<'begin'>): Result<MachineBegun> {
    const desk = new Desk(folder, (notice, payload) => this.post({ notice, payload } as MachineReply));
    const { missing, sessions } = desk.begin(crashed);
    this.handlers = this.handlersFor(desk);
    return ok({ missing, sessions, waking: desk.shown.sleeps });
  }

  private handlersFor(desk: Desk): Partial<Handlers> {
    return {
      look: () =>
        ok({
          progress: desk.progress(),
          desk: desk.state(),
          devices: deviceChoices(),
          work: desk.work.items,
        }),
      dispatch: (command) => desk.dispatch(command),
      query: (query) => desk.shown.host.query(query),
      tracePage: (request) => desk.shown.host.tracePage(request),
      configOn: ({ config, profile }) => configOn(config, profile),
      run: ({ on }) => {
        desk.pause(!on);
        return done;
      },
      newSession: ({ config }) => desk.newSession(config),
      compare: ({ kernel }) => desk.compare(kernel),
      compareBack: () => {
        desk.compareBack();
        return done;
      },
      compareRuns: (request) => this.compareRuns(desk, request),
      compareCancel: () => {
        this.comparisons.cancel();
        return done;
      },
      vfioMatrix: ({ driverFirst }) => this.vfioMatrix(desk, driverFirst),
      vfioCancel: () => {
        this.vfio.cancel();
        return done;
      },
      vfioOpen: (place) => {
        const cell = this.vfio.cell(place);
        return cell.ok ? desk.openAt(cell.value.open) : cell;
      },
      undo: ({ index }) => desk.undo(index),
      showTab: ({ id }) => desk.showTab(id),
      cancelWork: ({ id }) => {
        desk.work.cancel(id);
        return done;
      },
      open: ({ file }) => desk.open(file),
      save: ({ id, file }) => desk.save(id, file),
      exportTo: ({ what, file }) => exportTo(file, what, (query) => desk.shown.host.query(query)),
      close: ({ id }) => desk.closeTab(id),
      closeAll: () => {
        desk.closeAll();
        return done;
      },
    };
  }

  private compareRuns(
    desk: Desk,
    request: MachinePayload<'compareRuns'>,
  ): Promise<MachineAnswers['compareRuns']> {
    return desk.work.run('Comparing', true, (work) => {
      work.onCancel(() => this.comparisons.cancel());
      return this.comparisons.run(request, desk.comparable(), (progress) => {
        const { columns } = progress;
        work.report(
          columns.length === 0 ? null : columns.filter((column) => column.done).length / columns.length,
        );
        this.post({ notice: 'compareProgress', payload: progress });
      });
    });
  }

  private vfioMatrix(desk: Desk, driverFirst: boolean): Promise<MachineAnswers['vfioMatrix']> {
    return desk.work.run('Working out the VFIO matrix', true, (work) => {
      work.onCancel(() => this.vfio.cancel());
      return this.vfio.sheet(driverFirst, (progress) => {
        work.report(progress.done / progress.of);
        this.post({ notice: 'vfioProgress', payload: progress });
      });
    });
  }
}
