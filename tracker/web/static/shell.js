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

// The answer about a school is copied at once; without this the link leads to the text.
const copyOld = (text) => {
  const selected = getSelection();
  selected.selectAllChildren(text);
  return document.execCommand("copy");
};
for (const link of document.querySelectorAll("a[data-copy]")) {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    const text = document.getElementById(link.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.textContent);
    } catch {
      if (!copyOld(text)) return void (location.hash = link.dataset.copy);
    }
    link.parentElement.querySelector(".copied").textContent = link.dataset.said;
  });
}

// Whoever opens a case from the queue works on it: others are told so for a while.
const look = document.querySelector("form[data-look]");
if (look) fetch(look.action, { method: "POST", body: new URLSearchParams(new FormData(look)), redirect: "manual" });

// One box chooses every row of the page.
for (const all of document.querySelectorAll("input[data-all]")) {
  all.closest("label").hidden = false;
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll(`.pick input[form=${all.dataset.all}]`)) box.checked = all.checked;
  });
}
