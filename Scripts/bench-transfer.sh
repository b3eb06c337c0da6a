#!/bin/bash
# What transfer learning is worth on few images: trains resnet20-cifar on five classes of CIFAR-10, then on some
# images of each of the five others, from random weights and from those, and prints the median accuracy over seeds.
#
#   Scripts/bench-transfer.sh FOLDER [IMAGES_PER_CLASS] [SEEDS]
#
# FOLDER holds train/CLASS/* and test/CLASS/* of CIFAR-10.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -lt 1 ]; then
  echo "usage: Scripts/bench-transfer.sh FOLDER [IMAGES_PER_CLASS] [SEEDS]" >&2
  exit 2
fi
folder=$(cd "$1" && pwd) images=${2:-50} seeds=${3:-3}
swift build -c release --quiet --product fovea
fovea=$(swift build -c release --show-bin-path)/fovea
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

for class in airplane bird cat frog ship; do
  mkdir -p known/train known/test
  cp -r "$folder/train/$class" known/train/
  cp -r "$folder/test/$class" known/test/
done
for class in automobile deer dog horse truck; do
  mkdir -p "new/train/$class" new/test
  find "$folder/train/$class" -type f | sort | sed -n "1,${images}p" | xargs cp -t "new/train/$class"
  cp -r "$folder/test/$class" new/test/
done

train() { "$fovea" train "$@" --augment standard --quiet | awk '/^Accuracy/ { print $2; exit }'; }
median() { printf '%s\n' "$@" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

echo "five known classes: $(train known --model resnet20-cifar --epochs 8 --batch-size 128 --out known-run) %"
scratch=() head=() all=()
for ((seed = 0; seed < seeds; seed++)); do
  common=(new --batch-size 25 --seed "$seed")
  scratch+=("$(train "${common[@]}" --model resnet20-cifar --epochs 40 --out "scratch-$seed")")
  head+=("$(train "${common[@]}" --from known-run --new-head --body-lr-factor 0 --epochs 40 --out "head-$seed")")
  all+=("$(train "${common[@]}" --from known-run --new-head --freeze-body 10 --epochs 40 --out "all-$seed")")
done
echo "$images images of each of five new classes, median of $seeds seeds:"
echo "  random weights                    $(median "${scratch[@]}") %"
echo "  known weights, new head alone     $(median "${head[@]}") %"
echo "  known weights, head and then all  $(median "${all[@]}") %"
