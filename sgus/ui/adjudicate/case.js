// One case at a time: picture, atlas, form, all by keyboard. The form lives here, so that a key
// costs no answer of the server; only a whole decision is sent, once, with the token of its case.
const AGAIN_MS = 2500; // a run that was cut short, or a server just started, loses what it was told
const TRIES = 4;
const DRAFT = "sgus-adjudicate-draft";
const views = new WeakMap();

export default function (component) {
  let view = views.get(component.parentElement);
  if (!view) {
    view = new View(component.parentElement);
    views.set(component.parentElement, view);
  }
  // The app also runs the clean-up of a call that a later one has overtaken: only the last counts.
  const mine = (view.calls = (view.calls || 0) + 1);
  view.update(component);
  return () => {
    if (view.calls !== mine) return;
    view.close();
    views.delete(component.parentElement);
  };
}

function make(tag, name, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
}

class View {
  constructor(parent) {
    this.root = parent.querySelector(".case");
    this.nonce = "";
    this.form = {};
    this.onKey = (event) => this.key(event);
    this.onHide = () => this.pause();
    window.addEventListener("keydown", this.onKey, true); // before the hot keys of the app itself
    document.addEventListener("visibilitychange", this.onHide);
    this.root.tabIndex = -1;
    this.root.focus({ preventScroll: true });
  }

  close() {
    window.removeEventListener("keydown", this.onKey, true);
    document.removeEventListener("visibilitychange", this.onHide);
    clearTimeout(this.timer);
  }

  update({ data, setTriggerValue }) {
    this.send = setTriggerValue;
    const other = !this.data || this.data.token !== data.token;
    const answered = data.reply && data.reply.nonce === this.nonce;
    const stage = data.answer ? "answer" : "form";
    const turned = !this.data || this.stage !== stage;
    this.data = data;
    this.stage = stage;
    if (other || turned) this.menu = null;
    if (other) {
      this.form = draft(data.token);
      this.restart();
    }
    if (other || turned || answered) this.unlock();
    if (answered) {
      this.words = data.reply.words;
      this.refused = !data.reply.saved;
    } else if (other || turned) this.words = "";
    this.draw();
  }

  // Seconds count from the moment the picture can be seen, and only while the page is looked at.
  restart() {
    this.spent = 0;
    this.since = null;
  }

  seen() {
    if (this.since === null && !document.hidden) this.since = performance.now();
    this.mark();
  }

  mark() {
    const unseen = this.since === null && !this.spent;
    const waiting = this.stage === "form" && unseen ? "loading" : this.stage;
    this.root.dataset.state = this.locked ? "busy" : waiting;
  }

  pause() {
    if (document.hidden && this.since !== null) {
      this.spent += performance.now() - this.since;
      this.since = null;
    } else if (!document.hidden) this.seen();
  }

