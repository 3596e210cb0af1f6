// The types of the system's libturbojpeg, which is loaded when the first JPEG comes: libjpeg-turbo
// behind functions that report errors by return values.
#include <turbojpeg.h>
