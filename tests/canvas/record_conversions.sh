#!/bin/sh
# Records what ComfyUI's front ends make of the files in tests/canvas/corpus (see record_conversions.mjs).
#
#   tests/canvas/record_conversions.sh COMFYUI PYTHON SCRATCH
#
# COMFYUI: a checkout of ComfyUI 0.3.64; PYTHON: a Python with its requirements and comfyui-frontend-package
# 1.27.10; SCRATCH: a folder with node_modules/playwright-core, and with the packages comfyui-frontend-package
# 1.36.14 and 1.58.1 installed into fe-1.36.14 and fe-1.58.1 (pip install --no-deps --target). Chromium is
# /usr/bin/chromium. Takes a minute and a half.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
comfy=$1 python=$2 scratch=$3
rm -f "$here/recorded.json"
mkdir -p "$scratch/base/models/checkpoints" "$scratch/base/input" "$scratch/base/output" "$scratch/base/user"

# VERSION FILE…: those files by that front end.
record()
{
    version=$1
    shift
    root=
    [ "$version" = 1.27.10 ] || root="--front-end-root $scratch/fe-$version/comfyui_frontend_package/static"
    # shellcheck disable=SC2086
    (cd "$comfy" && exec "$python" main.py --cpu --listen 127.0.0.1 --port 8199 --base-directory "$scratch/base" \
        --disable-all-custom-nodes $root >"$scratch/server.log" 2>&1) &
    server=$!
    for _ in $(seq 60); do
        curl -s http://127.0.0.1:8199/system_stats >/dev/null && break
        sleep 1
    done
    (cd "$scratch" && node "$here/record_conversions.mjs" http://127.0.0.1:8199/ "$version" "$here/recorded.json" "$@") || true
    kill "$server"
    wait "$server" || true
}

# Each file by the oldest of the three front ends that reads it as its users mean it.
record 1.27.10 "$here"/corpus/*.json
cd "$here/corpus"
record 1.36.14 "$PWD/promoted-parallel.json"
record 1.58.1 "$PWD/bypass-reroute.json" "$PWD/bypass-widgets.json" "$PWD/inputs-by-name.json" "$PWD/odd-values.json" \
    "$PWD/promoted-144.json" "$PWD/promoted-146.json" "$PWD/promoted-158.json" "$PWD/promoted-short.json" \
    "$PWD/proxies-146.json" "$PWD/slot-out-of-range.json" "$PWD/subgraph-bypassed.json" "$PWD/subgraph-muted.json"
