#!/usr/bin/env bash
# Plants each bug of this folder in a copy of src/Actors, builds that, and simulates clusters with it until an invariant breaks.
# Arguments: patches (none: all). Prints one line a bug; exit code 1 if one does not apply, does not build, or is not found.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
source eng/setup.sh
seeds=${KINDRED_PLANTED_SEEDS:-2000}
program=$(dirname "$(readlink -f "${KINDRED_HOST:-artifacts/bin/Kindred.Host/release/kindred}")")
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
[ $# -gt 0 ] || set -- tests/planted/*.patch
cp -r --parents src/Actors src/Data src/Gpu src/*.targets Directory.*.props global.json .editorconfig "$copy"
cp -r "$program" "$copy/program"
plant() {
  if command -v git >/dev/null; then git -C "$copy" apply --whitespace=nowarn "$@"; else patch -d "$copy" -p1 -s "${@:1:$#-1}" -i "${@: -1}"; fi
}
build() {
  dotnet build "$copy/src/Actors/Kindred.Actors.csproj" -c Release -v quiet -nodeReuse:false -p:UseSharedCompilation=false \
    -p:RunAnalyzers=false -p:GenerateDocumentationFile=false -p:ShimFolder=/nonexistent -p:ShimLibrary="$copy/none" "$@" </dev/null
}
touch "$copy/none"
build >"$copy/log" 2>&1 || { cat "$copy/log"; exit 1; }
missed=0
for patch in "$@"; do
  name=$(basename "$patch" .patch) patch=$(readlink -f "$patch")
  if ! plant "$patch" >"$copy/log" 2>&1; then
    echo "$name: does not apply"; missed=1; continue
  fi
  if ! build --no-restore -p:BuildProjectReferences=false >"$copy/log" 2>&1; then
    echo "$name: does not build: $(grep -m1 error "$copy/log")"; missed=1
  else
    cp "$copy/artifacts/bin/Kindred.Actors/release/Kindred.Actors.dll" "$copy/program/"
    if "$copy/program/kindred" simulate seeds="$seeds" stop=true >"$copy/log" 2>&1; then
      echo "$name: NOT FOUND in $seeds seeds"; missed=1
    else
      echo "$name: $(grep -m1 '^seed' "$copy/log" | cut -c1-160)"
    fi
  fi
  plant -R "$patch"
done
exit $missed
