"use strict";
// The page makes a form of what /v1/model says of an endpoint's fields, and shows its answer. Whatever comes from the server
// is put in as text, never as HTML.
const byId = (id) => document.getElementById(id);

function make(name, properties = {}, ...children) {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(properties)) {
    if (k === "class") e.className = v;
    else if (k in e) e[k] = v;
    else e.setAttribute(k, v);
  }
  e.append(...children);
  return e;
}

let model, endpoint;
const chosen = new Map(); // field -> file that was dropped, chosen or recorded
const history = [];       // of questions about one picture

async function begin() {
  try {
    model = await (await fetch("/v1/model")).json();
  } catch (e) {
    return say("The server can't be reached: " + e.message, true);
  }
  document.title = byId("title").textContent = model.title;
  byId("about").textContent = model.model || "";
  const details = model.details || {};
  byId("details").textContent = Object.entries(details)
    .filter(([, v]) => typeof v !== "object").map(([k, v]) => k + " " + v).join(" · ");
  const tabs = byId("tabs");
  tabs.hidden = model.endpoints.length < 2;
  for (const e of model.endpoints) {
    const tab = make("button", { type: "button", textContent: verb(e.path) });
    tab.onclick = () => { show(e); byId("fields").querySelector("input, textarea, select")?.focus(); };
    e.tab = tab;
    tabs.append(tab);
  }
  show(model.endpoints[0]);
}

const verbs = { classify: "Classify", ask: "Ask", transcribe: "Transcribe", search: "Search", embed: "Embed" };
const verb = (path) => verbs[path.slice(path.lastIndexOf("/") + 1)] || path;

function show(e) {
  endpoint = e;
  chosen.clear();
  history.length = 0;
  for (const other of model.endpoints) other.tab.setAttribute("aria-current", other === e);
  byId("summary").textContent = e.summary;
  byId("send").textContent = verb(e.path);
  byId("fields").replaceChildren(...e.fields.filter((f) => f.name !== "before").map(input));
  byId("answer").replaceChildren();
  say("");
}

function input(f) {
  const id = "field-" + endpoint.fields.indexOf(f);
  const label = (f.label || f.name) + (f.required ? "" : " (may be left out)");
  const box = make("div", { class: "field" });
  box.dataset.field = f.name;
  box.append(make("label", { htmlFor: id, textContent: label }));
  const about = [];
  if (f.help) {
    box.append(make("p", { class: "help", id: id + "-help", textContent: f.help }));
    about.push(id + "-help");
  }
  if (f.kind === "picture" || f.kind === "sound") {
    box.append(fileInput(f, id, about));
  } else if (f.kind === "choice") {
    const select = make("select", { id }, make("option", { value: "", textContent: "—" }),
      ...f.values.map((v) => make("option", { value: v, textContent: v })));
    box.append(select);
  } else if (f.kind === "number") {
    box.append(make("input", { id, type: "number", step: "any" }));
  } else {
    const text = make("textarea", { id, placeholder: f.example ? "for instance: " + f.example : "", rows: 2 });
    text.onkeydown = (e) => { if (e.key === "Enter" && !e.shiftKey && !e.isComposing) { e.preventDefault(); byId("form").requestSubmit(); } };
    box.append(text);
  }
  box.append(make("p", { class: "problem", id: id + "-problem", hidden: true }));
  about.push(id + "-problem");
  const control = box.querySelector("#" + id);
  control.setAttribute("aria-describedby", about.join(" "));
  if (f.required) control.setAttribute("aria-required", "true");
  return box;
}

function fileInput(f, id) {
  const picture = f.kind === "picture";
  const drop = make("div", { class: "drop" });
  const file = make("input", { id, type: "file", accept: picture ? "image/*" : "audio/*" });
  const preview = make("div");
  const take = (given) => {
    if (!given) return;
    chosen.set(f.name, given);
    history.length = 0;
    const url = URL.createObjectURL(given);
    const shown = picture ? make("img", { src: url, alt: "The picture that was chosen: " + given.name })
      : make("audio", { src: url, controls: true });
    shown.setAttribute("aria-label", given.name);
    shown.onload = () => URL.revokeObjectURL(url);
    preview.replaceChildren(shown);
    say(given.name + " was chosen.");
  };
  file.onchange = () => take(file.files[0]);
  drop.ondragover = (e) => { e.preventDefault(); drop.classList.add("over"); };
  drop.ondragleave = () => drop.classList.remove("over");
  drop.ondrop = (e) => { e.preventDefault(); drop.classList.remove("over"); take(e.dataTransfer.files[0]); };
  drop.append(make("span", { textContent: picture ? "Drop a picture here, or choose one:" : "Drop a recording here, or choose one:" }), file);
  if (!picture && navigator.mediaDevices && window.MediaRecorder) drop.append(speakButton(take));
  drop.append(preview);
  return drop;
}

