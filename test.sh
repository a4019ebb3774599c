#!/usr/bin/env bash
# Sets up what is missing, builds, and runs all tests. Extra arguments go to the test runner.
set -euo pipefail
cd "$(dirname "$0")"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet build Kindred.slnx -c Release -v quiet
status=0
artifacts/bin/Kindred.Tests/release/Kindred.Tests -noColor "$@" 2>&1 | tee "$log" || status=$?
awk 'match($0, /Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+/) {
  split(substr($0, RSTART, RLENGTH), n, /[:,] */); failed = n[4] + n[6]
  printf "%d passed, %d failed, %d skipped\n", n[2] - failed - n[8], failed, n[8] }' "$log"
exit $status
