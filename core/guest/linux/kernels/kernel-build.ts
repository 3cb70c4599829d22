// What a Linux build is to this model: data. Every field is a fact about arch/powerpc (platforms/pseries/iommu.c,
// kernel/iommu.c, kernel/dma-iommu.c) of that build, with the reason to believe it. Code reads fields, never an id.

/** verified: seen in recordings of this build; documented: its source or changelog; observed: somebody's log; assumed: inferred. */
export type Grade = 'verified' | 'documented' | 'observed' | 'assumed';

export interface Graded<T> {
  readonly value: T;
  readonly grade: Grade;
  /** Tags of docs/kernel-sources.md ("S2", "C7"), or which recordings show it. */
  readonly source: string;
}

/** One entry of iommu_get_page_shift()'s table: bit number in the query's mask = position in the list. */
export type PageShiftTable = readonly number[];

/** The wordings that changed over time. `%` is filled by the printing code. */
export interface MessageForms {
  /** ibm,query-pe-dma-windows: with the block, page mask and window count at the end, or without. */
  readonly queryShowsAnswer: boolean;
  /** "direct window" (old) or "DMA window" in the lines about removal. */
  readonly windowNoun: 'direct window' | 'DMA window';
  /** "failed to map direct window for" or "failed to map DMA window for". */
  readonly mapNoun: 'direct window' | 'DMA window';
  /** "no supported direct page size in mask" (old) or "no supported page size in mask". */
  readonly pageSizeNoun: 'direct page size' | 'page size';
  /** The line "lsa_required: ..., lsa_enabled: ..., direct mapping: ..." at the end of every enable_ddw(). */
  readonly lsaLine: boolean;
  /** "64-bit OK but direct DMA is limited by": only when limited (warn), or always (info). */
  readonly limitLine: 'warn-when-limited' | 'info-always';
  /** "can't map partition max": the first generation wrote "partiton". */
  readonly fitNoun: 'partiton' | 'partition';
}

export interface KernelBuild {
  /** `5.13`, `6.1.176`: what MachineConfig.kernel names. */
  readonly id: string;
  readonly title: string;
  /** What this generation has to tell, in one sentence. */
  readonly story: string;
  /** Generation in docs/kernel-sources.md: `G1b`, `G2a`. */
  readonly generation: string;
  /** Release name of recordings (`uname -r` without flavour): an alias of `id`. */
  readonly releases: readonly string[];
  /** Base page sizes that this build comes in. */
  readonly pageBytes: Graded<readonly number[]>;
  readonly messages: Graded<MessageForms>;

  // enable_ddw(): what leads to a window
  /** Who asks for a window: dma_set_mask() of the platform ("Using 64-bit direct DMA at offset"), or every mask ("64-bit OK"). */
  readonly maskHook: Graded<'set-mask' | 'every-mask'>;
  /** Which masks ask for a window: 64 bits only, or anything above 32 (below 64: limited addressing). */
  readonly ddwMask: Graded<'64-bit' | 'above-32-bit'>;
  readonly limitedMode: Graded<boolean>;
  /** How pci_dma_find() or its ancestor finds the PE: by an existing table group, or by the three properties. */
  readonly windowSearch: Graded<'table-group' | 'properties'>;
  /** A window that the list already has counts as direct: always, when it spans max RAM, or as was stored. */
  readonly existingIsDirect: Graded<'always' | 'covers-ram' | 'stored'>;
  /** ibm,query-pe-dma-windows: always the answer of five words, or six where `ibm,ddw-extensions` says so. */
  readonly queryForm: Graded<'short' | 'by-extension'>;
  /** No window free: remove the default one (needs the reset extension). */
  readonly allowDefaultRemoval: Graded<boolean>;
  /** iommu_table_in_use() before the removal; `buggy` counts the reserved bit 0 of a window at bus address 0. */
  readonly inUseCheck: Graded<'none' | 'buggy' | 'ok'>;
  readonly pageShifts: Graded<PageShiftTable>;
  readonly pagePreference: Graded<'highest-bit' | 'largest-shift'>;
  /** ddw_memory_hotplug_max(): hotplug maximum and end of RAM; memory nodes too; or the dynamic-memory facts alone (0 without). */
  readonly memoryEnd: Graded<'hotplug-max' | 'hotplug-max-and-memory-nodes' | 'dynamic-memory-only'>;
  /** With persistent memory (`ibm,pmemory`) it is all that can be addressed. */
  readonly memoryEndCountsPmem: Graded<boolean>;
  /** Persistent memory: the window's length does not ask for it, or reaches it where the block allows and else leaves it out. */
  readonly pmem: Graded<'unknown' | 'all-or-skipped'>;
  readonly maxPhysmemBits: Graded<number>;
  /** "Does it fit": largest block in TCEs against the bytes to map, against 2^(len - shift), or its order against len (which rounds up). */
  readonly fitTest: Graded<'bytes' | 'tces' | 'order'>;
  /** Too small a block, or a replaced default with pmem: a dynamically mapped window (false: no window). */
  readonly indirect: Graded<boolean>;
  /** One window split into a 1:1 part for RAM and a dynamic part for pmem, when RAM + this many bytes fit. 0: never. */
  readonly hybridMinBytes: Graded<number>;
  /** A failure after the decision still returns "direct" for that call. */
  readonly failureKeepsDirect: Graded<boolean>;
  /** The default window's table when the default window was removed. */
  readonly removedDefaultTable: Graded<'kept' | 'emptied-if-indirect' | 'freed'>;
  /** Slot of the new dynamic table after the default was removed, and whether a direct window leaves the device no table. */
  readonly replacesFirstTable: Graded<boolean>;
  readonly propertyBeforeMapping: Graded<boolean>;
  /** `ibm,dma-window` leaves the tree with its window; a copy stays as `ibm,dma-window-saved`. */
  readonly removesProperty: Graded<boolean>;
  readonly saveProperty: Graded<boolean>;
  /** A mapping failure of a direct window takes the firmware's window down again (G1 forgot to). */
  readonly undoRemovesWindow: Graded<boolean>;
  /** Direct fill runs to the end of RAM, or to ddw_memory_hotplug_max() as well. */
  readonly fillEnd: Graded<'end-of-ram' | 'hotplug-max'>;
  /** bus_dma_limit: not set; pmem with a window of RAM size; pmem with a window below MAX_PHYSMEM; every direct window. */
  readonly busDmaLimit: Graded<'never' | 'pmem-ram-sized' | 'pmem-not-all' | 'every-direct'>;
  /** The bypass test compares the window's bus address with 0 (a window at 0 would be a failure). */
  readonly zeroAddressFails: Graded<boolean>;

