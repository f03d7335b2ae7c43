#!/usr/bin/env bash
# Zaohua beside llama.cpp, alternating in one run: tokens/s of a prompt of 512 (pp), of 128 new tokens (tg), of 32 new
# tokens in each of 16 sequences, and of 32 new tokens after 4,096. Prints a Markdown table: the medians of both, and
# the median, least and greatest ratio of the pairs.
# usage: bench/beside-llama.sh FOLDER PAIRS MODEL.gguf...     FOLDER holds llama-bench and llama-batched-bench
# Stop everything else first: both programs want the cores to themselves. LONG=no leaves out the last two.
set -euo pipefail
peers=$1 pairs=$2
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)
threads=${THREADS:-2}

zaohua() { # zaohua KIND ARGUMENT... : tokens/s that `bench` gives for a kind
  local kind=$1
  shift
  "$root/zaohua" bench -t "$threads" --no-cold-start --json "$@" 2>/dev/null |
    tr -d ' \n' | sed -E "s/.*\"$kind\":\{\"tokensPerSecond\":([0-9.]+).*/\1/"
}
llama() { # llama ARGUMENT... : tokens/s that llama-bench gives, of its last line
  "$peers/llama-bench" -t "$threads" -o jsonl "$@" 2>/dev/null | sed -nE 's/.*"avg_ts": *([0-9.]+).*/\1/p' | tail -n 1
}
llama_batch() { # MODEL: 16 sequences, 32 new tokens each
  "$peers/llama-batched-bench" -m "$1" -t "$threads" -c 1024 -npp 1 -ntg 32 -npl 16 2>/dev/null |
    awk -F'|' '$4 + 0 == 16 {print $9 + 0}'
}
middle() { sort -g | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
summary() { # lines "ours theirs"
  local lines ratios
  lines=$(cat)
  ratios=$(awk '{print $1 / $2}' <<<"$lines" | sort -g)
  printf ' %.0f / %.0f | %.2f (%.2f-%.2f) |' "$(awk '{print $1}' <<<"$lines" | middle)" \
    "$(awk '{print $2}' <<<"$lines" | middle)" "$(middle <<<"$ratios")" "$(head -n 1 <<<"$ratios")" "$(tail -n 1 <<<"$ratios")"
}
repeat() { # repeat OURS THEIRS: alternating
  local i
  for ((i = 0; i < pairs; i++)); do echo "$($1) $($2)"; done | summary
}

echo "| file | pp 512 | ratio | tg 128 | ratio | 16 sequences | ratio | tg after 4,096 | ratio |"
echo "|---|---|---|---|---|---|---|---|---|"
for model in "$@"; do
  pp_ours() { zaohua pp -m "$model" -p 512 -n 0 -r 3; }
  pp_theirs() { llama -m "$model" -p 512 -n 0 -r 3; }
  tg_ours() { zaohua tg -m "$model" -p 0 -n 128 -r 3; }
  tg_theirs() { llama -m "$model" -p 0 -n 128 -r 3; }
  batch_ours() { zaohua batch -m "$model" -p 0 -n 32 -r 3 --batch 16; }
  batch_theirs() { llama_batch "$model"; }
  deep_ours() { zaohua tg -m "$model" -p 0 -n 32 -r 2 --depth 4096; }
  deep_theirs() { llama -m "$model" -p 0 -n 32 -d 4096 -r 2; }
  printf '| %s |' "${model##*/}"
  repeat pp_ours pp_theirs
  repeat tg_ours tg_theirs
  if [ "${LONG:-yes}" = yes ]; then
    repeat batch_ours batch_theirs
    repeat deep_ours deep_theirs
  fi
  echo
done
