// What the C library of Linux declares only to programs that ask for it with _GNU_SOURCE, or in
// headers that Swift's Glibc module leaves out.
#include <sys/types.h>

#if defined(__linux__)
int fallocate(int descriptor, int mode, off_t offset, off_t count);
#endif

#if defined(__GLIBC__)
#include <malloc.h>
#endif
