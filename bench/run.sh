#!/bin/bash
# run.sh [OPTION...] - times training beside PyTorch and beside the bare product: see compare.py.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

/usr/bin/python3 -c 'import torch' 2>/dev/null || scripts/setup.sh bench
cmake --build build --target bench_train >/dev/null
/usr/bin/python3 bench/compare.py build/bench_train bench/results/train.csv bench/README.md "$@"
