#!/bin/bash
# run.sh [OPTION...] - times training beside PyTorch and beside the bare product (see compare.py), and
# bounds beside other solvers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

/usr/bin/python3 -c 'import torch' 2>/dev/null || scripts/setup.sh bench
cmake --build build --target bench_train bench_smallest_constant bench_semidefinite bench_small_networks \
  bench_evaluate bench_sectors >/dev/null

# compare TABLE OPTION...: fills a table of the README, and the results file of that name.
compare() {
  local table=$1
  shift
  /usr/bin/python3 bench/compare.py build/bench_train "bench/results/$table.csv" bench/README.md \
    --table "$table" "$@"
}
compare train "$@"

# OpenBLAS, with which Debian's PyTorch multiplies, does not know CPUs newer than itself and falls back
# to kernels a fifth as fast. There PyTorch is timed at its best too.
if [ -z "${OPENBLAS_CORETYPE:-}" ] && grep -qw avx512vl /proc/cpuinfo; then
  OPENBLAS_CORETYPE=SkylakeX compare train-best-pytorch "$@"
fi

build/bench_smallest_constant 10000 1000 | tee bench/results/smallest-constant.txt

OPENBLAS_CORETYPE=${OPENBLAS_CORETYPE:-$(grep -qw avx512vl /proc/cpuinfo && echo SkylakeX || true)} \
  /usr/bin/python3 bench/evaluate.py build/bench_evaluate ../shared/testdata/onnx bench/results/evaluate.csv \
  bench/README.md

/usr/bin/python3 bench/semidefinite.py build/bench_semidefinite bench/results/semidefinite.csv \
  bench/README.md

/usr/bin/python3 bench/sectors.py build/bench_sectors bench/results/sectors.csv bench/README.md

# Brackets on two-layer networks: the known ones (where the test data are), experiment 1 at the paper's
# scale, small dimensions, trained and large networks. Networks are kept in out/bench.
/usr/bin/python3 bench/brackets.py build/liplaw out/bench bench/results/brackets bench/README.md

# Every network of the test data, where they are, and what is asked of some of them.
if [ -d ../shared/testdata ]; then
  /usr/bin/python3 bench/networks.py build/liplaw bench/results/networks bench/README.md
  /usr/bin/python3 bench/deep.py build/liplaw out/bench bench/results/deep bench/README.md \
    build/bench_sectors bench/results/networks.csv
fi

/usr/bin/python3 bench/small_networks.py build/bench_small_networks 10000 \
  bench/results/small-networks.csv bench/README.md
