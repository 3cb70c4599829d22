/* C baseline of the TCE hcalls: what a plain program does for the same calls with the same checks (window lookup by LIOBN,
 * rounding, range, limits). Not a model of anything; it only says what this machine can do.
 * Usage: hcall-baseline NAME SECONDS; prints operations per CPU second. */
#define _POSIX_C_SOURCE 199309L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define H_SUCCESS 0
#define H_PARAMETER (-4)
#define ENTRIES (1u << 18)
#define WINDOWS 16

struct window {
  uint32_t liobn;
  uint32_t shift;
  uint64_t start;
  uint64_t entries;
  uint64_t *table;
};

static struct window windows[WINDOWS];
static uint8_t *memory;
static const uint64_t memory_bytes = 64u << 20;

static struct window *find(uint64_t liobn) {
  if (liobn >> 32) return NULL;
  uint32_t at = (uint32_t)(liobn ^ (liobn >> 7) ^ (liobn >> 16)) & (WINDOWS - 1);
  for (int i = 0; i < WINDOWS; i++, at = (at + 1) & (WINDOWS - 1)) {
    if (windows[at].entries == 0) return NULL;
    if (windows[at].liobn == liobn) return &windows[at];
  }
  return NULL;
}

static long put_tce(uint64_t *regs) {
  struct window *w = find(regs[1]);
  if (!w) return H_PARAMETER;
  uint64_t ioba = regs[2] & ~((1ull << w->shift) - 1);
  uint64_t index = (ioba - w->start) >> w->shift;
  if (index >= w->entries) return H_PARAMETER;
  w->table[index] = regs[3];
  return H_SUCCESS;
}

static long get_tce(uint64_t *regs) {
  struct window *w = find(regs[1]);
  if (!w) return H_PARAMETER;
  uint64_t ioba = regs[2] & ~((1ull << w->shift) - 1);
  uint64_t index = (ioba - w->start) >> w->shift;
  if (index >= w->entries) return H_PARAMETER;
  regs[1] = w->table[index];
  return H_SUCCESS;
}

static long stuff_tce(uint64_t *regs) {
  struct window *w = find(regs[1]);
  if (!w || regs[4] > w->entries || regs[4] == 0) return H_PARAMETER;
  uint64_t ioba = regs[2] & ~((1ull << w->shift) - 1);
  uint64_t index = (ioba - w->start) >> w->shift;
  if (index >= w->entries) return H_PARAMETER;
  uint64_t end = index + regs[4] < w->entries ? index + regs[4] : w->entries;
  for (uint64_t i = index; i < end; i++) w->table[i] = regs[3];
  return end - index == regs[4] ? H_SUCCESS : H_PARAMETER;
}

static long put_tce_indirect(uint64_t *regs) {
  struct window *w = find(regs[1]);
  if (!w || regs[4] > 512 || regs[4] == 0 || (regs[3] & 0xfff) || regs[3] + 4096 > memory_bytes) return H_PARAMETER;
  uint64_t ioba = regs[2] & ~((1ull << w->shift) - 1);
  uint64_t index = (ioba - w->start) >> w->shift;
  if (index >= w->entries) return H_PARAMETER;
  uint64_t end = index + regs[4] < w->entries ? index + regs[4] : w->entries;
  const uint64_t *list = (const uint64_t *)(memory + regs[3]);
  for (uint64_t i = index; i < end; i++) w->table[i] = __builtin_bswap64(list[i - index]);
  return end - index == regs[4] ? H_SUCCESS : H_PARAMETER;
}

static long unknown(uint64_t *regs) {
  (void)regs;
  return -2;
}

typedef long (*perform)(uint64_t *);
static perform table[0x100];

/* Not inlined: a guest reaches the dispatch through a door. */
__attribute__((noinline)) static long hcall(uint64_t *regs) {
  uint64_t opcode = regs[0];
  perform f = opcode < 0x400 && !(opcode & 3) ? table[opcode >> 2] : unknown;
  long ret = f(regs);
  regs[0] = (uint64_t)ret;
  return ret;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static uint32_t state = 12345;
static uint32_t rng(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const char *name = argv[1];
  double seconds = atof(argv[2]);
  uint32_t liobns[] = {0x80000000u, 0x80000001u};
  for (int i = 0; i < 2; i++) {
    uint32_t at = (liobns[i] ^ (liobns[i] >> 7) ^ (liobns[i] >> 16)) & (WINDOWS - 1);
    while (windows[at].entries) at = (at + 1) & (WINDOWS - 1);
    windows[at] = (struct window){liobns[i], 16, i ? 0x0800000000000000ull : 0, ENTRIES, calloc(ENTRIES, 8)};
  }
  for (int i = 0; i < 0x100; i++) table[i] = unknown;
  table[0x1c >> 2] = get_tce;
  table[0x20 >> 2] = put_tce;
  table[0x138 >> 2] = stuff_tce;
  table[0x13c >> 2] = put_tce_indirect;
  memory = calloc(1, memory_bytes);
  uint64_t *lists = (uint64_t *)memory;
  for (int i = 0; i < 16 * 512; i++) lists[i] = __builtin_bswap64(((uint64_t)rng() << 12) | 3);

  uint32_t where[4096];
  for (int i = 0; i < 4096; i++) where[i] = rng() & (ENTRIES - 1);
  int is_put = !strcmp(name, "put"), is_get = !strcmp(name, "get");
  int is_stuff = !strncmp(name, "stuff", 5), is_indirect = !strncmp(name, "indirect", 8);
  if (!is_put && !is_get && !is_stuff && !is_indirect) return 2;
  int aligned = strstr(name, "aligned") != NULL && strstr(name, "unaligned") == NULL;
  uint64_t opcode = is_put ? 0x20 : is_get ? 0x1c : is_stuff ? 0x138 : 0x13c;
  uint64_t count = 0, failures = 0;
  double start = now(), spent = 0;
  while (spent < seconds) {
    for (int round = 0; round < (is_put || is_get ? 64 : 1); round++) {
      for (int i = 0; i < 4096; i++) {
        uint64_t index = where[i];
        if (is_stuff || is_indirect) index = aligned ? index & ~511ull : index % (ENTRIES - 512);
        uint64_t regs[10] = {opcode, 0x80000001u, 0x0800000000000000ull + (index << 16)};
        regs[3] = is_indirect ? (uint64_t)(i & 15) << 12 : ((uint64_t)i << 16) | (is_stuff && (i & 1) ? 0 : 3);
        regs[4] = 512;
        if (hcall(regs)) failures++;
        count++;
      }
    }
    spent = now() - start;
  }
  if (failures) return 1;
  printf("%.0f\n", (double)count / spent);
  return 0;
}
