// A submit button names what was chosen: “Transfer to Plumbing”.

function startLabel(button) {
  const general = button.textContent;
  const showName = () => {
    const name = button.form.querySelector("[name=to]:checked")?.dataset.hdName;
    button.textContent = name ? button.dataset.hdNames.replace("%(name)s", () => name) : general;
  };
  button.form.addEventListener("change", showName);
  showName();
}

document.addEventListener("hd:enhance", ({ target }) => {
  target.querySelectorAll("[data-hd-names]").forEach(startLabel);
});
