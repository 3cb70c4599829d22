// Who may import whom: the one table, the same as in docs/ARCHITECTURE.md. What it does not list is forbidden.
// A name is a folder (or file) of the project; `types:` before it allows `import type` only; `npm:` names a package
// (a trailing / allows every package or subpath under it); `node:` allows Node's own modules.

const layer0 = ['core/base'];
const layer1 = [...layer0, 'core/abi', 'core/trace', 'core/time'];
const layer2 = [...layer1, 'core/memory', 'core/devtree', 'core/pci', 'core/iommu', 'core/device'];
const layer3 = [...layer2, 'core/firmware', 'core/guest'];
const aboveEvents = [
  ...layer1,
  'core/projection',
  'types:core/machine/commands',
  'types:core/machine/queries',
];

/** @type {Record<string, readonly string[]>} */
export const table = {
  'core/base': [],
  'core/abi': layer0,
  'core/trace': [...layer0, 'core/abi'],
  'core/time': layer0,
  'core/memory': layer1,
  'core/devtree': layer1,
  'core/iommu': [...layer1, 'core/memory'],
  'core/pci': [...layer1, 'core/devtree', 'core/iommu'],
  'core/device': layer1,
  'core/firmware': layer2,
  // The guest meets the machine only at ports, as real Linux does: no firmware, pci or iommu.
  'core/guest': layer1,
  'core/system': layer3,
  'core/machine': [...layer3, 'core/system'],
  'core/projection': layer1,
  'core/console': aboveEvents,
  'core/lab': aboveEvents,
  'core/interop': aboveEvents,
  'core/session': ['core/'],
  'core/index': ['core/'],
  'electron/ipc-contract': ['types:core/index', 'npm:valibot'],
  'electron/host': ['core/index', 'electron/ipc-contract', 'node:', 'npm:valibot', 'npm:yaml'],
  'electron/cli': ['core/index', 'electron/ipc-contract', 'electron/host', 'node:'],
  // The process of its own in which the sessions live.
  'electron/machine': ['electron/host', 'npm:electron', 'node:'],
  'electron/main': ['electron/host', 'electron/ipc-contract', 'npm:electron', 'node:'],
  // A sandboxed preload has neither Node nor the host.
  'electron/preload': ['electron/ipc-contract', 'npm:electron'],
  renderer: [
    'types:core/index',
    'types:electron/ipc-contract',
    ...layer0,
    'core/trace',
    'core/projection',
    'npm:svelte',
    'npm:svelte/',
    'npm:@xterm/',
    'npm:dockview-core',
    'npm:uplot',
    'npm:uplot/',
    'npm:virtua/',
    'npm:@fontsource/',
  ],
};

/** Files beside the code that stand outside the layers; only their kind of import is limited. */
export const testImports = ['npm:vitest', 'npm:fast-check', 'npm:playwright-core', 'npm:axe-core', 'node:'];
