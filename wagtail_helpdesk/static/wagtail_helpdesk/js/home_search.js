// The search box on the home page of the Wagtail admin searches pages. For people who edit none,
// who would only be refused, it searches tickets.
const panel = document.querySelector("[data-helpdesk-search]");
const form = panel && document.querySelector(".w-dashboard header form[role=search]");
if (form) {
  const label = panel.dataset.helpdeskSearchLabel;
  form.action = panel.dataset.helpdeskSearch;
  const field = form.querySelector("input[name=q]");
  field.placeholder = label;
  const name = form.querySelector(`label[for="${field.id}"]`);
  if (name) name.textContent = label;
}
