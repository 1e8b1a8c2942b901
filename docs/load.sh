#!/usr/bin/env bash
# Measures document pages a second: 5,000 invented documents of about 8 KB are published into a fresh record, then wrk
# asks for them in random order from the same machine, so the server has less than the two cores that the goal names.
# usage: docs/load.sh [SECONDS] [CONNECTIONS]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-30} connections=${2:-16}
command -v wrk >/dev/null || ./.ci/tools test wrk
dir=$(mktemp -d); pid=; trap 'kill ${pid:-} 2>/dev/null; rm -rf "$dir"' EXIT
go build -o "$dir/zhixing" ./cmd/zhixing
export ZHIXING_DATA=$dir/data ZHIXING_LISTEN=127.0.0.1:8099 ZHIXING_LOG_LEVEL=error
"$dir/zhixing" user add 起草甲 --roles editor >/dev/null
"$dir/zhixing" user add 签发乙 --roles publisher >/dev/null
echo "publishing 50 issues of 100 documents …"
start=$(date +%s)
for i in $(seq 50); do
	awk -v year=$((2031 + i / 26)) -v no=$((i % 26 + 1)) -f docs/corpus.awk >"$dir/issue.txt"
	"$dir/zhixing" publish "$dir/issue.txt" --drafter 起草甲 --publisher 签发乙 2>/dev/null | sed -n 's#^  \(/documents/[^ ]*\) .*#\1#p' >>"$dir/paths"
done
echo "published $(wc -l <"$dir/paths") documents in $(($(date +%s) - start)) s"
"$dir/zhixing" serve >/dev/null & pid=$!
for _ in $(seq 100); do curl -fs -o /dev/null http://127.0.0.1:8099/healthz && break; sleep .1; done
cat >"$dir/paths.lua" <<LUA
local paths, n = {}, 0
for line in io.lines("$dir/paths") do
  n = n + 1
  paths[n] = line:gsub("[^%w/]", function(c) return string.format("%%%02X", c:byte()) end)
end
math.randomseed(7)
request = function() return wrk.format("GET", paths[math.random(n)]) end
done = function(s, l, r)
  io.write(string.format("requests/s %.0f  p50 %.2f ms  p99 %.2f ms  max %.2f ms  errors %d\n", s.requests / (s.duration / 1e6),
    l:percentile(50) / 1e3, l:percentile(99) / 1e3, l.max / 1e3, s.errors.status + s.errors.read + s.errors.timeout + s.errors.connect))
end
LUA
grep -m1 'model name' /proc/cpuinfo || true; nproc
wrk -t1 -c"$connections" -d10s -s "$dir/paths.lua" http://127.0.0.1:8099 >/dev/null # warm
wrk -t1 -c"$connections" -d"${seconds}s" -s "$dir/paths.lua" http://127.0.0.1:8099
