// The preferences of a manager: Custom opens the matrix, no column is quieter than the one before it, and
// a sentence says what will arrive. Without JavaScript everything is visible; the server does the same.

const COLUMNS = ["any_ticket", "member", "in_charge"];
const LEVELS = ["never", "creation", "always"];

/** Return levels of which none is below the one before it. */
export function raiseLevels(levels) {
  let floor = 0;
  return levels.map((level) => LEVELS[(floor = Math.max(floor, LEVELS.indexOf(level)))]);
}

/** Return which sentence describes the reports, as the server names it. */
export function nameReports({ shows, first, second, weekends }) {
  if (!shows) return "none";
  if (!first) return "no hour";
  const times = second && second !== first ? "twice" : "once";
  return weekends ? `${times}, week-ends too` : times;
}

function startService(part, vocabulary) {
  const findField = (name) => part.querySelector(`[name$="-${name}"]`);
  const preset = findField("preset");
  const matrix = part.querySelector("[data-hd-matrix]");
  const columns = COLUMNS.map((name) => [...matrix.querySelectorAll(`[name$="-${name}"]`)]);

  function checkLevels(levels) {
    columns.forEach((radios, place) => {
      const floor = LEVELS.indexOf(levels[place - 1]);
      radios.forEach((radio) => {
        radio.checked = radio.value === levels[place];
        radio.disabled = LEVELS.indexOf(radio.value) < floor;
      });
    });
  }

  function describeAlerts() {
    const named = vocabulary.presets[preset.value];
    const chosen = columns.map((radios) => radios.find((radio) => radio.checked)?.value);
    const levels = raiseLevels(named ?? chosen);
    checkLevels(levels);
    matrix.hidden = Boolean(named);
    return vocabulary.alerts[levels.join(" ")];
  }

  function describeReports() {
    const [first, second] = [findField("first_hour"), findField("second_hour")];
    const name = nameReports({
      shows: findField("shows").value,
      first: first.value,
      second: second.value,
      weekends: findField("weekends").checked,
    });
    const labelOf = (select) => select.selectedOptions[0].label;
    return vocabulary.reports[name]
      .replace("%(first)s", labelOf(first))
      .replace("%(second)s", labelOf(second));
  }

  function showSentence(selector, sentence) {
    const place = part.querySelector(selector);
    // A screen reader repeats what is written again, even if it is the same.
    if (sentence && place && place.textContent !== sentence) place.textContent = sentence;
  }

  function update() {
    showSentence("[data-hd-alerts]", describeAlerts());
    showSentence("[data-hd-reports]", describeReports());
  }

  part.querySelectorAll("[data-hd-with-script]").forEach((hint) => (hint.hidden = false));
  part.addEventListener("change", update);
  update();
}

document.addEventListener("hd:enhance", ({ target }) => {
  const services = target.querySelectorAll("[data-hd-service]");
  if (services.length === 0) return;
  const vocabulary = JSON.parse(document.getElementById("hd-vocabulary").textContent);
  services.forEach((part) => startService(part, vocabulary));
});
