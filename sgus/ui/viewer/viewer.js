// A measured look at one picture or two, all of it in the browser: nothing is sent back.
// Grey: shown = 255 * clamp((grey - (level - window / 2)) / window)^(1 / gamma), then inverted.
// Scale: one number for both pictures, CSS pixels per millimetre where both spacings are known,
// else per pixel. A picture's own scale follows from it: k CSS pixels per pixel of the file.

const ORIGINAL = { window: 255, level: 127.5, gamma: 1, invert: false };
const LIMITS = { window: [1, 255], level: [0, 255], gamma: [0.2, 3], opacity: [0, 1] };
const ZOOM_STEP = 1.25;
const MOST_ENLARGED = 40; // CSS pixels per pixel
const LINE = "#F0E442";
const BARS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
const MARK = "SYNTHETIC PHANTOM";

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

export default function (component) {
  const root = component.parentElement.querySelector(".viewer");
  root.viewer ??= new Viewer(root);
  root.viewer.show(component.data);
  return () => root.viewer.rest();
}

class Viewer {
  constructor(root) {
    this.root = root;
    this.display = { ...ORIGINAL };
    this.map = "";
    this.opacity = 0.5;
    this.mode = "move";
    this.scale = 1;
    this.shown = "";
    this.panes = [...root.querySelectorAll(".pane")].map((figure) => new Pane(this, figure));
    this.watcher = new ResizeObserver(() => this.resized());
    for (const button of root.querySelectorAll("[data-mode]"))
      button.onclick = () => this.choose(button.dataset.mode);
    for (const button of root.querySelectorAll("[data-do]"))
      button.onclick = () => this.act(button.dataset.do);
    for (const input of root.querySelectorAll("[data-set]"))
      input.oninput = () => this.set(input.dataset.set, input.value);
    this.choose("move");
  }

  async show(data) {
    this.watcher.observe(this.root);
    const shown = JSON.stringify([data.first.id, data.second?.id, data.height]);
    const maps = JSON.stringify([data.first, data.second].map((p) => p?.maps?.map((m) => m.id)));
    if (shown === this.shown && maps === this.shownMaps) return;
    const other = shown !== this.shown;
    [this.shown, this.shownMaps] = [shown, maps];
    if (other && data.scroll_to) document.querySelector(data.scroll_to)?.scrollIntoView();
    await Promise.all([
      this.panes[0].load(data.first, data.height, other),
      this.panes[1].load(data.second, data.height, other),
    ]);
    if (shown !== this.shown || maps !== this.shownMaps) return; // another one came meanwhile
    this.offerMaps();
    this.root.querySelector(".scale").textContent = this.scaleWords();
    if (other) this.fit();
    this.grey();
    this.root.dataset.ready = shown;
  }

  rest() {
    this.watcher.disconnect();
  }

  get inUse() {
    return this.panes.filter((pane) => pane.picture);
  }

  get inMm() {
    return this.inUse.every((pane) => pane.picture.spacing);
  }

  resized() {
    const fitted = this.fitted;
    for (const pane of this.inUse) pane.measureRoom();
    if (fitted) this.fit();
    this.draw();
  }

  fit() {
    for (const pane of this.inUse) pane.centre();
    this.scale = Math.min(...this.inUse.map((pane) => pane.fitting()));
    this.fitted = true;
    this.draw();
  }

  zoom(by, pane, x, y) {
    const least = 0.2 * Math.min(...this.inUse.map((one) => one.fitting()));
    const most = Math.max(...this.inUse.map((one) => MOST_ENLARGED / one.unit));
    const at = pane?.toPicture(x, y);
    this.scale = clamp(this.scale * by, least, most);
    pane?.putUnder(at, x, y);
    this.fitted = false;
    this.draw();
  }

  choose(mode) {
    this.mode = this.root.dataset.mode = mode;
    for (const button of this.root.querySelectorAll("[data-mode]"))
      button.setAttribute("aria-pressed", button.dataset.mode === mode);
    this.draw();
  }

  act(what) {
    if (what === "in") this.zoom(ZOOM_STEP);
    else if (what === "out") this.zoom(1 / ZOOM_STEP);
    else if (what === "fit") this.fit();
    else if (what === "invert") this.display.invert = !this.display.invert;
    else {
      this.display = { ...ORIGINAL };
      for (const pane of this.panes) pane.line = pane.cross = null;
      this.fit();
    }
    this.grey();
  }

  set(name, value) {
    if (name === "map") this.map = value;
    else if (name === "opacity") this.opacity = clamp(Number(value), ...LIMITS.opacity);
    else this.display[name] = clamp(Number(value), ...LIMITS[name]);
    this.grey();
  }

