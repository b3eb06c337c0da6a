#!/bin/bash
# Installs the system packages that Fovea needs and this machine lacks. Silent where nothing is missing.
set -euo pipefail

if ! command -v swift > /dev/null; then
  echo "Fovea needs Swift 6.2 or later, and there is no swift on the PATH." >&2
  echo "Get it from https://www.swift.org/install and run this again." >&2
  exit 1
fi

# One line a library: its header, its Debian package, its Homebrew formula ("-": part of the system).
libraries="
zlib.h         zlib1g-dev     -
openssl/evp.h  libssl-dev     -
jpeglib.h      libjpeg-dev    jpeg-turbo
png.h          libpng-dev     libpng
webp/decode.h  libwebp-dev    webp
sqlite3.h      libsqlite3-dev -
"

compiler=$(command -v clang || command -v cc)
system=$(uname -s)
missing=()
while read -r header debian homebrew; do
  [ -n "$header" ] || continue
  if [ "$system" = Darwin ]; then
    [ "$homebrew" = - ] || [ -d "$(brew --prefix)/opt/$homebrew" ] || missing+=("$homebrew")
  else
    "$compiler" -E -include "$header" -x c /dev/null > /dev/null 2>&1 || missing+=("$debian")
  fi
done <<< "$libraries"

[ ${#missing[@]} -gt 0 ] || exit 0

echo "Fovea needs packages that this system lacks: ${missing[*]}"
if [ "$system" = Darwin ]; then
  install=(brew install "${missing[@]}")
elif command -v apt-get > /dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  echo "+ ${as_root[*]:+sudo }apt-get update"
  ${as_root[@]+"${as_root[@]}"} apt-get update -qq
  install=(${as_root[@]+"${as_root[@]}"} apt-get install -y -qq --no-install-recommends "${missing[@]}")
else
  echo "Install them (named as in Debian) with this system's package manager; run this again." >&2
  exit 1
fi
echo "+ ${install[*]}"
"${install[@]}"
