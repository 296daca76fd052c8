#!/bin/sh
# demo.sh BIN: a vendor's simulator, a plugin for it from the local marketplace, a sync of three streams,
# a question over the data, a second sync that fetches only what changed, and a sync that is killed and
# goes on.
set -eu
bin=$(cd "$1" && pwd)
work=$(mktemp -d)
export PATCHBAY_DATA="$work/data"
# No other plugins than those that are installed here.
unset PATCHBAY_PLUGINS
patchbay="$bin/patchbay"
vendor=

finish() {
  if [ -n "$vendor" ]; then kill "$vendor" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT INT TERM

step() { printf '\n\033[1m%s\033[0m\n' "$1"; }
requests() { curl -fsS "$url/_sandbox/stats" | sed 's/.*"total":\([0-9]*\).*/\1/'; }
show() { printf '$ patchbay %s\n' "$*"; "$patchbay" "$@"; }

step "1. A simulator of a CRM, with 20,000 records of each kind"
mkfifo "$work/line"
"$bin/patchbay-sandbox" --listen 127.0.0.1:0 --records 20000 --limit off --search-limit off >"$work/line" &
vendor=$!
read -r line <"$work/line"
url=${line##* }
echo "$line"

step "2. Install the plugin for it from the local marketplace: what it may reach, and what it costs"
show market install hubspot --yes

step "3. Connect to it (the token is sealed; the plugin never sees it)"
export DEMO_TOKEN=sandbox-token
show connection add demo --plugin hubspot --set base_url="$url" --set rate_limit=off \
  --set overlap_seconds=0 --secret token=env:DEMO_TOKEN
show connection check demo

step "4. The first sync: three streams side by side"
show sync run demo --stream contacts --stream companies --stream deals

step "5. Ask the data"
show query "SELECT company, count(*) AS people, count(email) AS with_email FROM crm_contacts
  WHERE company <> '' GROUP BY company ORDER BY people DESC LIMIT 5"

step "6. Something changes at the vendor; the second sync fetches only that"
curl -fsS -X POST "$url/_sandbox/mutate" \
  -d '{"type":"contacts","update":25,"create":10,"archive":3,"seed":7}' >/dev/null
show sync run demo --stream contacts --stream companies --stream deals

step "7. A full sync is killed in its midst (kill -9) …"
before=$(requests)
"$patchbay" sync run demo --stream contacts --full --quiet >/dev/null 2>&1 &
run=$!
# Killed once the vendor has answered some more of its requests.
while kill -0 "$run" 2>/dev/null && [ "$(requests)" -lt $((before + 60)) ]; do :; done
kill -9 "$run" 2>/dev/null || true
wait "$run" 2>/dev/null || true
show sync list

step "8. … and the next one goes on where it stopped"
show sync run demo --stream contacts
show query "SELECT count(*) AS contacts FROM crm_contacts"

step "9. Every file of the plugin is as it was signed"
show market verify

step "10. What the partner who wrote it has earned, and that the books are as they were written"
show ledger statement --partner patchbay
"$patchbay" ledger statement --partner patchbay --json >"$work/statement.json"
show ledger check "$work/statement.json"
show ledger verify

step "Done. Look around with: patchbay --help"