  turn(name, by) {
    this.set(name, this.display[name] + by);
  }

  /** The grey levels 0 to 255 as they are shown. */
  table() {
    const { window, level, gamma, invert } = this.display;
    const low = level - window / 2;
    return Uint8ClampedArray.from({ length: 256 }, (_, grey) => {
      const share = clamp((grey - low) / window, 0, 1) ** (1 / gamma);
      return Math.round(255 * (invert ? 1 - share : share));
    });
  }

  grey() {
    const table = this.table();
    for (const pane of this.inUse) pane.shade(table);
    const words = {
      window: this.display.window.toFixed(0), level: this.display.level.toFixed(1),
      gamma: this.display.gamma.toFixed(2), opacity: `${Math.round(100 * this.opacity)} %`,
    };
    for (const [name, text] of Object.entries(words)) {
      this.root.querySelector(`[data-of="${name}"]`).textContent = text;
      this.root.querySelector(`[data-set="${name}"]`).value = this.display[name] ?? this.opacity;
    }
    this.root.querySelector('[data-do="invert"]').setAttribute("aria-pressed", this.display.invert);
    const same = Object.keys(ORIGINAL).every((name) => this.display[name] === ORIGINAL[name]);
    this.root.querySelector(".changed").textContent = same
      ? "" : "Contrast is not that of the file. Reset shows the original grey.";
    this.draw();
  }

  offerMaps() {
    const names = [...new Set(this.inUse.flatMap((pane) => pane.maps.map((map) => map.name)))];
    const select = this.root.querySelector('[data-set="map"]');
    select.replaceChildren(...["none", ...names].map((name) => new Option(name, name)));
    if (!names.length) this.map = ""; // the next ones show at once
    else if (this.map !== "none" && !names.includes(this.map)) this.map = names[0];
    select.value = this.map || "none";
    this.root.querySelector(".maps").hidden = !names.length;
  }

  scaleWords() {
    const [first, second] = this.panes.map((pane) => pane.picture);
    if (!second) {
      return first.spacing
        ? `A pixel is ${first.spacing.toFixed(3)} mm wide: bar and line are in millimetres.`
        : "The size of a pixel is not known: bar and line are in pixels, not millimetres.";
    }
    if (this.inMm) return "Same scale: a millimetre is as long in both pictures.";
    return "Same scale in pixels only: the size of a pixel is not known for both pictures, so that "
      + "glands of the same size may look unlike in size.";
  }

  draw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      for (const pane of this.inUse) pane.draw();
      const first = this.inUse[0];
      if (!first) return;
      this.root.querySelector(".zoom").textContent = `${Math.round(100 * first.k)} %`;
    });
  }
}

