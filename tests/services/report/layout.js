// Put at the end of a report in a frame: tells the page around it what lies badly, and to whom.
(() => {
  const CLEAR = 4.5; // WCAG 2.2, 1.4.3
  const boxes = [], outside = [], broken = [];
  const cut = (box, frame) => box.left < frame.left - 1 || box.right > frame.right + 1;
  const name = (e) => e.textContent.trim().replace(/\s+/g, " ").slice(0, 60);

  // What of a box is in sight: a wide table scrolls by itself, inside its wrapper.
  const clipped = (box, e) => {
    const wrapper = e.closest(".scroll");
    if (!wrapper || wrapper === e) return box;
    const inside = wrapper.getBoundingClientRect();
    return { left: Math.max(box.left, inside.left), right: Math.min(box.right, inside.right), top: box.top, bottom: box.bottom };
  };
  const add = (kind, owner, text, { left, right, top, bottom }) => {
    if (right - left > 0.5 && bottom - top > 0.5) boxes.push({ kind, owner, text, left, right, top, bottom });
  };

  // Words that would fit into any line, but go on in the next.
  function torn(node, { 0: word, index }) {
    if (word.length > 22 || /[-/?]/.test(word)) return false;
    const range = document.createRange();
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1;
  }

  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = {};
  while (words.nextNode()) {
    const node = words.currentNode, e = node.parentElement;
    if (!node.data.trim() || e.closest("title, script, style") || !e.checkVisibility()) continue;
    const label = e.closest("text");
    const range = document.createRange();
    range.selectNodeContents(node);
    const own = label ? [label.getBoundingClientRect()] : range.getClientRects();
    if (label && cut(own[0], label.closest("svg").getBoundingClientRect())) outside.push(node.data.slice(0, 60));
    const kind = e.closest(".sign") ? "sign" : "text";
    for (const box of own) add(kind, e, node.data.trim().slice(0, 60), clipped(box, e));
    for (const found of node.data.matchAll(/\S+/g)) if (torn(node, found)) broken.push(found[0]);
    const ratio = contrast(label ?? e);
    if (ratio < CLEAR) faint[`${e.localName}.${e.getAttribute("class") ?? ""}: ${name(e)}`] = ratio.toFixed(2);
  }
  for (const sign of document.querySelectorAll("svg:not(.inline) .sign, rect.let-in, rect.refused")) {
    if (sign.checkVisibility()) add("sign", sign, `(${sign.getAttribute("class")})`, sign.getBoundingClientRect());
  }

  const overlaps = [];
  boxes.sort((a, b) => a.top - b.top);
  boxes.forEach((a, n) => {
    for (let m = n + 1; m < boxes.length && boxes[m].top < a.bottom - 1; m += 1) {
      const b = boxes[m];
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - b.top;
      if (across > 1 && down > 1 && a.owner !== b.owner && (a.kind === "text" || b.kind === "text")) {
        overlaps.push(`${a.text} / ${b.text}`);
      }
    }
  });

  const page = { left: 0, right: innerWidth };
  outside.push(...boxes.filter((box) => cut(box, page)).map((box) => box.text));

  function contrast(e) {
    const style = getComputedStyle(e);
    const ink = e.localName === "text" ? style.fill : style.color;
    return Math.min(...grounds(e, style).map((ground) => ratio(over(rgba(ink), ground), ground)));
  }

  // Whatever a text may stand on: a label of a picture on each shape under it.
  function grounds(e, style) {
    let paper = [255, 255, 255, 1];
    const under = [];
    for (let each = e; each; each = each.parentElement) under.unshift(rgba(getComputedStyle(each).backgroundColor));
    for (const colour of under) paper = over(colour, paper);
    if (e.localName !== "text") return [paper];
    if (style.stroke !== "none" && style.paintOrder.startsWith("stroke")) return [rgba(style.stroke)];
    const box = e.getBoundingClientRect();
    const below = [...e.closest("svg").querySelectorAll("rect, path, circle")].filter((shape) => {
      const its = shape.getBoundingClientRect();
      const apart = its.right < box.left + 1 || its.left > box.right - 1 || its.bottom < box.top + 1 || its.top > box.bottom - 1;
      return !apart && shape.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING;
    });
    return [paper, ...below.map((shape) => {
      const its = getComputedStyle(shape);
      const [r, g, b, a] = rgba(its.fill);
      return over([r, g, b, a * its.opacity], paper);
    })];
  }
  function rgba(colour) {
    const [r, g, b, a] = (colour.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    return [r, g, b, a ?? 1];
  }
  function over([r, g, b, a], ground) {
    return [...[r, g, b].map((part, n) => part * a + ground[n] * (1 - a)), 1];
  }
  function ratio(one, other) {
    const light = ([...rgb]) => {
      const [r, g, b] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  }

  const told = parent.document.createElement("pre");
  told.className = "told";
  told.textContent = JSON.stringify({
    name: frameElement.name,
    width: innerWidth,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    scrolls: document.documentElement.scrollWidth,
    texts: boxes.filter((box) => box.kind === "text").length,
    outside, overlaps, broken, faint,
  });
  parent.document.body.append(told);
})();
