// Files chosen, dropped, pasted or photographed: listed with their size, and each can be taken out again.

/** Return a size in bytes for people, in the language of the page. */
export function formatSize(bytes, language) {
  const isLarge = bytes >= 1000 * 1024;
  const amount = isLarge ? bytes / 1024 ** 2 : Math.max(1, bytes / 1024);
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: isLarge ? "megabyte" : "kilobyte",
    maximumFractionDigits: isLarge && amount < 10 ? 1 : 0,
  }).format(amount);
}

/** Return the files to send, and which limit left some of them out. */
export function selectFiles(chosen, added, { maxCount, maxSize }) {
  const isNew = ({ name, size, lastModified }) =>
    !chosen.some(
      (file) => file.name === name && file.size === size && file.lastModified === lastModified,
    );
  const fresh = added.filter(isNew);
  const tooLarge = fresh.filter(({ size }) => size > maxSize);
  const files = [...chosen, ...fresh.filter(({ size }) => size <= maxSize)];
  return { files: files.slice(0, maxCount), tooLarge, isCut: files.length > maxCount };
}

class FileList {
  constructor(field) {
    this.field = field;
    this.input = field.querySelector("[type=file]");
    this.list = field.querySelector("[data-hd-files-list]");
    this.problem = field.querySelector("[data-hd-files-problem]");
    this.files = [];
    field.querySelector("[data-hd-files-drop]").hidden = false;
    this.input.addEventListener("change", () => this.add([...this.input.files]));
    field.addEventListener("dragover", (event) => event.preventDefault());
    field.addEventListener("drop", (event) => {
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
    this.input.form?.addEventListener("paste", (event) => {
      const pasted = [...(event.clipboardData?.files ?? [])];
      if (!pasted.length) return;
      event.preventDefault();
      this.add(pasted);
    });
  }

  get limits() {
    const { hdMaxCount, hdMaxSize } = this.input.dataset;
    const kept = this.list.querySelectorAll("[name=kept]:checked").length;
    return {
      maxCount: Number(hdMaxCount ?? Infinity) - kept,
      maxSize: Number(hdMaxSize ?? Infinity),
    };
  }

  add(added) {
    const { files, tooLarge, isCut } = selectFiles(this.files, added, this.limits);
    const { hdTooLarge, hdTooMany } = this.problem.dataset;
    const messages = tooLarge.map(({ name }) => hdTooLarge.replace("%(name)s", () => name));
    if (isCut) messages.push(hdTooMany);
    this.problem.textContent = messages.join(" ");
    this.problem.hidden = !messages.length;
    this.set(files);
  }

  remove(file) {
    this.set(this.files.filter((other) => other !== file));
    this.input.focus();
  }

  set(files) {
    this.files = files;
    const carried = new DataTransfer();
    files.forEach((file) => carried.items.add(file));
    this.input.files = carried.files;
    this.list.querySelectorAll("[data-hd-file]").forEach((item) => item.remove());
    this.list.append(...files.map((file) => this.buildItem(file)));
  }

  buildItem(file) {
    const item = document.createElement("li");
    item.dataset.hdFile = "";
    const chip = document.createElement("span");
    chip.className = "hd-chip";
    const size = document.createElement("span");
    size.className = "hd-meta";
    size.textContent = formatSize(file.size, document.documentElement.lang || undefined);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.ariaLabel = this.list.dataset.hdRemove.replace("%(name)s", () => file.name);
    remove.addEventListener("click", () => this.remove(file));
    chip.append(document.createTextNode(`${file.name} `), size, remove);
    item.append(chip);
    return item;
  }
}

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("[data-hd-files]").forEach((field) => new FileList(field));
});
