# Finds vectors that the innermost loops with multiply-adds keep on the stack, in the assembly of a NEON variant:
# clang -S … | awk -f Scripts/check-spills.awk
#
# A loop is what lies between a label and a branch back to it. Fails where a loop does so that is not excused
# below, or where the largest tile of a micro-kernel, of floats or of 8-bit numbers, is not there to be looked at.

BEGIN {
  # Up to 36 products of a tile are alive at once, with 32 registers.
  excused = "winograd"
  # Arrays in memory, of which each block of rows reads and writes a part.
  excused = excused "|^batch_norm_combine_neon$"
  # Two polynomials and their constants for each element: a few constants are read anew from the stack.
  excused = excused "|^(gelu|gelu_gradient|softplus|local_response_norm|local_response_norm_gradient)_neon$"
}

/^[A-Za-z_][A-Za-z_0-9]*:/ { name = $1; sub(/:.*/, "", name); delete place; last = 0 }
/^\.L[A-Za-z_0-9]*:/ { label = $1; sub(/:.*/, "", label); place[label] = NR }
/\t(fmla|mla|smlal|smlal2)\t/ { multiplies[NR] = 1 }
/\t(str|stp|stur|ldr|ldp|ldur)\tq[0-9]+,.*\[(sp|x29)/ { uses_stack[NR] = 1 }

$1 ~ /^(b|b\.[a-z]+|cbz|cbnz|tbz|tbnz)$/ && ($NF in place) {
  first = place[$NF]
  if (first < last) next  # not innermost: a loop ended after its label
  last = NR
  products = spills = 0
  for (line = first; line < NR; line++) {
    products += line in multiplies
    spills += line in uses_stack
  }
  if (!products) next
  loops++
  if (products > tile[name]) tile[name] = products
  if (!spills) next
  is_excused = name ~ excused
  if (!is_excused) failures++
  printf "%s: %d multiply-adds, vectors read or written on the stack %d times%s\n",
    name, products, spills, is_excused ? " (expected)" : ""
}

END {
  floats = tile["run_panel"]
  integers = tile["run_quantized_rows"]
  printf "%d innermost loops with multiply-adds, micro-kernels' with up to %d of floats, %d of integers; %d spill\n",
    loops, floats, integers, failures
  exit failures > 0 || floats < 28 || integers < 52
}
