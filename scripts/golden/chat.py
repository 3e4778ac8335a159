"""Writes tokenizers/chat/testdata/golden.json: what Transformers' apply_chat_template makes of random conversations.

Needs transformers and jinja2. From the repository's root: python scripts/golden/chat.py [conversations of each template]
"""
import datetime, glob, json, os, random, sys

sys.path.pop(0)  # beside this file is one of that name
from transformers.utils import chat_template_utils as chat


class Time(datetime.datetime):
    @classmethod
    def now(cls):
        return cls(2026, 3, 7, 5, 4, 9)


chat.datetime = Time
draw = random.Random(7)
words = ["Hello", "  spaced ", "ünïcödé", "日本語", "👍🏽", "<|im_end|>", "line\nbreak", "\n\n", "{{ x }}", "'quote'", '"dq"', "a<b&c", "<think>",
         "</think>", " what?", "1", "tab\there", "", "\u2028", "\u00a0wide\u00a0", "\x1funit"]
tokens = dict(bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>")


def text():
    return "".join(draw.choice(words) + draw.choice(["", " "]) for _ in range(draw.randint(0, 6)))


def value(depth=0):
    return draw.choice([
        text, text, lambda: draw.randint(-5, 10 ** draw.randint(1, 15)), lambda: draw.choice([0.5, 1.0, -2.25, 1e20, 1e-7, 123456.789]),
        lambda: draw.random() < .5, lambda: None,
        lambda: [value(depth + 1) for _ in range(draw.randint(0, 3))] if depth < 2 else [],
        lambda: {draw.choice("abcdé"): value(depth + 1) for _ in range(draw.randint(0, 3))} if depth < 2 else {},
    ])()


def conversation():
    messages = [{"role": "system", "content": text()}] if draw.random() < .4 else []
    for _ in range(draw.randint(0, 3)):
        messages.append({"role": "user", "content": text()})
        answer = {"role": "assistant", "content": text()}
        if draw.random() < .2:
            answer["reasoning_content"] = text()
        messages.append(answer)
        if draw.random() < .3:
            arguments = {draw.choice(["city", "n", "unit"]): value() for _ in range(draw.randint(0, 3))}
            call = {"name": "get_weather", "arguments": arguments if draw.random() < .8 else json.dumps(arguments)}
            answer["tool_calls"] = [{"type": "function", "function": call}] * draw.randint(1, 2)
            messages += [{"role": "tool", "content": text()} for _ in answer["tool_calls"]]
    if not messages or draw.random() < .5:
        messages.append({"role": "user", "content": text()})
    return messages


def tools():
    kinds = [{"type": "string", "description": text()}, {"type": ["string", "null"], "default": None}, {"type": "string", "enum": ["a", "b"]}]
    properties = {k: draw.choice(kinds) for k in ("city", "unit")}
    return [{"type": "function", "function": {"name": "get_weather", "description": text(),
                                              "parameters": {"type": "object", "properties": properties, "required": ["city"]}}}]


cases = []
folder = "tokenizers/chat/testdata"
for path in sorted(glob.glob(folder + "/templates/*.jinja")):
    source = open(path, newline="").read()
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 6):
        case = {"template": os.path.basename(path), "messages": conversation(), "options": {}}
        options = case["options"]
        if draw.random() < .3:
            options["tools"] = tools()
        if draw.random() < .3:
            options["enable_thinking"] = draw.random() < .5
        options.update(draw.choice([{}, {"add_generation_prompt": True}, {"add_generation_prompt": True}, {"continue_final_message": True}]))
        try:
            case["want"] = chat.render_jinja_template([json.loads(json.dumps(case["messages"]))], chat_template=source, **tokens, **options)[0][0]
        except Exception as error:
            case["error"] = str(error).split("\n")[0]
        cases.append(case)
with open(folder + "/golden.json", "w") as f:
    json.dump(cases, f, ensure_ascii=True, separators=(",", ":"))
