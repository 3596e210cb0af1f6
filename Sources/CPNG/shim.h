// The system's libpng, of which only the simplified API (png_image_*) is used: it reports errors by
// return values, where the others jump.
#include <png.h>
