"use strict";
// Two things: the table of segments is sorted by its heads, and the still charts become live ones.
(() => {
  const sortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    const valueOf = (row, column) => Number(row.cells[column].dataset.value ?? "NaN");
    const sort = (column) => {
      const head = heads[column];
      const first = column === 0 ? "ascending" : "descending";
      const other = first === "ascending" ? "descending" : "ascending";
      const order = head.getAttribute("aria-sort") === first ? other : first;
      const sign = order === "ascending" ? 1 : -1;
      heads.forEach((each) => each.setAttribute("aria-sort", "none"));
      head.setAttribute("aria-sort", order);
      const rank = (row) => {
        const value = valueOf(row, column);
        return Number.isNaN(value) ? Infinity : sign * value;
      };
      const body = table.tBodies[0];
      [...body.rows].sort((one, other_) => rank(one) - rank(other_) || 0).forEach((row) => body.append(row));
    };
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(column));
      head.append(button);
    });
  };
  document.querySelectorAll("table.segments").forEach(sortable);

  const { charts, data } = JSON.parse(document.getElementById("specifications").textContent);
  const narrow = matchMedia("(max-width: 760px)");
  const options = { mode: "vega-lite", renderer: "svg", actions: false, ast: true };
  const enliven = async (place) => {
    const still = place.firstElementChild;
    if (!still || place.dataset.live) return;
    place.dataset.live = "drawing";
    const drawn = document.createElement("div");
    try {
      const specification = charts[place.dataset.chart][place.dataset.size];
      await vegaEmbed(drawn, { ...specification, datasets: data }, options);
      still.replaceWith(drawn);
      place.dataset.live = "yes";
    } catch (error) {
      place.dataset.live = "no";
      console.error(error);
    }
  };
  const enlivenAll = () => {
    const size = narrow.matches ? "narrow" : "wide";
    document.querySelectorAll(`.chart[data-size="${size}"]`).forEach(enliven);
  };
  enlivenAll();
  narrow.addEventListener("change", enlivenAll);
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((each) => (each.open = true)));
})();
