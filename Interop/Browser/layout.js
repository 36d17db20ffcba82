// What is asked of a page, by its geometry and colours. Each function gives a list of what is wrong.

const shown = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
const name = (e) => `${e.tagName.toLowerCase()}.${e.getAttribute("class") ?? ""} ${JSON.stringify(e.textContent.trim().slice(0, 40))}`;
const box = (e) => e.getBoundingClientRect();

/// Nothing makes the page wider than the window.
function overflow() {
  const wide = document.documentElement.scrollWidth;
  return wide > innerWidth ? [`the page is ${wide} wide, the window ${innerWidth}`] : [];
}

/// Each arrow's line and head lie between its ladder's lifelines, and reach from the one to the other.
function arrows() {
  const wrong = [];
  for (const ladder of document.querySelectorAll(".ladder:not(.rest)")) {
    if (!shown(ladder)) continue;
    const [left, right] = [...ladder.querySelectorAll(".lifelines line")].map((line) => box(line).x);
    for (const stroke of ladder.querySelectorAll(".stroke")) {
      const [line, head] = [box(stroke.querySelector("line")), box(stroke.querySelector("path"))];
      for (const part of [line, head]) {
        if (part.left < left - 1.5 || part.right > right + 1.5) wrong.push(`an arrow leaves its lifelines: ${part.left}..${part.right} of ${left}..${right}`);
      }
      if (line.width < (right - left) * 0.8) wrong.push(`an arrow is ${line.width} of ${right - left} long`);
      if (right - left < 120) wrong.push(`the lifelines are ${right - left} apart`);
      const goesRight = stroke.closest(".from-client") !== null;
      if ((head.left > (left + right) / 2) !== goesRight) wrong.push("an arrow's head is at the wrong side");
    }
  }
  return wrong;
}

/// Times, words, numbers and steps are whole, inside their card, and none lies on another.
function labels() {
  const wrong = [];
  for (const ladder of document.querySelectorAll(".ladder")) {
    if (!shown(ladder)) continue;
    const card = box(ladder.closest(".card"));
    const all = [...ladder.querySelectorAll(".time, .words > *, .badge, .step")].filter((e) => shown(e) && e.textContent.trim());
    const boxes = all.map(box);
    all.forEach((e, i) => {
      const b = boxes[i];
      if (b.left < card.left || b.right > card.right) wrong.push(`${name(e)} leaves its card`);
      const words = e.closest(".words");
      if (words && (b.left < box(words).left - 1 || b.right > box(words).right + 1)) wrong.push(`${name(e)} leaves its lane`);
      if (getComputedStyle(e).overflow !== "visible") wrong.push(`${name(e)} may be cut`);
      const text = document.createRange();
      text.selectNodeContents(e);
      if (box(text).width > b.width + 1) wrong.push(`${name(e)} is wider than its place`);
      for (let j = i + 1; j < all.length && boxes[j].top < b.bottom + 200; j++) {
        const c = boxes[j];
        const over = Math.min(b.right, c.right) - Math.max(b.left, c.left);
        const under = Math.min(b.bottom, c.bottom) - Math.max(b.top, c.top);
        if (over > 1 && under > 2) wrong.push(`${name(e)} and ${name(all[j])} overlap by ${over} × ${under}`);
      }
    });
  }
  return wrong;
}

/// The failing step is there, open, in words and with the bytes marked at which it departed.
function failing() {
  const rows = [...document.querySelectorAll(".row.failing")];
  if (!rows.length) return ["no failing step"];
  return rows.flatMap((row) => {
    const wrong = [];
    if (!row.open || !shown(row)) wrong.push("the failing step is not open");
    if (!/failed/.test(row.querySelector("summary").textContent)) wrong.push("the failing step does not say so");
    const [expected, got] = row.querySelectorAll(".panel");
    if (!expected || !got) return wrong.concat(row.querySelector(".difference") ? [] : ["nothing is compared"]);
    const beside = box(expected).top === box(got).top || innerWidth < 700;
    if (!beside) wrong.push("expected and got are not side by side");
    for (const panel of [expected, got]) {
      const marks = panel.querySelectorAll("b mark.first");
      if (marks.length !== 1) wrong.push(`${marks.length} bytes are marked as the first that differs`);
      else if (box(marks[0]).right > box(panel).right) wrong.push("the marked byte is out of sight");
    }
    return wrong;
  });
}

const painter = document.createElement("canvas").getContext("2d", {willReadFrequently: true});

function rgba(color) {
  painter.clearRect(0, 0, 1, 1);
  painter.fillStyle = color;
  painter.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = painter.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
}

const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];

function luminance(color) {
  const [r, g, b] = color.slice(0, 3).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/// Each text's colour against what is behind it: 4.5 at least (WCAG 2.2, 1.4.3).
function contrast() {
  const wrong = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Map();
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !shown(e) || ["SCRIPT", "STYLE"].includes(e.tagName)) continue;
    const behind = [];
    for (let up = e; up; up = up.parentElement) behind.push(getComputedStyle(up).backgroundColor);
    const key = behind.join() + getComputedStyle(e).color;
    if (!seen.has(key)) {
      const back = behind.reverse().reduce((under, color) => over(rgba(color), under), [255, 255, 255, 1]);
      const [one, other] = [luminance(over(rgba(getComputedStyle(e).color), back)), luminance(back)].sort((a, b) => b - a);
      seen.set(key, (one + 0.05) / (other + 0.05));
    }
    if (seen.get(key) < 4.5) wrong.add(`${name(e)}: contrast ${seen.get(key).toFixed(2)}`);
  }
  return [...wrong].slice(0, 20);
}