  seconds() {
    const running = this.since === null ? 0 : performance.now() - this.since;
    return Math.round((this.spent + running) / 100) / 10;
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const path = event.composedPath();
    const inside = path.includes(this.root);
    const target = path[0];
    if (target.closest && target.closest("input, textarea, select, [contenteditable=true]")) return;
    if (!inside && target.closest && target.closest("button, a, summary, [role=radio], [role=tab]"))
      return;
    if (document.querySelector("[role=dialog]")) return;
    if (!this.act(event.key.length === 1 ? event.key.toLowerCase() : event.key, event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  act(key, event) {
    if (event.repeat) return key === "Enter" || key === "Backspace"; // a key that is held acts once
    if (this.menu) return this.pick(key);
    if (key === "Enter") return this.enter();
    if (this.stage === "answer") return false;
    if (key === "Backspace" || key === "u") return this.back();
    if (key === "Escape") return this.clear();
    for (const field of this.data.form) {
      const choice = field.kind === "direct" && field.choices.find((one) => one.key === key);
      if (choice) return this.choose(field, choice.value);
      if (field.key === key) return this.turn(field, event.shiftKey ? -1 : 1);
    }
    return false;
  }

  choose(field, value) {
    if (this.locked || this.stage === "answer") return true;
    if (this.form[field.name] === value && !field.required) delete this.form[field.name];
    else this.form[field.name] = value;
    this.changed();
    return true;
  }

  turn(field, step) {
    if (this.locked) return true;
    if (field.kind === "menu") {
      this.menu = field;
      this.draw();
      return true;
    }
    const values = [undefined, ...field.choices.map((one) => one.value)];
    const at = values.indexOf(this.form[field.name]);
    const value = values[(at + step + values.length) % values.length];
    if (value === undefined) delete this.form[field.name];
    else this.form[field.name] = value;
    this.changed();
    return true;
  }

  // An open list takes the keys: a digit chooses, 0 takes the choice back, anything else closes it.
  pick(key) {
    const field = this.menu;
    const choice = field.choices[Number(key) - 1];
    this.menu = null;
    if (key === "0") delete this.form[field.name];
    else if (choice) this.form[field.name] = choice.value;
    this.changed();
    return true;
  }

  changed() {
    this.words = "";
    keepDraft(this.data.token, this.form);
    this.draw();
  }

  clear() {
    if (this.locked) return true;
    this.form = {};
    this.changed();
    return true;
  }

  back() {
    if (this.locked) return true;
    if (Object.keys(this.form).length) return this.clear();
    if (this.data.undo) this.tell("undo", {});
    else this.say("There is nothing to undo here.");
    return true;
  }

  enter() {
    if (this.locked) return true;
    if (this.stage === "answer") {
      this.tell("next", {});
      return true;
    }
    const absent = this.data.form.filter((field) => field.required && !(field.name in this.form));
    if (absent.length) this.say(`Still to say: ${absent.map((field) => field.title).join(", ")}.`);
    else if (this.since === null && !this.spent) this.say("The picture is not there yet.");
    else this.tell("save", { form: this.form, seconds: this.seconds(), screen: this.screen() });
    return true;
  }

  screen() {
    const box = this.picture.getBoundingClientRect();
    return {
      picture_px: [Math.round(box.width), Math.round(box.height)],
      window_px: [window.innerWidth, window.innerHeight],
      pixel_ratio: window.devicePixelRatio,
    };
  }

  tell(kind, more) {
    this.locked = true;
    this.nonce = `${Date.now()}-${Math.random().toString(36).slice(2, 8)}`;
    this.refused = false;
    this.words = kind === "undo" ? "Undoing" : kind === "next" ? "" : "Saving";
    this.draw();
    this.deliver({ kind, token: this.data.token, nonce: this.nonce, ...more }, TRIES);
  }

  // Said again until it is answered: the server writes the same decision once.
  deliver(event, tries) {
    if (!tries) {
      this.locked = false;
      this.say("No answer yet. Nothing is saved twice: press the key again.");
      return;
    }
    this.send("act", event);
    this.timer = setTimeout(() => this.deliver(event, tries - 1), AGAIN_MS);
  }

  unlock() {
    clearTimeout(this.timer);
    this.locked = false;
  }

  say(words) {
    this.words = words;
    this.refused = true;
    this.draw();
  }

  draw() {
    const { data, root } = this;
    if (!this.built) this.build();
    this.mark();
    root.dataset.position = data.position;
    this.title.textContent = data.title;
    this.chip.hidden = !data.synthetic;
    this.bar.style.width = `${(100 * data.done) / Math.max(1, data.n)}%`;
    this.meter.setAttribute("aria-valuenow", data.done);
    this.meter.setAttribute("aria-valuemax", data.n);
    if (this.picture.src !== data.picture) {
      this.picture.src = data.picture;
      this.picture.alt = data.alt;
      const token = data.token;
      this.picture.decode().then(() => token === this.data.token && this.seen(), () => {
        if (token === this.data.token) this.say("The picture cannot be shown: reload the page.");
      });
    } else this.seen();
    this.drawForm();
    this.drawAtlas();
    this.drawNotes();
    this.status.textContent = this.words || "";
    this.status.classList.toggle("refused", this.refused);
  }

  build() {
    this.built = true;
    const part = (name) => this.root.querySelector(name);
    this.title = part(".title");
    this.chip = part(".chip");
    this.meter = part(".meter");
    this.bar = part(".meter span");
    this.picture = part(".picture img");
    this.fields = part(".fields");
    this.notes = part(".notes");
    this.atlas = part(".atlas");
    this.status = part(".status");
    this.buttons = { enter: part(".enter"), back: part(".back") };
    this.buttons.enter.onclick = () => this.enter();
    this.buttons.back.onclick = () => this.back();
  }

  drawForm() {
    this.fields.replaceChildren(...this.data.form.map((field) => this.field(field)));
    const answer = this.stage === "answer";
    this.buttons.enter.firstChild.textContent = answer ? "Next case " : "Save ";
    this.buttons.back.hidden = answer;
  }

  field(field) {
    const box = make("div", `row ${field.kind}`);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", field.title);
    const name = make("div", "name");
    if (field.key) name.append(make("kbd", "", field.key.toUpperCase()));
    name.append(make("span", "", field.title));
    const choices = make("div", "choices");
    if (field.kind === "direct")
      for (const choice of field.choices) choices.append(this.choice(field, choice));
    else choices.append(this.turner(field), ...this.list(field));
    box.append(name, choices);
    return box;
  }

  // One button that shows what is chosen and how many steps there are; the key does the same.
  turner(field) {
    const at = field.choices.findIndex((one) => one.value === this.form[field.name]);
    const said = at < 0 ? "not stated" : field.choices[at].label;
    const button = make("button", at < 0 ? "turner" : "turner said");
    button.type = "button";
    button.disabled = this.stage === "answer";
    button.title = field.choices.map((one) => one.label).join(" / ");
    button.append(make("span", "", said));
    if (field.kind === "cycle") {
      const steps = field.choices.map((one, place) => (place === at ? "\u25CF" : "\u25CB"));
      button.append(make("i", "", steps.join("")));
    }
    button.onclick = () => this.turn(field, 1);
    return button;
  }

  list(field) {
    if (this.menu !== field) return [];
    const box = make("div", "list");
    box.append(make("p", "", "Press a digit; 0 for none, Esc to close."));
    field.choices.forEach((choice, at) => {
      const button = make("button", "");
      button.type = "button";
      button.append(make("kbd", "", String(at + 1)), make("span", "", choice.label));
      button.onclick = () => this.pick(String(at + 1));
      box.append(button);
    });
    return [box];
  }

  choice(field, choice) {
    const chosen = this.form[field.name] === choice.value;
    const button = make("button", chosen ? "choice chosen" : "choice");
    button.type = "button";
    button.disabled = this.stage === "answer";
    button.setAttribute("aria-pressed", chosen);
    if (choice.hint) button.title = choice.hint;
    if (choice.key) button.append(make("kbd", "", choice.key.toUpperCase()));
    button.append(make("span", "", choice.label));
    if (chosen && choice.colour) {
      button.style.background = choice.colour;
      button.style.color = choice.ink;
    }
    button.onclick = () => this.choose(field, choice.value);
    return button;
  }

  // The same atlas stands beside every case: it is built once, so that nothing flickers.
  drawAtlas() {
    const said = this.data.atlas.map((one) => one.picture).join();
    if (said !== this.atlasShown) {
      this.atlasShown = said;
      this.figures = this.data.atlas.map((one) => figure(one));
      this.atlas.replaceChildren(...this.figures);
    }
    this.data.atlas.forEach((one, at) => {
      this.figures[at].classList.toggle("chosen", one.grade === this.form.grade);
    });
  }

  drawNotes() {
    const notes = this.data.answer || this.data.others || [];
    this.notes.hidden = !notes.length;
    this.notes.replaceChildren(...notes.map((line) => {
      const row = make("p", line.strong ? "strong" : "");
      row.textContent = line.words;
      return row;
    }));
  }
}

function figure(one) {
  const node = make("figure");
  const caption = make("figcaption");
  const dot = make("b", "dot", String(one.grade));
  dot.style.background = one.colour;
  dot.style.color = one.ink;
  caption.append(dot, make("span", "", one.words));
  if (one.picture) {
    const picture = make("img");
    picture.src = one.picture;
    picture.alt = `Reference of grade ${one.grade}`;
    node.append(picture);
  } else node.append(make("div", "none", "no reference in this cohort"));
  node.append(caption);
  return node;
}

function draft(token) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(DRAFT) || "{}");
    return kept.token === token ? kept.form : {};
  } catch {
    return {};
  }
}

function keepDraft(token, form) {
  try {
    sessionStorage.setItem(DRAFT, JSON.stringify({ token, form }));
  } catch {
    // no storage: a half-filled form does not outlive a reload
  }
}
