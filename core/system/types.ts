// The managed system around the learner's guest, as plain data: what an HMC keeps of a machine. It is part of a configuration, so a
// session file holds it and a command makes a new one of it; nothing here has state of its own.

/** A partition. The learner's guest is one of them; its memory is the machine's own (`memoryBytes` of the configuration). */
export interface LparConfig {
  /** From 1. */
  readonly id: number;
  readonly name: string;
  /** `lpar_env` of the HMC. */
  readonly env: 'aixlinux' | 'vioserver';
  readonly state: 'Running' | 'Not Activated';
  /** Memory that it holds, bytes; of the guest: 0 here. */
  readonly memoryBytes: number;
}

/** What takes over while a migratable logical port is away (Hybrid Network Virtualization). */
export type BackupDevice =
  /** A virtual Ethernet adapter on a virtual network. */
  | { readonly type: 'veth'; readonly network: string }
  /** A vNIC, backed by a logical port of another physical port: `logicalPort` is its id. */
  | { readonly type: 'vnic'; readonly logicalPort: string };

/** A configured logical port: a VF that belongs to a partition. */
export interface LogicalPortConfig {
  /** Number of the VF in its adapter, from 0: the id, the PHB, its BUID and its DRC name follow from it. */
  readonly index: number;
  readonly physPort: number;
  /** n of the location code's `-S<n>`: zero-based in its physical port. */
  readonly place: number;
  readonly lpar: number;
  /** Share of the physical port, percent with at most two decimals. */
  readonly capacity: number;
  readonly type: 'eth' | 'roce';
  /** The HMC's config_id: 16384 and more = it backs a vNIC. */
  readonly configId: number;
  /** Port VLAN id; 0: none. */
  readonly pvid: number;
  readonly promiscuous: boolean;
  /** A migratable port; without it, a direct VF keeps its partition from live migration. */
  readonly backup?: BackupDevice;
}

/** An adapter in shared (SR-IOV) mode. */
export interface SharedAdapter {
  /** `adapter_id`, from 1. */
  readonly id: number;
  readonly logicalPorts: readonly LogicalPortConfig[];
}

/** A slot of the I/O backplane with what is plugged in. */
export interface SlotConfig {
  /** End of its location code: `C4`. */
  readonly name: string;
  /** `bus_id`: the DRC index is 0x21010000 + this. */
  readonly bus: number;
  /** Model of the adapter (adapter-models.ts). */
  readonly model: string;
  /** Dedicated mode: the partition that has the slot, if any. */
  readonly owner?: number;
  /** Set in shared mode. */
  readonly shared?: SharedAdapter;
}

/** A virtual NIC: the partition sees one adapter, a Virtual I/O Server owns the logical ports behind it. */
export interface VnicConfig {
  readonly lpar: number;
  /** Virtual slot in the client. */
  readonly slot: number;
  readonly backing: readonly {
    readonly vios: number;
    /** Id of the logical port: `27008001`. */
    readonly logicalPort: string;
    /** 1 to 100, the least is the first choice. */
    readonly priority: number;
  }[];
}

export interface SystemConfig {
  /** What `-m` takes. */
  readonly name: string;
  /** `unit_phys_loc`: the beginning of all location codes. */
  readonly unit: string;
  /** The learner's guest among `lpars`. */
  readonly guest: number;
  readonly lpars: readonly LparConfig[];
  readonly slots: readonly SlotConfig[];
  readonly vnics: readonly VnicConfig[];
}
