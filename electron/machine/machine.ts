// Where the machine's process begins: messages from main go to the server, its replies go back.

import { MachineServer } from '../host/machine-server.ts';

const { parentPort } = process;
const server = new MachineServer((reply) => parentPort.postMessage(reply));
parentPort.on('message', ({ data }) => void server.receive(data));
