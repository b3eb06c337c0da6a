// libjpeg-turbo, from the system: apt install libjpeg-dev, or brew install jpeg-turbo.
#include <stddef.h>
#include <stdio.h>
#include <jpeglib.h>
