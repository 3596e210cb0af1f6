// The system's OpenBLAS: single and double precision matrix products.
#include <cblas.h>
