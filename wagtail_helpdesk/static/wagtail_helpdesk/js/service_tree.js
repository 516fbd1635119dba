// The tree of services of a transfer: finds a category by its name, and shows what a choice entails.

const LABELS_WITHOUT_SEARCH = 8;

/** Return a text without accents and capitals, for comparing. */
export const foldText = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function filterBranch(branch, wanted) {
  const whole = foldText(branch.querySelector("summary").textContent).includes(wanted);
  let shown = 0;
  branch.querySelectorAll("label").forEach((label) => {
    label.hidden = !whole && !foldText(label.textContent).includes(wanted);
    shown += !label.hidden;
  });
  branch.hidden = !shown;
  if (wanted) branch.open = shown > 0;
}

function startSearch(tree) {
  const search = tree.querySelector("[data-hd-find]");
  if (!search) return;
  const branches = [...tree.querySelectorAll("[data-hd-branch]")];
  const labels = branches.flatMap((branch) => [...branch.querySelectorAll("label")]);
  search.closest("label").hidden = labels.length < LABELS_WITHOUT_SEARCH;
  search.addEventListener("input", () => {
    branches.forEach((branch) => filterBranch(branch, foldText(search.value.trim())));
  });
}

function startTree(tree) {
  startSearch(tree);
  const { form } = tree;
  const notes = form.querySelector("[data-hd-notes]");
  const general = notes.textContent;
  const showConsequences = () => {
    const chosen = tree.querySelector("input[type=radio]:checked");
    const away = !chosen || "hdForeign" in chosen.dataset;
    form.querySelectorAll("[data-hd-if-foreign]").forEach((part) => (part.hidden = !away));
    // Other managers read the notes, whether or not the mover is one of them.
    const branch = chosen?.closest("[data-hd-branch]").dataset;
    notes.hidden = Boolean(branch) && "hdHere" in branch;
    notes.textContent = branch
      ? notes.dataset.hdNotes.replace("%(service)s", () => branch.hdBranch)
      : general;
  };
  tree.addEventListener("change", showConsequences);
  showConsequences();
}

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("[data-hd-tree]").forEach(startTree);
});
