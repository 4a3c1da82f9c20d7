#!/bin/bash
# setup.sh GROUP... - installs the packages of these groups that are missing (Debian 12), or names
# them and stops. Does nothing where all are there. The list: packages.txt beside this file.
set -euo pipefail
umask 022

list=$(dirname "${BASH_SOURCE[0]}")/packages.txt
missing=()
for group in "$@"; do
  while read -r _ package; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] ||
      missing+=("$package")
  done < <(grep "^$group " "$list")
done
[ ${#missing[@]} -gt 0 ] || exit 0

stop() {
  echo "setup: $1; these Debian packages, or what stands for them, are missing:" >&2
  echo "  ${missing[*]}" >&2
  echo "setup: once they are there, 'make SETUP=no ...' goes on without looking for packages" >&2
  exit 1
}

system=$(. /etc/os-release 2>/dev/null && echo "${ID:-} ${VERSION_ID:-}") || true
[ "$system" = "debian 12" ] || stop "this system is not Debian 12"
as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || stop "not root, and there is no sudo"
  as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q
     -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
echo "setup: installing ${missing[*]}" >&2
"${apt[@]}" update </dev/null >&2 || stop "apt-get update failed"
"${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >&2 ||
  stop "apt-get install failed"
