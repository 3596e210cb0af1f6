// The system's libturbojpeg: libjpeg-turbo behind functions that report errors by return values.
#include <turbojpeg.h>
