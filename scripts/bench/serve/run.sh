#!/usr/bin/env bash
# run.sh CHECKPOINT PICTURE: measures bin/multitorch serve, of a checkpoint of fashion-mnist, against Flask under waitress with the
# same network and picture: one client, 64 clients, ten times what fits into the queue, a reload and a stop under load.
# ROUNDS (3) of each, in turn, so that whatever else the machine does falls on both; SECONDS_EACH (5) each.
set -euo pipefail
cd "$(dirname "$0")/../../.."
checkpoint=$1 picture=$2 rounds=${ROUNDS:-3} each=${SECONDS_EACH:-5}
tmp=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; rm -rf "$tmp"' EXIT
"${PYTHON:-python3}" -c "import flask, waitress, PIL, torch" || { echo "needs python3-flask, python3-waitress, python3-pil and python3-torch"; exit 1; }
${GO:-go} build -o "$tmp/ask" ./scripts/bench/serve
program=${MULTITORCH:-bin/multitorch}
cp "$checkpoint" "$tmp/checkpoint.safetensors"
export OMP_NUM_THREADS=1 # both compute a picture on one thread

free() { "${PYTHON:-python3}" -c "import socket; s=socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"; }
up() { for _ in $(seq 600); do (echo >"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.2; done; echo "no server at $1"; exit 1; }
ask() { "$tmp/ask" -name "$1" -url "http://127.0.0.1:$2/v1/classify" -clients "$3" "${@:4}" "image=@$picture"; }

flask=$(free); "${PYTHON:-python3}" scripts/bench/serve/server.py "$checkpoint" "$flask" 2>"$tmp/flask.log" & pids+=($!)
up "$flask"
one=$(free); "$program" serve "$tmp/checkpoint.safetensors" --addr "127.0.0.1:$one" --log-level warn >"$tmp/one.log" 2>&1 & pids+=($!)
admin=$(free); many=$(free)
"$program" serve "$tmp/checkpoint.safetensors" --addr "127.0.0.1:$many" --admin "127.0.0.1:$admin" --max-batch 64 --queue 256 \
	--log-level warn >"$tmp/many.log" 2>&1 & batching=$!; pids+=("$batching")
up "$one"; up "$many"
for port in "$flask" "$one" "$many"; do ask warm-up "$port" 4 -for 1s >/dev/null; done
for _ in $(seq "$rounds"); do
	ask "flask, one client" "$flask" 1 -for "${each}s"
	ask "multitorch, one client" "$one" 1 -for "${each}s"
	ask "flask, 64 clients" "$flask" 64 -for "${each}s"
	ask "multitorch, 64 clients" "$one" 64 -for "${each}s"
	ask "multitorch with batches, 64 clients" "$many" 64 -for "${each}s"
done
ask "ten times the queue" "$many" 2560 -for "${each}s"
ask "reload under load" "$many" 16 -for "${each}s" & load=$!
sleep 1; for _ in 1 2 3; do curl -sf -X POST "http://127.0.0.1:$admin/reload" >/dev/null || echo "reload failed"; done
wait "$load"
before=$(awk '/VmRSS/ {print $2}' "/proc/$batching/status")
ask "memory" "$many" 16 -for 10m -requests "${REQUESTS:-20000}"
echo "memory: $before KiB before, $(awk '/VmRSS/ {print $2}' "/proc/$batching/status") KiB after ${REQUESTS:-20000} requests"
ask "stop under load" "$many" 16 -for 2s 2>"$tmp/lost" & load=$!
sleep 1; kill -TERM "$batching"; wait "$load"
# What was refused at the door was never let in; anything else was lost.
grep -v "connection refused\|reset by peer" "$tmp/lost" && { echo "requests were lost"; exit 1; }
wait "$batching" && echo "stopped: no accepted request was lost"
