// The preferences of a manager: Custom opens the matrix, columns keep their floors, and a sentence
// says what will arrive. Without it everything is visible, and the server does the same.

const COLUMNS = ["any_ticket", "member", "in_charge"];
const LEVELS = ["never", "creation", "always"];

const words = JSON.parse(document.getElementById("hd-vocabulary").textContent);

function service(part) {
  const field = (name) => part.querySelector(`[name$="-${name}"]`);
  const preset = field("preset");
  const matrix = part.querySelector("[data-hd-matrix]");
  const columns = COLUMNS.map((name) => [...matrix.querySelectorAll(`[name$="-${name}"]`)]);
  const level = (column) => LEVELS.indexOf(column.find((radio) => radio.checked)?.value);
  const check = (column, value) => column.forEach((radio) => (radio.checked = radio.value === value));

  function keepFloors() {
    let floor = 0;
    for (const column of columns) {
      column.forEach((radio) => (radio.disabled = LEVELS.indexOf(radio.value) < floor));
      if (level(column) < floor) check(column, LEVELS[floor]);
      floor = Math.max(floor, level(column));
    }
  }

  function alerts() {
    const named = words.presets[preset.value];
    if (named) columns.forEach((column, place) => check(column, named[place]));
    matrix.hidden = Boolean(named);
    keepFloors();
    return words.alerts[columns.map((column) => LEVELS[level(column)]).join(" ")];
  }

  function reports() {
    const [first, second] = [field("first_hour"), field("second_hour")];
    if (!field("shows").value) return words.reports.none;
    if (!first.value) return words.reports["no hour"];
    const twice = second.value && second.value !== first.value;
    const name = (twice ? "twice" : "once") + (field("weekends").checked ? ", week-ends too" : "");
    const label = (select) => select.selectedOptions[0].label;
    return words.reports[name].replace("%(first)s", label(first)).replace("%(second)s", label(second));
  }

  function tell(where, sentence) {
    const place = part.querySelector(where);
    // A screen reader repeats what is written anew, be it the same.
    if (sentence && place.textContent !== sentence) place.textContent = sentence;
  }

  function show() {
    tell("[data-hd-alerts]", alerts());
    tell("[data-hd-reports]", reports());
  }

  part.querySelectorAll("[data-hd-with-script]").forEach((hint) => (hint.hidden = false));
  part.addEventListener("change", show);
  show();
}

document.querySelectorAll("[data-hd-service]").forEach(service);
