// All RTAS calls that a platform here can answer. A new one: its file, a line here, its test; its token is profile data.

import type { RtasDefinition } from './context.ts';
import { createPeDmaWindow } from './create-pe-dma-window.ts';
import { displayCharacter } from './display-character.ts';
import { EEH_CALLS } from './eeh.ts';
import { ibmReadPciConfig, ibmWritePciConfig, readPciConfig, writePciConfig } from './pci-config.ts';
import { queryPeDmaWindow } from './query-pe-dma-window.ts';
import { removePeDmaWindow } from './remove-pe-dma-window.ts';
import { resetPeDmaWindow } from './reset-pe-dma-window.ts';

export const RTAS_CALLS: readonly RtasDefinition[] = [
  queryPeDmaWindow,
  createPeDmaWindow,
  removePeDmaWindow,
  resetPeDmaWindow,
  displayCharacter,
  readPciConfig,
  writePciConfig,
  ibmReadPciConfig,
  ibmWritePciConfig,
  ...EEH_CALLS,
];
