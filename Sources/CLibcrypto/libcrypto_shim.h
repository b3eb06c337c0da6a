// OpenSSL's libcrypto, from the system: apt install libssl-dev. Not used where CryptoKit is.
#include <openssl/evp.h>
