// Quicker ways to what works without this file too.
import { initAll } from "./vendor/govuk-frontend.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

const search = document.getElementById("find");
const isTyping = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !search || isTyping(event.target)) return;
  event.preventDefault();
  search.focus();
  search.select();
});

// A menu that was opened closes when one goes elsewhere.
const person = document.querySelector("details.person");
const close = () => person.removeAttribute("open");
if (person) {
  document.addEventListener("click", (event) => person.contains(event.target) || close());
  person.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    close();
    person.querySelector("summary").focus();
  });
}
