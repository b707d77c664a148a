"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const PAGE = 48;
  const state = { network: 0, sort: "suspicion", group: "all", overlay: "registered", shown: PAGE, order: [] };
  const $ = (id) => document.getElementById(id);
  const bytes = (text, Kind) => new Kind(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  for (const network of data.networks) {
    network.maps = bytes(network.maps, Int8Array);
    network.stock = bytes(network.stock, Uint8Array);
    network.shares = bytes(network.shares, Uint8Array);
  }
  const network = () => data.networks[state.network];
  const photos = () => data.backgrounds[network().background];
  const group = (photo) => (photo.looks ? "good" : "normal");
  const right = (photo, margin) => margin > 0 === (photo.looks === 1);
  const number = (value) => (value >= 0 ? "+" : "\u2212") + Math.abs(value).toFixed(2);

  function element(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  // Blue to white to red for signed maps, the colours of `jet` for stock ones; both fade where they say little.
  function signedColour(value) {
    const strength = Math.min(1, Math.sqrt(Math.abs(value)));
    return value > 0 ? [178, 24, 43, 205 * strength] : [33, 102, 172, 205 * strength];
  }
  function stockColour(value) {
    const ramp = (centre) => 255 * Math.max(0, Math.min(1, 1.5 - Math.abs(4 * value - centre)));
    return [ramp(3), ramp(2), ramp(1), 128];
  }

  /* Draws one map: cell i is centred on pixel offset + stride * i of a photograph of side `size`. */
  function draw(canvas, model, index, drawing) {
    const cells = model.cells, side = 112;
    const stock = drawing === "stock";
    const offset = stock ? (model.size / cells - 1) / 2 : model.offset;
    const stride = stock ? model.size / cells : model.stride;
    const values = stock ? model.stock : model.maps, full = stock ? 255 : 127;
    const start = index * cells * cells;
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d"), image = context.createImageData(side, side);
    const places = [];
    for (let p = 0; p < side; p++) {
      const pixel = ((p + 0.5) * model.size) / side - 0.5;
      const t = Math.max(0, Math.min(cells - 1, (pixel - offset) / stride));
      const left = Math.min(Math.floor(t), Math.max(cells - 2, 0));
      places.push([left, Math.min(left + 1, cells - 1), t - left]);
    }
    for (let y = 0, at = 0; y < side; y++) {
      const [top, bottom, v] = places[y];
      for (let x = 0; x < side; x++, at += 4) {
        const [left, rightmost, u] = places[x];
        const above = values[start + top * cells + left] * (1 - u) + values[start + top * cells + rightmost] * u;
        const below = values[start + bottom * cells + left] * (1 - u) + values[start + bottom * cells + rightmost] * u;
        const value = (above * (1 - v) + below * v) / full;
        image.data.set(stock ? stockColour(value) : signedColour(value), at);
      }
    }
    context.putImageData(image, 0, 0);
  }

  function stack(photo, index, overlay) {
    const box = element("span", { className: "stack" }, element("img", { src: photo.photo, alt: "" }));
    if (overlay === "regions" && photo.regions) box.append(element("img", { src: photo.regions, alt: "", className: "regions" }));
    if (overlay === "registered" || overlay === "stock") {
      const canvas = element("canvas");
      draw(canvas, network(), index, overlay);
      box.append(canvas);
    }
    return box;
  }

  function composite(face, background) {
    const box = element("span", { className: "stack" });
    if (face.cut && background.plate)
      box.append(element("img", { src: background.plate, alt: "" }), element("img", { src: face.cut, alt: "" }));
    return box;
  }

  function sorted() {
    const model = network(), list = photos();
    const own = (i) => (list[i].looks ? model.margins[i] : -model.margins[i]);
    const keys = {
      suspicion: (i) => -(model.suspicion[i] ?? -1e9),
      margin: own,
      surest: (i) => -own(i),
      good: (i) => -model.margins[i],
    };
    return list.map((_, i) => i)
      .filter((i) => state.group === "all" || group(list[i]) === state.group || (state.group === "wrong" && !right(list[i], model.margins[i])))
      .sort((a, b) => keys[state.sort](a) - keys[state.sort](b) || a - b);
  }

  function show() {
    const model = network(), list = photos();
    state.order = sorted();
    const cards = state.order.slice(0, state.shown).map((index) => {
      const photo = list[index], margin = model.margins[index], correct = right(photo, margin);
      const suspicion = model.suspicion[index];
      const card = element("button", { type: "button", className: correct ? "photo" : "photo wrong" },
        stack(photo, index, state.overlay),
        element("span", { textContent: `margin ${number(margin)} ${correct ? "\u2713" : "\u2717"}` }),
        element("span", { className: "quiet", textContent: `${group(photo)}, suspicion ${suspicion === null ? "\u2013" : suspicion.toFixed(2)}` }));
      card.setAttribute("aria-label", `${photo.id}, ${group(photo)}, margin ${margin}, judged ${correct ? "right" : "wrong"}. Open.`);
      card.addEventListener("click", () => open(index));
      return card;
    });
    $("grid").replaceChildren(...cards);
    $("shown").textContent = `${cards.length} of ${state.order.length} photographs. Seed ${model.seed}. Full colour of the registered map: ${model.full} logits per cell.`;
    $("more").hidden = state.order.length <= state.shown;
  }

  function bars(index) {
    const model = network(), count = data.regions.length, box = element("div", { className: "bars" });
    data.regions.forEach((name, k) => {
      const share = model.shares[index * count + k] / 255, bar = element("i");
      bar.style.width = `${100 * share}%`;
      bar.style.background = data.colours[k];
      box.append(element("span", { textContent: name.replace("_", ", ") }), element("span", {}, bar),
        element("span", { className: "number", textContent: `${Math.round(100 * share)} %` }));
    });
    return box;
  }

  function figure(content, caption) {
    return element("figure", {}, content, element("figcaption", { textContent: caption }));
  }

  function open(index) {
    const model = network(), list = photos(), photo = list[index], margin = model.margins[index];
    state.open = index;
    $("photo-title").textContent = photo.id;
    const parts = [
      element("p", { textContent: `${model.name}, seed ${model.seed}: group ${group(photo)}, margin ${number(margin)}, judged ${right(photo, margin) ? "right" : "wrong"}. Person ${photo.person}.` }),
      element("div", { className: "views" },
        figure(stack(photo, index, "none"), "The photograph"),
        figure(stack(photo, index, "registered"), "Registered and signed: red for good, blue for normal"),
        figure(stack(photo, index, "stock"), "As stock tools draw it: predicted group, 0 to 1"),
        figure(stack(photo, index, "regions"), "Regions")),
    ];
    const swap = photo.pair && model.swaps[index];
    if (swap) {
      const [one, other] = photo.pair.map((i) => list[i]);
      parts.push(element("h4", { textContent: "Swapped: margins of faces on backgrounds" }),
        element("div", { className: "cells" },
          figure(composite(one, one), `good face, own background: ${number(swap[0])}`),
          figure(composite(one, other), `good face, normal background: ${number(swap[1])}`),
          figure(composite(other, one), `normal face, good background: ${number(swap[2])}`),
          figure(composite(other, other), `normal face, own background: ${number(swap[3])}`)),
        element("p", { className: "note", textContent:
          `In this pair the face moves the margin by ${number((swap[0] + swap[1] - swap[2] - swap[3]) / 2)}, the background by ${number((swap[0] - swap[1] + swap[2] - swap[3]) / 2)}. One pair is an anecdote; the reliance above averages over all.` }));
    }
    parts.push(element("h4", { textContent: "Share of the registered evidence per region" }), bars(index));
    $("photo-body").replaceChildren(...parts);
    if (!$("photo").open) $("photo").showModal();
  }

  function step(by) {
    const at = state.order.indexOf(state.open) + by;
    if (at >= 0 && at < state.order.length) open(state.order[at]);
  }

  data.networks.forEach((model, i) => $("network").append(element("option", { value: i, textContent: model.name })));
  for (const name of ["network", "sort", "group"])
    $(name).addEventListener("change", (event) => { state[name] = name === "network" ? +event.target.value : event.target.value; state.shown = PAGE; show(); });
  document.querySelectorAll("[name=overlay]").forEach((input) => input.addEventListener("change", () => { state.overlay = input.value; show(); }));
  $("more").addEventListener("click", () => { state.shown += PAGE; show(); });
  $("previous").addEventListener("click", () => step(-1));
  $("next").addEventListener("click", () => step(1));
  $("photo").addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
  for (const name of ["drawing", "which"])
    document.querySelectorAll(`[name=${name}]`).forEach((input) => input.addEventListener("change", () => {
      $("means").dataset[name === "which" ? "group" : name] = input.value;
    }));
  addEventListener("beforeprint", () => document.querySelectorAll("details.fold").forEach((fold) => (fold.open = true)));
  show();
  document.body.dataset.ready = "yes";
})();
