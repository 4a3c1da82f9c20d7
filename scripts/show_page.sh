#!/bin/bash
# show_page.sh PAGE - prints the page's path, and opens it where there is a display.
set -euo pipefail

page=$(realpath "$1")
echo "page: $page"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && command -v xdg-open >/dev/null; then
  xdg-open "$page" </dev/null >/dev/null 2>&1 &
fi
