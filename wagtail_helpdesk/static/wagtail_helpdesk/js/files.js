// The files of a form: chosen, dropped or pasted, listed by name, each to be removed again.

const findInput = (part) => part.querySelector("input[type=file]");

function setFiles(input, files) {
  const transfer = new DataTransfer();
  files.forEach((file) => transfer.items.add(file));
  input.files = transfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function buildChip(file, label, remove) {
  const chip = document.createElement("span");
  chip.className = "hd-chip";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "×";
  button.ariaLabel = label.replace("%(name)s", () => file.name);
  button.addEventListener("click", remove);
  chip.append(file.name, button);
  const item = document.createElement("li");
  item.append(chip);
  return item;
}

function showChosen(part) {
  const [input, list] = [findInput(part), part.querySelector("[data-hd-chosen]")];
  const files = [...input.files];
  const chips = files.map((file) =>
    buildChip(file, list.dataset.hdRemove, () => {
      setFiles(input, files.filter((other) => other !== file));
      part.querySelector("[data-hd-choose]").focus();
    }),
  );
  list.replaceChildren(...chips);
  list.hidden = chips.length === 0;
}

function startFiles(part) {
  const [input, choose] = [findInput(part), part.querySelector("[data-hd-choose]")];
  input.hidden = true;
  choose.hidden = false;
  const description = input.getAttribute("aria-describedby");
  if (description) choose.setAttribute("aria-describedby", description);
  choose.addEventListener("click", () => input.click());
  input.addEventListener("change", () => showChosen(part));
  const take = (event, files) => {
    if (!files?.length) return;
    event.preventDefault();
    setFiles(input, [...input.files, ...files]);
  };
  input.form.addEventListener("paste", (event) => take(event, event.clipboardData?.files));
  input.form.addEventListener("dragover", (event) => event.preventDefault());
  input.form.addEventListener("drop", (event) => take(event, event.dataTransfer?.files));
}

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("[data-hd-files]").forEach(startFiles);
});
