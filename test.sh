#!/usr/bin/env bash
# Installs what is missing, builds, and runs all tests; the last line counts them. Arguments go to the test runner.
# Tests on CIFAR-10 run where KINDRED_DATA names the folder that holds cifar-10-batches-bin, and are skipped elsewhere.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
source eng/setup.sh
setup_tests
setup Kindred.slnx Kindred.slnx src tests bench
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
artifacts/bin/Kindred.Tests/release/Kindred.Tests -noColor "$@" </dev/null 2>&1 | tee "$log" || status=$?
awk 'match($0, /Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+/) {
  split(substr($0, RSTART, RLENGTH), n, /[:,] */); failed = n[4] + n[6]; found = 1
  printf "%d passed, %d failed, %d skipped\n", n[2] - failed - n[8], failed, n[8] }
  END { if (!found) { print "0 passed, 1 failed, 0 skipped"; exit 1 } }' "$log" || status=1
exit "$status"
