// libpng, from the system: apt install libpng-dev, or brew install libpng.
#include <png.h>
