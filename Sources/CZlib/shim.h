// The system's zlib: deflated members of .npz archives.
#include <zlib.h>
