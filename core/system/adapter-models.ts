// Models of adapters as data: what a slot's card can do in shared mode. Limits and granularity as HMCs list them.

import type { Graded } from '../base/graded.ts';
import { assumed, documented, observed } from '../firmware/profiles/graded.ts';

/** Physical ports alike, in the order of their ids. */
export interface PortKind {
  readonly count: number;
  /** `--level` of lshwres. */
  readonly type: 'ethc' | 'roce';
  readonly speedMbps: number;
  readonly maxLogicalPorts: number;
  /** Percent: capacities are multiples of it, and it is the least. */
  readonly granularity: number;
}

export interface AdapterModelValues {
  /** `adapter_max_logical_ports`. */
  readonly logicalPorts: number;
  readonly partitions: number;
  readonly ports: readonly PortKind[];
  /** Promiscuous logical ports of one physical port. */
  readonly promiscuous: number;
  readonly featureCodes: readonly string[];
}

export interface AdapterModel {
  readonly id: string;
  readonly title: string;
  /** Not plugged in by anybody: `vf add` takes its VFs from it. */
  readonly isDefault: boolean;
  readonly values: { readonly [K in keyof AdapterModelValues]: Graded<AdapterModelValues[K]> };
}

const CAPTURE = 'HMC captures of 8375-42A and 9009-42A';
const WALSH = 'IBM deck 2016 (Walsh): up to 64 partitions on one adapter';
const ONE_PROMISCUOUS = observed(1, `${CAPTURE}: max_promisc_ports=1`);
const OWN = "the lab's own: no such card exists";

export const ADAPTER_MODELS: readonly AdapterModel[] = [
  {
    id: 'lab-vf',
    title: "The lab's own adapter: as many VFs as `vf add` asks for",
    isDefault: true,
    values: {
      logicalPorts: assumed(1024, OWN),
      partitions: assumed(1, OWN),
      ports: assumed(
        [{ count: 1, type: 'ethc', speedMbps: 10_000, maxLogicalPorts: 1024, granularity: 0.05 }],
        OWN,
      ),
      promiscuous: assumed(1, OWN),
      featureCodes: assumed([], OWN),
    },
  },
  {
    id: 'eth-4-port',
    title: '4-port Ethernet adapter, two of 10 Gbit/s and two of 1 Gbit/s',
    isDefault: false,
    values: {
      logicalPorts: observed(48, `${CAPTURE}: adapter_max_logical_ports=48, phys_ports=4`),
      partitions: documented(64, WALSH),
      ports: observed(
        [
          { count: 2, type: 'ethc', speedMbps: 10_000, maxLogicalPorts: 20, granularity: 2 },
          { count: 2, type: 'ethc', speedMbps: 1000, maxLogicalPorts: 4, granularity: 2 },
        ],
        `${CAPTURE}: 20 logical ports of a 10GbE port, 4 of a 1GbE port, min_eth_capacity_granularity 2.0`,
      ),
      promiscuous: ONE_PROMISCUOUS,
      featureCodes: assumed([], 'the captures do not name it'),
    },
  },
  {
    id: 'connectx-2-port',
    title: '2-port ConnectX-5 RoCE adapter of 100 Gbit/s',
    isDefault: false,
    values: {
      logicalPorts: observed(120, `${CAPTURE}: adapter_max_logical_ports=120, phys_ports=2`),
      partitions: documented(64, WALSH),
      ports: observed(
        [{ count: 2, type: 'roce', speedMbps: 100_000, maxLogicalPorts: 60, granularity: 1 }],
        `${CAPTURE}: 60 logical ports of a port, min_eth_capacity_granularity 1.0; speed by the feature code`,
      ),
      promiscuous: ONE_PROMISCUOUS,
      featureCodes: observed(['EC66', 'EC67'], `${CAPTURE}: feature_codes of the slot, PCI 15B3:1019`),
    },
  },
];

export const findModel = (id: string): AdapterModel | undefined =>
  ADAPTER_MODELS.find((model) => model.id === id);

/** The port with this id of a model; undefined: it has none. */
export function portKind(model: AdapterModel, port: number): PortKind | undefined {
  let first = 0;
  for (const kind of model.values.ports.value) {
    if (port >= first && port < first + kind.count) return kind;
    first += kind.count;
  }
  return undefined;
}

export function portCount(model: AdapterModel): number {
  return model.values.ports.value.reduce((sum, { count }) => sum + count, 0);
}
