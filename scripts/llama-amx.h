/* Read before each C++ file of llama.cpp (see llama-trim.cmake). GCC's own _tile_loadconfig tells the compiler that it reads
   8 bytes of the 64 of a tile configuration; what is stored in the rest is then dropped as never read. */
#if defined(__AMX_TILE__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>
#undef _tile_loadconfig
#define _tile_loadconfig(config) __asm__ volatile("ldtilecfg\t%X0" : : "m"(*(const char(*)[64])(config)))
#endif