class Pane {
  constructor(viewer, figure) {
    this.viewer = viewer;
    this.figure = figure;
    this.canvas = figure.querySelector("canvas");
    this.maps = [];
    this.canvas.onpointerdown = (event) => this.press(event);
    this.canvas.onpointermove = (event) => this.move(event);
    this.canvas.onpointerup = this.canvas.onpointercancel = () => (this.drag = null);
    this.canvas.onpointerleave = () => this.tell("");
    this.canvas.oncontextmenu = (event) => event.preventDefault();
    this.canvas.ondblclick = () => this.viewer.fit();
    this.canvas.onkeydown = (event) => this.key(event);
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  async load(picture, height, anew) {
    this.figure.hidden = !picture;
    if (!picture) {
      this.picture = null;
      return;
    }
    const [image, ...maps] = await Promise.all(
      [picture, ...picture.maps].map((one) => decoded(one.url)),
    );
    this.picture = picture;
    this.maps = picture.maps.map((map, at) => ({ ...map, image: maps[at] }));
    this.grey = greyOf(image);
    this.shaded = sheet(image.width, image.height);
    if (anew) this.line = this.cross = null;
    this.figure.querySelector("figcaption").textContent = picture.title;
    this.canvas.setAttribute("aria-label", `${picture.title}. ${picture.alt}`);
    this.canvas.style.height = `clamp(320px, 54vh, ${height}px)`;
    this.measureRoom();
    if (anew) this.centre();
  }

  get unit() {
    return this.viewer.inMm ? this.picture.spacing : 1;
  }

  get k() {
    return this.viewer.scale * this.unit;
  }

  measureRoom() {
    this.width = Math.max(1, this.canvas.clientWidth);
    this.height = Math.max(1, this.canvas.clientHeight);
    this.dots = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(this.width * this.dots);
    this.canvas.height = Math.round(this.height * this.dots);
  }

  centre() {
    [this.x, this.y] = [this.shaded.width / 2, this.shaded.height / 2];
  }

  fitting() {
    const { width, height } = this.shaded;
    return Math.min(this.width / width, this.height / height) / this.unit;
  }

  toPicture(x, y) {
    return [(x - this.width / 2) / this.k + this.x, (y - this.height / 2) / this.k + this.y];
  }

  toScreen(x, y) {
    return [(x - this.x) * this.k + this.width / 2, (y - this.y) * this.k + this.height / 2];
  }

  putUnder([x, y], screenX, screenY) {
    this.x = clamp(x - (screenX - this.width / 2) / this.k, 0, this.shaded.width);
    this.y = clamp(y - (screenY - this.height / 2) / this.k, 0, this.shaded.height);
  }

  press(event) {
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    const mode = event.button === 2 ? "window" : event.button === 1 ? "move" : this.viewer.mode;
    const at = this.toPicture(event.offsetX, event.offsetY);
    this.drag = { mode, at, x: event.offsetX, y: event.offsetY, was: { ...this.viewer.display } };
    if (mode === "measure") this.line = [at, at];
    event.preventDefault();
  }

  move(event) {
    if (!this.picture) return;
    const { offsetX: x, offsetY: y } = event;
    if (this.drag?.mode === "move") {
      this.putUnder(this.drag.at, x, y);
      this.viewer.fitted = false;
    } else if (this.drag?.mode === "measure") this.line = [this.drag.at, this.toPicture(x, y)];
    else if (this.drag) {
      this.viewer.set("window", this.drag.was.window + (x - this.drag.x));
      this.viewer.set("level", this.drag.was.level + (y - this.drag.y) / 2);
    }
    if (this.drag) this.viewer.draw();
    this.tell(this.greyWords(...this.toPicture(x, y)));
  }

  wheel(event) {
    const focused = this.canvas.getRootNode().activeElement === this.canvas;
    if (!focused && !event.ctrlKey) return; // the page scrolls on
    event.preventDefault();
    this.viewer.zoom(ZOOM_STEP ** (-Math.sign(event.deltaY)), this, event.offsetX, event.offsetY);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const viewer = this.viewer;
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const acts = {
      "+": () => viewer.act("in"), "=": () => viewer.act("in"), "-": () => viewer.act("out"),
      0: () => viewer.fit(), i: () => viewer.act("invert"), r: () => viewer.act("reset"),
      v: () => viewer.choose("move"), w: () => viewer.choose("window"),
      m: () => viewer.choose("measure"),
      "[": () => viewer.turn("window", -5), "]": () => viewer.turn("window", 5),
      ",": () => viewer.turn("level", -2.5), ".": () => viewer.turn("level", 2.5),
      g: () => viewer.turn("gamma", -0.05), h: () => viewer.turn("gamma", 0.05),
      Enter: () => this.setEnd(), " ": () => this.setEnd(),
    };
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (arrows[name]) this.step(arrows[name], event.shiftKey);
    else if (acts[name]) acts[name]();
    else return;
    event.preventDefault();
    event.stopPropagation(); // the app has keys of its own
  }

  step([x, y], far) {
    if (this.viewer.mode === "measure") {
      this.cross ??= { x: this.x, y: this.y };
      const by = far ? 10 : 1;
      this.cross.x = clamp(this.cross.x + by * x, 0, this.shaded.width);
      this.cross.y = clamp(this.cross.y + by * y, 0, this.shaded.height);
      if (this.cross.from) this.line = [this.cross.from, [this.cross.x, this.cross.y]];
    } else {
      const by = (far ? 120 : 30) / this.k;
      this.x = clamp(this.x + by * x, 0, this.shaded.width);
      this.y = clamp(this.y + by * y, 0, this.shaded.height);
      this.viewer.fitted = false;
    }
    this.viewer.draw();
  }

  setEnd() {
    if (this.viewer.mode !== "measure") return;
    this.cross ??= { x: this.x, y: this.y };
    const at = [this.cross.x, this.cross.y];
    if (this.cross.from) {
      this.line = [this.cross.from, at];
      this.cross.from = null;
    } else {
      this.cross.from = at;
      this.line = [at, at];
    }
    this.viewer.draw();
  }

  shade(table) {
    const pen = this.shaded.getContext("2d");
    const pixels = pen.createImageData(this.shaded.width, this.shaded.height);
    const out = new Uint32Array(pixels.data.buffer);
    const colours = Uint32Array.from(table, (grey) => 0xff000000 | (grey * 0x010101));
    for (let at = 0; at < out.length; at++) out[at] = colours[this.grey[at]];
    pen.putImageData(pixels, 0, 0);
  }

  draw() {
    const pen = this.canvas.getContext("2d");
    pen.setTransform(this.dots, 0, 0, this.dots, 0, 0);
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, this.width, this.height);
    const { k } = this;
    const [x, y] = this.toScreen(0, 0);
    pen.imageSmoothingEnabled = k * this.dots < 3; // enlarged further, pixels are seen as they are
    pen.imageSmoothingQuality = "high";
    pen.drawImage(this.shaded, x, y, this.shaded.width * k, this.shaded.height * k);
    const map = this.maps.find((one) => one.name === this.viewer.map);
    if (map) {
      const [left, top, width, height] = map.box;
      pen.globalAlpha = this.viewer.opacity;
      pen.imageSmoothingEnabled = true;
      pen.drawImage(map.image, ...this.toScreen(left, top), width * k, height * k);
      pen.globalAlpha = 1;
    }
    this.drawBar(pen);
    if (this.picture.synthetic) label(pen, MARK, this.width - 8, 8, "right");
    this.drawLine(pen);
    Object.assign(this.canvas.dataset, { k, x, y, bar: this.bar ?? "" });
  }

