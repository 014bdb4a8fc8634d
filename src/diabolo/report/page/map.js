// Colors the points of the map by the chosen column. Without it the page shows the first coloring.
"use strict";
(() => {
  const chooser = document.getElementById("color-by");
  const group = document.getElementById("points");
  const { points, colorings } = JSON.parse(document.getElementById("map-data").textContent);
  const show = (chosen) => {
    const { codes, classes } = colorings[chosen];
    const courses = {};
    points.forEach(([x, y], i) => {
      (courses[codes[i]] ??= []).push(`M${x / 10} ${y / 10}h0`);
    });
    const paths = Object.keys(classes).map(Number).sort((a, b) => a - b).map((code) => {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("class", classes[code]);
      path.setAttribute("d", courses[code].join(""));
      return path;
    });
    group.replaceChildren(...paths);
    document.querySelectorAll("[data-legend]").forEach((legend) => {
      legend.hidden = legend.dataset.legend !== String(chosen);
    });
  };
  chooser.addEventListener("change", () => show(Number(chooser.value)));
  chooser.closest("label").hidden = false;
  if (chooser.value !== "0") show(Number(chooser.value));
})();
