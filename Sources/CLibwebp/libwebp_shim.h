// libwebp, from the system: apt install libwebp-dev, or brew install webp.
#include <webp/decode.h>
