// zlib, from the system: apt install zlib1g-dev, or brew install zlib.
#include <zlib.h>
