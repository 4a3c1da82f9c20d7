#!/bin/bash
# test_command_train.sh - liplaw train from the outside: files, JSON, bad options, Ctrl-C, real data.
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/command_test.sh"

# refused STATUS WORD ARGUMENT...: exits so, says the word in one line, writes no file
refused() {
  local expected=$1 word=$2 status=0
  shift 2
  "$LIPLAW" train "$@" -o none.onnx >out 2>err || status=$?
  [ $status = "$expected" ] || fail "'$*' exits with $status, not $expected"
  grep -q -e "$word" err || fail "'$*' does not say '$word': $(cat err)"
  [ "$(wc -l <err)" = 1 ] || fail "'$*' says more than one line: $(cat err)"
  [ -z "$(ls | grep none.onnx || true)" ] || fail "'$*' leaves a file"
}

"$LIPLAW" sample gaussian --n 200 --d 20 --seed 3 -o x.npz >/dev/null

# Fits, says so, and says it of the file.
"$LIPLAW" train x.npz -k 100 -o net.onnx --json >out 2>err
[ ! -s err ] || fail "messages where all is well: $(cat err)"
holds "a['status'] == 'ok' and a['fitted'] is True and a['accuracy'] == 1 and a['loss'] <= 0.02"
holds "(a['n'], a['d'], a['k'], a['parameters']) == (200, 20, 100, 100 * 20 + 100 + 100 + 1)"
holds "0 < a['steps'] < 4000 and a['seconds'] > 0 and a['kernel'] in ('generic', 'avx2', 'avx512')"
holds "a['activation'] == 'relu' and a['options']['lr'] == 1e-3 and a['options']['batch-norm'] is True"
[ -s net.onnx ] || fail "no network"

# The same seed gives the same bytes, on one thread as on two.
"$LIPLAW" train x.npz -k 100 --threads 1 -o one.onnx >/dev/null
"$LIPLAW" train x.npz -k 100 --threads 2 -o two.onnx >/dev/null
cmp -s one.onnx net.onnx && cmp -s two.onnx net.onnx || fail "threads change the network"
"$LIPLAW" train x.npz -k 100 --seed 1 -o other.onnx >/dev/null
cmp -s other.onnx net.onnx && fail "another seed gives the same network"

# Not fitted is a result, and written.
"$LIPLAW" train x.npz -k 100 --steps 3 -o short.onnx --json >out
holds "a['status'] == 'ok' and a['fitted'] is False and a['steps'] == 3 and a['loss'] > 0.02"
[ -s short.onnx ] || fail "an unfitted network is not written"

# Activations, batches, no batch norm, no bias.
for activation in identity relu leaky-relu abs tanh softplus square; do
  "$LIPLAW" train x.npz -k 30 --steps 5 --activation $activation -o a.onnx --json >out
  holds "a['activation'] == '$activation'"
done
"$LIPLAW" train x.npz -k 100 --batch 50 -o batch.onnx --json >out
holds "a['fitted'] and a['accuracy'] == 1"
"$LIPLAW" train x.npz -k 100 --no-batch-norm -o plain.onnx --json >out
holds "a['fitted'] and a['parameters'] == 100 * 20 + 100 + 100 + 1"
"$LIPLAW" train x.npz -k 100 --no-bias -o bare.onnx --json >out
holds "a['fitted'] and a['parameters'] == 100 * 20 + 100 and a['options']['batch-norm'] is False"

# What cannot be asked for.
refused 2 batch-norm x.npz -k 10 --no-bias --batch-norm
refused 2 '--k' x.npz
refused 2 '--k' x.npz -k 0
refused 2 '--lr' x.npz -k 10 --lr nan
refused 2 '--activation' x.npz -k 10 --activation step
refused 2 '--batch' x.npz -k 10 --batch 1
refused 2 'no option' x.npz -k 10 --epochs 5
refused 1 'missing.npz' missing.npz -k 10
printf '1,2,cat\n2,1,dog\n3,3,cow\n' >words.csv
refused 1 '--positive' words.csv -k 10
printf '1,2,nan\n' >nan.csv
refused 1 'nan.csv' nan.csv -k 10
printf '1,2,0\n3,inf,1\n' >inf.csv
refused 1 'inf.csv' inf.csv -k 10

# With the bound beside the error the certified constant is smaller, at equal fit; JSON names both.
"$LIPLAW" sample sphere --n 200 --d 20 --labels balanced --seed 4 -o minimise.npz >/dev/null
upper() {
  "$LIPLAW" measure "$1" --no-search --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["upper"])'
}
"$LIPLAW" train minimise.npz -k 100 -o plain.onnx --json >out
holds "a['fitted'] and a['options']['minimise'] == 'nothing'"
"$LIPLAW" train minimise.npz -k 100 --minimise lipschitz --weight 0.3 -o smooth.onnx --json >out
holds "a['fitted'] and a['loss'] <= 0.02 and a['options']['minimise'] == 'lipschitz'"
holds "a['options']['weight'] == 0.3"
python3 -c "import sys; sys.exit(not float('$(upper smooth.onnx)') < float('$(upper plain.onnx)') / 1.25)" ||
  fail "minimised $(upper smooth.onnx), plain $(upper plain.onnx)"

# Interrupted: no file, and the object says so.
for signal in INT TERM; do
  "$LIPLAW" sample gaussian --n 2000 --d 50 -o large.npz >/dev/null
  for seconds in 1 4 16; do # a busy machine may not have come to listen within one
    status=0
    timeout -s $signal $seconds "$LIPLAW" train large.npz -k 50 --steps 1000000 --eps 0 -o none.onnx \
      --json >out 2>err || status=$?
    [ $status = 124 ] || fail "SIG$signal: timeout says $status"
    [ ! -s out ] || break
  done
  holds "a['status'] == 'interrupted'"
  [ -z "$(ls | grep none.onnx || true)" ] || fail "SIG$signal leaves a file"
done

# Real data, where it is: digits by their parity.
digits=$LIPLAW_TESTDATA/data/digits/optdigits.tra
if [ -r "$digits" ]; then
  "$LIPLAW" train "$digits" -k 500 --positive 0,2,4,6,8 --accuracy 0.98 -o digits.onnx --json >out
  holds "a['fitted'] and a['accuracy'] >= 0.98 and a['n'] == 3823 and a['d'] == 64"
else
  echo "skipped: no $digits"
fi
mnist=$LIPLAW_TESTDATA/data/mnist
if [ -r "$mnist/train-images-idx3-ubyte.gz" ] && [ -z "${LIPLAW_SANITIZE:-}" ]; then
  "$LIPLAW" train "$mnist/train-images-idx3-ubyte.gz:$mnist/train-labels-idx1-ubyte.gz" \
    --limit 10000 -k 500 --positive 0,2,4,6,8 --accuracy 0.98 -o mnist.onnx --json >out
  holds "a['fitted'] and a['accuracy'] >= 0.98 and a['n'] == 10000 and a['d'] == 784"
  holds "a['seconds'] < 60"
else
  echo "skipped: no $mnist, or a build with sanitizers"
fi

finish
