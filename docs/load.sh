#!/usr/bin/env bash
# Measures document pages a second: 5,000 invented documents of about 8 KB are published into a fresh record, then wrk
# asks for them in turn from the same machine, so the server has less than the two cores that the goal names.
# usage: docs/load.sh [SECONDS] [CONNECTIONS]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-30} connections=${2:-16}
command -v wrk >/dev/null || ./.ci/tools test wrk
dir=$(mktemp -d); trap 'kill $pid 2>/dev/null; rm -rf "$dir"' EXIT
go build -o "$dir/zhixing" ./cmd/zhixing
go run ./docs/corpus -data "$dir/data" -documents 5000 >"$dir/paths"
"$dir/zhixing" serve --data "$dir/data" --listen 127.0.0.1:8099 --log-level error & pid=$!
for _ in $(seq 100); do curl -fs -o /dev/null http://127.0.0.1:8099/healthz && break; sleep .1; done
cat >"$dir/paths.lua" <<LUA
local paths, n = {}, 0
for line in io.lines("$dir/paths") do n = n + 1; paths[n] = line end
math.randomseed(7)
request = function() return wrk.format("GET", paths[math.random(n)]) end
done = function(s, l, r)
  io.write(string.format("requests/s %.0f  p50 %.2f ms  p99 %.2f ms  max %.2f ms  errors %d\n", s.requests / (s.duration / 1e6),
    l:percentile(50) / 1e3, l:percentile(99) / 1e3, l.max / 1e3, s.errors.status + s.errors.read + s.errors.timeout + s.errors.connect))
end
LUA
grep -m1 'model name' /proc/cpuinfo || true; nproc
wrk -t1 -c"$connections" -d5s -s "$dir/paths.lua" http://127.0.0.1:8099 >/dev/null # warm
wrk -t1 -c"$connections" -d"${seconds}s" -s "$dir/paths.lua" http://127.0.0.1:8099
