#!/usr/bin/env python3
"""Training beside PyTorch: the same shapes, random tokens, alternating, one table.

usage: beside_pytorch.py PEERS PAIRS [10.7m 0.8m 28k lora]

Run with a Python that has torch==2.10.0, transformers, peft, safetensors; PEERS is the folder of gpt_train.py and lora_train.py.
Zaohua's networks are GPT-2's, with biases; gpt_train.py's have none, so `+bias` runs it with biases as well.
Tokens a second without the first fifth of the steps, and peak resident memory, of whole processes.
"""
import json, os, pathlib, resource, shutil, statistics, subprocess, sys, tempfile
import torch, transformers
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).resolve().parent.parent
# layers, heads, width, context, batch, steps
SHAPES = {"10.7m": (6, 6, 384, 256, 8, 15), "0.8m": (4, 4, 128, 64, 12, 600), "28k": (2, 2, 32, 64, 12, 4000)}
VOCABULARY, LORA_STEPS = 65, 5


def run(command):
    """Seconds are the program's own business; gives its output and its peak memory in MiB."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writer, 1), os.dup2(writer, 2)
        os.execvp(command[0], command)
    os.close(writer)
    output = os.fdopen(reader, errors="replace").read()
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        sys.exit(f"{command} failed:\n{output}")
    return output, usage.ru_maxrss / 1024


def batches(folder, steps, batch, length, vocabulary):
    ids = torch.randint(0, vocabulary, (steps, batch, length))
    save_file({"input_ids": ids, "labels": ids.clone()}, folder / "run.safetensors")


def prepared(folder, name):
    """A checkpoint and a recipe of the peer's shape."""
    if name == "lora":
        config = transformers.LlamaConfig(
            vocab_size=49152, hidden_size=576, num_hidden_layers=30, num_attention_heads=9,
            num_key_value_heads=3, intermediate_size=1536, tie_word_embeddings=True)
        steps, batch, length = LORA_STEPS, 4, 256
        method = "method: {name: lora, rank: 8, alpha: 16}\nclip: 0\n"
    else:
        layers, heads, width, length, batch, steps = SHAPES[name]
        config = transformers.GPT2Config(
            vocab_size=VOCABULARY, n_positions=length, n_embd=width, n_layer=layers, n_head=heads,
            activation_function="gelu", bos_token_id=None, eos_token_id=None)
        method = ""
    transformers.AutoModelForCausalLM.from_config(config).save_pretrained(folder / "base")
    batches(folder, steps, batch, length, config.vocab_size)
    (folder / "recipe.yaml").write_text(
        f"model: ./base\n{method}data: {{format: batches, file: run.safetensors}}\nsteps: {steps}\n"
        f"optimizer: {{lr: 0.0001}}\nschedule: constant\noutput: {folder}/out\n")
    return steps, batch * length


def ours(folder, steps, tokens):
    shutil.rmtree(folder / "out", ignore_errors=True)
    _, memory = run([str(HERE / "zaohua"), "train", str(folder / "recipe.yaml")])
    times = [json.loads(line)["time"] for line in (folder / "out/speed.jsonl").read_text().splitlines()]
    first = max(1, steps // 5)
    return (steps - first) * tokens / (times[-1] - times[first - 1]), memory


def peer(peers, name, bias):
    if name == "lora":
        output, memory = run([sys.executable, str(peers / "lora_train.py"), "4", "256", str(LORA_STEPS)])
        return float(output.split(" tok/s")[0].split()[-1]), memory
    program = (peers / "gpt_train.py").read_text()
    if bias:
        program = program.replace("bias=False", "bias=True")
    output, memory = run([sys.executable, "-c", program, *map(str, SHAPES[name])])
    return float(output.split("tok/s ")[1].split()[0]), memory


def main():
    peers, pairs = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    print("| run | Zaohua tok/s | PyTorch tok/s | ratio | PyTorch with biases | ratio | MiB | PyTorch MiB | ratio |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in sys.argv[3:] or [*SHAPES, "lora"]:
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            steps, tokens = prepared(folder, name)
            rows = []
            for _ in range(pairs):
                mine, theirs = ours(folder, steps, tokens), peer(peers, name, False)
                biased = theirs if name == "lora" else peer(peers, name, True)
                rows.append((mine, theirs, biased))
                print(f"  {name}: {mine[0]:.0f} {theirs[0]:.0f} {biased[0]:.0f}", file=sys.stderr, flush=True)
            median = lambda values: statistics.median(list(values))
            spread = lambda i: [m[0][0] / m[i][0] for m in rows]
            cell = lambda i: f"{median(spread(i)):.2f} ({min(spread(i)):.2f}-{max(spread(i)):.2f})"
            mib = [median(r[i][1] for r in rows) for i in (0, 1)]
            print(f"| {name} | {median(r[0][0] for r in rows):,.0f} | {median(r[1][0] for r in rows):,.0f} | {cell(1)} "
                  f"| {median(r[2][0] for r in rows):,.0f} | {cell(2)} | {mib[0]:.0f} | {mib[1]:.0f} | {mib[0] / mib[1]:.2f} |", flush=True)


main()
