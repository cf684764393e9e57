#!/usr/bin/env bash
# Proves that a stranger's first two commands work: makes a bare Debian 12, puts the committed files into it
# and runs `./dev demo` and `./dev test` there. Needs root, debootstrap and about 3 GB in TMPDIR.
# Packages come from where this machine's own apt gets them. Usage: tests/bare_system.sh [COMMAND…]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
((EUID == 0)) || { echo "error: run as root" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "error: debootstrap is missing" >&2; exit 1; }

# Lines of "URI SUITE COMPONENT", whatever the form of the sources files.
sources=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
  grep -E ' bookworm(-updates|-security)? ' | sort -u)
mirror=$(awk '$2 == "bookworm" && $3 == "main" {print $1; exit}' <<<"$sources")
[[ -n $mirror ]] || { echo "error: apt knows no source of Debian 12 (bookworm main)" >&2; exit 1; }

root=$(mktemp -d "${TMPDIR:-/tmp}/shrike-bare.XXXXXX")
chmod 755 "$root"  # Others than root live in it, apt's download user among them.
clean_up() {
  for mounted in "$root/dev/pts" "$root/dev" "$root/sys" "$root/proc"; do
    mountpoint -q "$mounted" && { umount "$mounted" || umount -l "$mounted"; }
  done
  # A leftover mount must never be emptied along with the folder.
  rm -rf --one-file-system "$root"
}
trap clean_up EXIT

echo "==> Debian 12 from $mirror in $root"
debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root.log" 2>&1 || { tail -n 20 "$root.log"; exit 1; }
rm -f "$root.log"

sed 's/^/deb /' <<<"$sources" >"$root/etc/apt/sources.list"
apt-config dump Acquire | grep -iE 'proxy|check-valid|check-date|verify-' >"$root/etc/apt/apt.conf.d/90host" || true
cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"

inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb "$@"; }
inside apt-get -qq update
mkdir "$root/shrike"
git archive HEAD | tar -x -C "$root/shrike"
installed=$(inside dpkg-query -W | wc -l)
echo "==> Bare: $installed packages, no compiler: $(inside sh -c 'command -v g++ cmake || echo none')"

if (($#)); then
  inside sh -c 'cd /shrike && exec "$@"' sh "$@"
  exit
fi
for command in demo test; do
  start=$SECONDS
  echo "==> ./dev $command"
  inside sh -c "cd /shrike && ./dev $command"
  echo "==> ./dev $command worked after $((SECONDS - start)) s"
done