  // Boot, kexec and hotplug
  /** A PE without any window property (firmware keeps it frozen): it gets no table, or the kernel dereferences NULL. */
  readonly windowMissing: Graded<'skipped' | 'panic'>;
  /** The crash kernel's tree names the windows that this kernel made; else it has `ibm,dma-window` alone, gone or not. */
  readonly kdumpCarriesWindows: Graded<boolean>;
  /** table_group_ops for VFIO: none, the host driver's table only, or windows of VFIO's own. */
  readonly vfioOps: Graded<'none' | 'borrowed' | 'own'>;
  /** vfio-pci binds to a function, or the VFIO core refuses it (-22: this platform cannot promise cache coherency). */
  readonly vfioBind: Graded<'works' | 'refused'>;
  /** A whole table is cleared (entry by entry) after its window was closed, or before. */
  readonly vfioClear: Graded<'after-unset' | 'before-unset'>;
  /** The sum of page sizes for GET_INFO is an int: a 16G page is lost. */
  readonly vfioPgsizesInt: Graded<boolean>;
  /** The user's view of a table (8 bytes a TCE) is never freed. */
  readonly vfioViewLeaks: Graded<boolean>;
  /** A CREATE that failed leaves the table's memory charged to the process. */
  readonly vfioFailedCreateCharged: Graded<boolean>;
  /** ibm,query-pe-dma-windows once per PE when its first device is set up (for VFIO's GET_INFO). */
  readonly queryAtScan: Graded<boolean>;
  readonly notifier: Graded<'all-windows' | 'direct-only'>;

  // iommu_table and TCE calls
  /** Most TCEs per H_STUFF_TCE when a table range is freed; null: no limit. DDW ranges: always 512. */
  readonly stuffLimit: Graded<number | null>;
  /** The PHB's MMIO32 range reserved in a dynamic table: in bytes by mistake, or in pages. */
  readonly mmioReserve: Graded<'bytes' | 'pages'>;
  readonly reservedRange: Graded<'must-fit' | 'clipped'>;
  /** The loop over reserved pages counts by an int: a range above 2^31 pages overwrites memory beside the bitmap. */
  readonly reserveIndex: Graded<'int' | 'long'>;
  /** Offset of a scatter element in its bus address: inside the kernel's page, or (right) inside the I/O page. */
  readonly sgOffset: Graded<'in-kernel-page' | 'in-io-page'>;
  /** Messages of the first printk_ratelimit() interval that other code of the boot has taken. */
  readonly ratelimitTakenAtBoot: Graded<number>;
  /** A small allocation that found no room tries the large pool at last. */
  readonly largePoolLastResort: Graded<boolean>;
  /** What a failed map_sg returns. */
  readonly mapSgFailure: Graded<number>;
  /** dma_iommu_dma_supported() judges the table that the device had before enable_ddw() may have replaced it. */
  readonly tableFetchedBeforeBypass: Graded<boolean>;
  /** dma_alloc_coherent() bypasses the table too (arch_dma_alloc_direct). */
  readonly coherentBypass: Graded<boolean>;
  /** Block drivers map each segment of a request by itself (dma_map_phys) instead of by dma_map_sg. */
  readonly mapsEachSegment: Graded<boolean>;
  /** A device that still holds the freed default table: its next map works on stale memory, or the kernel oopses. */
  readonly staleTable: Graded<{
    readonly afterIndirect: 'works' | 'oops';
    readonly afterDirect: 'works' | 'oops';
  }>;
}
