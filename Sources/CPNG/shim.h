// The types of the system's libpng, which is loaded when the first PNG comes. Only its simplified API
// (png_image_*) is used: it reports errors by return values, where the others jump.
#include <png.h>
