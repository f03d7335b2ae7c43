"""What PEFT's adapters without a low rank do: model/src/test/resources/goldens/adapters.

usage: adapters.py GOLDENS OUT [FAMILY ...]

Needs torch, transformers 5 and peft 0.21. For each family in GOLDENS/llm, an adapter of each kind
with seeded weights, saved by PEFT in OUT/FAMILY-KIND, and beside it expected.safetensors: token ids
[T], logits [T, V] and, for the kinds before the text, the tokens that generate() adds greedily.
"""
import pathlib
import sys

import torch
from peft import IA3Config, PrefixTuningConfig, PromptTuningConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

TOKENS = 12
GREEDY = 6
VIRTUAL = 5


def ia3(config):
    fused = {"gpt2": (["c_attn", "mlp.c_proj"], ["mlp.c_proj"]),
             "phi3": (["qkv_proj", "down_proj"], ["down_proj"]),
             "gpt_neox": (["query_key_value", "dense_4h_to_h"], ["dense_4h_to_h"])}
    targets, inputs = fused.get(config.model_type, (["k_proj", "v_proj", "down_proj"], ["down_proj"]))
    return IA3Config(task_type="CAUSAL_LM", target_modules=targets, feedforward_modules=inputs)


def prompt(config):
    return PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=VIRTUAL)


def prefix(config):
    return PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=VIRTUAL)


def main(goldens, out, families):
    for folder in sorted((goldens / "llm").iterdir()):
        if families and folder.name not in families:
            continue
        for kind in (ia3, prompt, prefix):
            torch.manual_seed(sum(map(ord, folder.name + kind.__name__)))
            base = AutoModelForCausalLM.from_pretrained(
                folder, dtype=torch.float32, attn_implementation="eager")  # SDPA leaves soft caps out
            base.generation_config.eos_token_id = None
            model = get_peft_model(base, kind(base.config)).eval()
            for name, weight in model.named_parameters():
                if weight.requires_grad:
                    weight.data = (1 if "ia3" in name else 0) + 0.5 * torch.randn_like(weight)
            ids = torch.randint(3, base.config.vocab_size, (1, TOKENS))
            with torch.no_grad():
                logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits
            expected = {"ids": ids[0].int(), "logits": logits[0, -TOKENS:].contiguous()}
            if kind is not ia3:
                made = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False,
                                      max_new_tokens=GREEDY)
                expected["greedy"] = made[0, -GREEDY:].int()
            target = out / f"{folder.name}-{kind.__name__}"
            model.save_pretrained(target)
            (target / "README.md").unlink(missing_ok=True)
            save_file(expected, target / "expected.safetensors")
            print(target.name, tuple(expected["logits"].shape))


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:])
