// Drawing on and around a slit: the page map, the ticks under doubtful characters, the alignment
// of what is typed with what is seen.

const SVG = "http://www.w3.org/2000/svg";
const PAGE = { width: 24, height: 32 }; // of the map

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

/** Put each typed character under its image: same pitch, same centre line. */
export function align(q, zoom, scale, input) {
  const field = input.parentElement, n = q.boxes.length;
  if (!n) { field.style.removeProperty("--size"); field.style.removeProperty("--track"); return; }
  const last = q.boxes[n - 1];
  const pitch = ((last[0] + last[1] - q.boxes[0][0]) * scale.clientWidth * zoom) / n;
  const size = Math.max(22, Math.min(54, pitch / 0.78)); // the field never changes height, so eyes and hands stay put
  field.style.setProperty("--size", `${size.toFixed(1)}px`);
  const css = getComputedStyle(input), pen = document.createElement("canvas").getContext("2d");
  pen.font = `${css.fontWeight} ${css.fontSize} ${css.fontFamily}`;
  field.style.setProperty("--track", `${Math.min(size * 0.6, Math.max(0, pitch - pen.measureText("0").width)).toFixed(2)}px`);
}
