// Drawing on and around a slit: the page map, the ticks under doubtful characters, the alignment of
// what is typed with what is seen, and the ladder of zoom.

const SVG = "http://www.w3.org/2000/svg";
const PAGE = { width: 24, height: 32 }; // of the map
const NARROW = 720; // CSS px; below it the slit scrolls sideways instead

function shape(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Where on the page the slit is: a lit place among grey lines. */
export function drawMap(group, q) {
  group.replaceChildren();
  for (let row = 3; row < 30; row += 3) group.append(shape("rect", { class: "off", x: 3, y: row, width: row % 2 ? 17 : 12, height: 1.2 }));
  if (!q.map.length) return;
  const [x, y, width, height] = q.map;
  group.append(shape("rect", { class: "on", x: x * PAGE.width, y: y * PAGE.height, width: Math.max(2, width * PAGE.width), height: Math.max(1.5, height * PAGE.height) }));
}

/** A tick under each doubtful character. */
export function drawMarks(marks, q) {
  marks.replaceChildren();
  if (!q.picture || !q.boxes.length) return;
  marks.setAttribute("viewBox", `0 0 ${q.w} ${q.h}`);
  const bottom = (q.win[1] + q.win[3]) * q.h;
  const thick = Math.max(2, q.h * 0.02);
  for (const d of q.doubts) {
    const [x, width] = q.boxes[d];
    marks.append(shape("rect", { class: "tick", x: x * q.w, y: bottom + thick * 0.6, width: width * q.w, height: thick, rx: thick / 2 }));
  }
}

/** Put each typed character under its image: same pitch, same centre. */
function align(q, zoom, scale, input) {
  const field = input.parentElement, n = q.boxes.length;
  for (const name of ["--size", "--track", "--shift"]) field.style.removeProperty(name);
  if (!n) return;
  const first = q.boxes[0], last = q.boxes[n - 1], end = last[0] + last[1], width = scale.clientWidth * zoom;
  const pitch = ((end - first[0]) * width) / n;
  const size = Math.max(22, Math.min(54, pitch / 0.78)); // the field never changes height, so eyes and hands stay put
  field.style.setProperty("--size", `${size.toFixed(1)}px`);
  const css = getComputedStyle(input), pen = document.createElement("canvas").getContext("2d");
  pen.font = `${css.fontWeight} ${css.fontSize} ${css.fontFamily}`;
  field.style.setProperty("--track", `${Math.min(size * 0.6, Math.max(0, pitch - pen.measureText("0").width)).toFixed(2)}px`);
  field.style.setProperty("--shift", `${((first[0] + end - 1) * width).toFixed(2)}px`);
}

const LEVELS = ["Zoom", "Closer", "Character"]; // what the next press of the key shows

/** How near the slit is: all of it, closer, or the doubtful character. */
export class Lens {
  #level = 0;

  constructor(slit, scale, input, label) {
    Object.assign(this, { slit, scale, input, label });
    if (this.narrow) slit.tabIndex = 0; // it scrolls sideways on a phone
  }

  get narrow() { return innerWidth < NARROW; }

  /** The picture as it is first seen. A header is shown whole, and stays so. */
  reset(q) { this.#level = 0; this.#show(q); }

  step(q) { this.#level = (this.#level + 1) % LEVELS.length; this.#show(q); return LEVELS[this.#level]; }

  /** Without any zoom: for a picture that shows more than the slit. */
  flat() {
    this.scale.style.setProperty("--zoom", 1);
    this.scale.style.setProperty("--pan", "0%");
  }

  /** Which character of the reading was pointed at. */
  pointed(q, x) {
    const { left, width } = this.scale.getBoundingClientRect(), place = (x - left) / width;
    const found = q.boxes.findIndex(([start, wide]) => place >= start && place < start + wide);
    return found < 0 ? undefined : found;
  }

  #show(q) {
    if (!q?.picture || q.choices.length) { this.scale.style.removeProperty("--zoom"); this.scale.style.removeProperty("--pan"); return; }
    const { scale, slit } = this, d = q.doubts[0];
    const fit = Math.min(q.win[2] > 0.55 ? 0.96 / q.win[2] : 1.22, (slit.clientHeight * q.w) / (q.h * scale.clientWidth * Math.min(1, q.win[3] * 1.5)));
    const z = this.narrow ? [1, 1.4, 2][this.#level] : [fit, fit * 1.5, Math.max(3.2, fit * 2)][this.#level];
    const onto = this.#level === 2 && d !== undefined && q.boxes.length ? q.boxes[d] : null;
    scale.style.setProperty("--zoom", z);
    scale.style.setProperty("--pan", !this.narrow && onto ? `${(0.5 - onto[0] - onto[1] / 2) * z * 100}%` : "0%");
    if (this.narrow) slit.scrollLeft = (onto ? onto[0] - 0.15 : q.win[0]) * scale.clientWidth * z - 12;
    else align(q, fit, scale, this.input);
    this.label.textContent = LEVELS[this.#level];
  }
}