  drawBar(pen) {
    const unit = this.picture.spacing || 1; // mm or pixels per pixel
    const each = this.k / unit; // CSS pixels per mm or pixel
    const length = BARS.findLast((one) => one * each <= 0.3 * this.width) ?? BARS[0];
    const [left, low, long] = [14, this.height - 16, length * each];
    pen.fillStyle = "rgba(0, 0, 0, 0.6)";
    pen.fillRect(left - 6, low - 24, Math.max(long, 46) + 14, 34);
    pen.fillStyle = "#fff";
    pen.fillRect(left, low, long, 3);
    pen.fillRect(left, low - 5, 2, 10);
    pen.fillRect(left + long - 2, low - 5, 2, 10);
    this.bar = `${length} ${this.picture.spacing ? "mm" : "pixels"}`;
    pen.font = "600 13px sans-serif";
    pen.textAlign = "left";
    pen.textBaseline = "alphabetic";
    pen.fillText(this.bar, left, low - 9);
  }

  drawLine(pen) {
    const out = this.figure.querySelector(".length");
    out.textContent = this.line ? `Line: ${this.lengthWords()}` : "";
    if (this.cross && this.viewer.mode === "measure") this.drawCross(pen);
    if (!this.line) return;
    const ends = this.line.map((end) => this.toScreen(...end));
    for (const [colour, wide] of [["#000", 4], [LINE, 2]]) {
      [pen.strokeStyle, pen.lineWidth] = [colour, wide];
      pen.beginPath();
      pen.moveTo(...ends[0]);
      pen.lineTo(...ends[1]);
      for (const [x, y] of ends) {
        pen.moveTo(x + 4, y);
        pen.arc(x, y, 4, 0, 2 * Math.PI);
      }
      pen.stroke();
    }
    label(pen, this.lengthWords(), ends[1][0] + 9, ends[1][1] + 9, "left", LINE);
  }

  drawCross(pen) {
    const [x, y] = this.toScreen(this.cross.x, this.cross.y);
    [pen.strokeStyle, pen.lineWidth] = [LINE, 1.5];
    pen.beginPath();
    pen.moveTo(x - 12, y);
    pen.lineTo(x + 12, y);
    pen.moveTo(x, y - 12);
    pen.lineTo(x, y + 12);
    pen.stroke();
  }

  lengthWords() {
    const [[x0, y0], [x1, y1]] = this.line;
    const pixels = Math.hypot(x1 - x0, y1 - y0);
    const spacing = this.picture.spacing;
    return spacing ? `${(pixels * spacing).toFixed(1)} mm` : `${pixels.toFixed(0)} pixels`;
  }

  greyWords(x, y) {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const { width, height } = this.shaded;
    if (column < 0 || row < 0 || column >= width || row >= height) return "";
    const grey = this.grey[row * width + column];
    return `Column ${column}, row ${row}: grey ${grey} of 255, shown as ${this.viewer.table()[grey]}.`;
  }

  tell(words) {
    this.viewer.root.querySelector(".grey").textContent = words;
  }
}

function sheet(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

async function decoded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** The first channel of a grey picture: a byte a pixel, row by row. */
function greyOf(image) {
  const canvas = sheet(image.width, image.height);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height);
  return Uint8Array.from({ length: image.width * image.height }, (_, at) => data[4 * at]);
}

function label(pen, words, x, y, align, colour = "#fff") {
  pen.font = "600 13px sans-serif";
  const width = pen.measureText(words).width;
  const left = align === "right" ? x - width : x;
  pen.fillStyle = "rgba(0, 0, 0, 0.7)";
  pen.fillRect(left - 4, y - 3, width + 8, 20);
  pen.fillStyle = colour;
  pen.textAlign = "left";
  pen.textBaseline = "top";
  pen.fillText(words, left, y);
}
