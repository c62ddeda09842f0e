/* Put before all objects with counters: these begin on a page of their own. See last.c. */
#define PAGE 4096

__attribute__((used, retain, aligned(PAGE),
               section("__llvm_prf_cnts"))) static char first_of_counters[PAGE];
__attribute__((used, retain, aligned(PAGE),
               section("__llvm_prf_bits"))) static char first_of_bits[PAGE];
