// Quicker ways to what works without this file too. What stands on a page is dressed again when another page is put in its place.
import { initAll } from "./vendor/govuk-frontend.js";

const isTyping = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  const search = document.getElementById("find");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !search || isTyping(event.target)) return;
  event.preventDefault();
  search.focus();
  search.select();
});

// A menu that was opened closes when one goes elsewhere.
const menu = () => document.querySelector("details.person[open]");
document.addEventListener("click", ({ target }) => menu()?.contains(target) || menu()?.removeAttribute("open"));
document.addEventListener("keydown", ({ key, target }) => {
  if (key !== "Escape" || !menu()?.contains(target)) return;
  const opened = menu();
  opened.removeAttribute("open");
  opened.querySelector("summary").focus();
});

// The answer about a school is copied at once; without this the link leads to the text.
const copyOld = (text) => {
  const selected = getSelection();
  selected.selectAllChildren(text);
  return document.execCommand("copy");
};
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-copy]");
  if (!link) return;
  event.preventDefault();
  const text = document.getElementById(link.dataset.copy);
  try {
    await navigator.clipboard.writeText(text.textContent);
  } catch {
    if (!copyOld(text)) return void (location.hash = link.dataset.copy);
  }
  link.parentElement.querySelector(".copied").textContent = link.dataset.said;
});

// One box chooses every row of the page; how many are chosen is said beside it.
const rows = (form) => [...document.querySelectorAll(".pick input")].filter((box) => box.form === form);
const chosen = (form) => rows(form).filter((box) => box.checked).length;
const count = () => {
  for (const told of document.querySelectorAll("output[data-words]")) {
    told.textContent = chosen(told.form) ? `${told.dataset.words} ${chosen(told.form)}` : "";
  }
  for (const all of document.querySelectorAll("input[data-all]")) {
    all.checked = chosen(all.form) > 0 && chosen(all.form) === rows(all.form).length;
    all.indeterminate = chosen(all.form) > 0 && !all.checked;
  }
};
document.addEventListener("change", ({ target }) => {
  if (target.matches("input[data-all]")) for (const box of rows(target.form)) box.checked = target.checked;
  if (target.matches("input[data-all], .pick input")) count();
});

// What was chosen stays so when its list is put into another order.
let kept = [];
document.addEventListener("click", ({ target }) => {
  if (target.closest(".orders a")) kept = [...document.querySelectorAll(".pick input:checked")].map(({ value }) => value);
});
const choose = () => {
  for (const box of document.querySelectorAll("table:has(.orders) .pick input")) box.checked ||= kept.includes(box.value);
  kept = [];
};

const dress = () => {
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
  initAll();
  choose();
  for (const all of document.querySelectorAll("input[data-all]")) all.closest("label").hidden = false;
  count();
  // Whoever opens a case from the queue works on it: others are told so for a while.
  const look = document.querySelector("form[data-look]");
  if (look) fetch(look.action, { method: "POST", body: new URLSearchParams(new FormData(look)), redirect: "manual" });
};
document.addEventListener("page:shown", dress);
dress();
