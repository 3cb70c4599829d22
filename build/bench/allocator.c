/* C baseline of the allocator bench: next fit over a bitmap with pools and steps of 16, as a plain program does it. Not a model of
 * anything; it only says what this machine can do.
 * Usage: allocator NAME SECONDS; prints pairs of allocation and free per CPU second. */
#define _POSIX_C_SOURCE 199309L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct table {
  uint64_t *map;
  unsigned pools;
  unsigned long begin[5], end[5], hint[5];
};

static unsigned long next_zero(const uint64_t *map, unsigned long from, unsigned long size) {
  if (from >= size) return size;
  unsigned long w = from / 64;
  uint64_t free = ~map[w] & (~0ull << (from % 64));
  while (!free) {
    if (++w * 64 >= size) return size;
    free = ~map[w];
  }
  unsigned long bit = w * 64 + (unsigned long)__builtin_ctzll(free);
  return bit < size ? bit : size;
}

static void init(struct table *t, unsigned long size, unsigned pools) {
  t->map = calloc(size / 64 + 1, 8);
  t->pools = pools;
  unsigned long each = size * 3 / 4 / pools;
  for (unsigned i = 0; i <= pools; i++) {
    t->begin[i] = t->hint[i] = each * i;
    t->end[i] = i == pools ? size : each * (i + 1);
  }
  t->map[0] = 1;
}

static __attribute__((noinline)) long take_one(struct table *t, unsigned cpu) {
  unsigned pool = (cpu * 0x61c88647u >> 30) & (t->pools - 1);
  for (unsigned pass = 0; pass <= t->pools + 1; pass++) {
    unsigned long from = t->hint[pool] < t->end[pool] ? t->hint[pool] : t->begin[pool];
    unsigned long bit = next_zero(t->map, from, t->end[pool] - 1);
    if (bit < t->end[pool] - 1) {
      t->map[bit / 64] |= 1ull << (bit % 64);
      t->hint[pool] = (bit + 16) & ~15ul;
      return (long)bit;
    }
    if (pass > 0) pool = (pool + 1) & (t->pools - 1);
    t->hint[pool] = t->begin[pool];
  }
  return -1;
}

static void give_back(struct table *t, long bit) { t->map[bit / 64] &= ~(1ull << (bit % 64)); }

static double cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int full = strcmp(argv[1], "full") == 0;
  double seconds = atof(argv[2]), start;
  struct table t;
  init(&t, 1ul << 17, 1);
  unsigned held = full ? 98304u * 9 / 10 : 1;
  int *at = malloc(held * sizeof *at);
  for (unsigned i = 0; i < held; i++) at[i] = (int)take_one(&t, 0);
  uint32_t random = 12345;
  unsigned long pairs = 0;
  start = cpu_seconds();
  do {
    for (int i = 0; i < 100000; i++) {
      random = random * 1664525u + 1013904223u;
      unsigned which = (random >> 8) % held;
      give_back(&t, at[which]);
      at[which] = (int)take_one(&t, 0);
    }
    pairs += 100000;
  } while (cpu_seconds() - start < seconds);
  printf("%.0f\n", (double)pairs / (cpu_seconds() - start));
  return 0;
}