function speakButton(take) {
  const button = make("button", { type: "button", textContent: "Speak" });
  button.setAttribute("aria-pressed", "false");
  let recording;
  button.onclick = async () => {
    try {
      if (!recording) {
        recording = await startRecording();
        button.textContent = "Stop";
        button.setAttribute("aria-pressed", "true");
        say("Recording. Press Stop when you have spoken.");
        return;
      }
      const stopping = recording;
      recording = undefined;
      button.textContent = "Speak";
      button.setAttribute("aria-pressed", "false");
      take(await stopping.stop());
    } catch (e) {
      recording = undefined;
      say("The microphone can't be used: " + e.message, true);
    }
  };
  return button;
}

byId("form").onsubmit = async (e) => {
  e.preventDefault();
  const body = new FormData();
  for (const f of endpoint.fields) {
    const control = byId("field-" + endpoint.fields.indexOf(f));
    if (f.name === "before") { if (history.length) body.append("before", history.map((h) => h.question).join("\n")); continue; }
    if (chosen.has(f.name)) body.append(f.name, chosen.get(f.name));
    else if (control.type !== "file" && control.value !== "") body.append(f.name, control.value);
  }
  for (const p of document.querySelectorAll(".problem")) p.hidden = true;
  for (const c of document.querySelectorAll("[aria-invalid]")) c.removeAttribute("aria-invalid");
  byId("send").disabled = true;
  say("Waiting for the answer …");
  const begin = performance.now();
  try {
    const answer = await fetch(endpoint.path, { method: "POST", body });
    const result = await answer.json();
    if (!answer.ok) return problem(result.error, answer);
    say("Answered in " + Math.round(performance.now() - begin) + " ms.");
    render(result, body);
  } catch (err) {
    say("The server can't be reached: " + err.message, true);
  } finally {
    byId("send").disabled = false;
  }
};

byId("form").onreset = () => setTimeout(() => show(endpoint));

// problem says what was wrong, beside the field.
function problem(error, answer) {
  byId("answer").replaceChildren();
  const retry = answer.headers.get("Retry-After");
  say(error.message + (retry ? " Try again in " + retry + " s." : ""), true);
  const at = endpoint.fields.findIndex((f) => f.name === error.field);
  const control = byId("field-" + at);
  if (!control) return;
  const p = byId("field-" + at + "-problem");
  p.textContent = error.message;
  p.hidden = false;
  control.setAttribute("aria-invalid", "true");
  control.focus();
}

function say(text, bad = false) {
  byId("status").textContent = text;
  byId("status").classList.toggle("bad", bad);
}

function render(result, body) {
  const to = byId("answer");
  if (endpoint.path.endsWith("/ask")) {
    history.push({ question: body.get("text"), answer: result.answers[0].answer });
    const talk = history.slice(0, -1).reverse().map((h) => make("div", { class: "talk" },
      make("p", { textContent: h.question }), make("p", {}, make("strong", { textContent: h.answer }))));
    to.replaceChildren(make("p", { class: "help", textContent: body.get("text") }), shares(result.answers), ...talk);
    byId("field-" + endpoint.fields.findIndex((f) => f.name === "text")).select();
  } else if (result.answers) {
    to.replaceChildren(shares(result.answers));
  } else if (result.hits) {
    to.replaceChildren(make("ol", {}, ...result.hits.map(hit)));
  } else if (typeof result.text === "string") {
    const times = result.segments.map((s) => make("li", {}, make("span", { class: "help", textContent: seconds(s.start) + " – " + seconds(s.end) + "  " }), s.text));
    to.replaceChildren(make("p", { class: "heard", textContent: result.text.trim() || "(nothing was understood)" }), make("ol", {}, ...times));
  } else {
    to.replaceChildren(make("pre", { textContent: JSON.stringify(result, null, 1).slice(0, 5000) }));
  }
}

const percent = (p) => (100 * p).toFixed(1) + " %";
const seconds = (s) => s.toFixed(2) + " s";

function shares(answers) {
  return make("ol", {}, ...answers.map((a) => make("li", {},
    make("div", { class: "row" }, make("span", { class: "name", textContent: a.answer }),
      make("span", { class: "share", textContent: percent(a.probability) })),
    make("progress", { max: 1, value: a.probability, "aria-label": a.answer }))));
}

function hit(h) {
  const text = make("div", {}, make("div", { class: "row" }, make("span", { class: "name", textContent: h.text || h.source || "#" + h.id }),
    make("span", { class: "share", textContent: h.score.toFixed(3) })));
  if (h.source && h.text) text.append(make("p", { class: "help", textContent: h.source }));
  const row = make("li", { class: "hit" });
  if (h.picture) row.append(make("img", { src: "data:image/png;base64," + h.picture, alt: h.text || "" }));
  row.append(text);
  return row;
}

begin();
