// Pages that are asked for from a page are fetched by htmx and put in its place; all of it works without this file.
// Only <body> bears attributes of htmx. Which links and forms are taken is said here, so none elsewhere starts anything.

const LEFT_ALONE = "[download], [href^='/sign-'], form[method=post]:not([data-quick])";
const EARLIEST = "1996";
const PAUSE = 400;

let sending = null;
let typing = false;
let swapped = null;

const page = (name) => document.dispatchEvent(new Event(`page:${name}`));
const on = (name, does) => document.addEventListener(`htmx:${name}`, (event) => does(event.detail.ctx, event));
const isReading = (ctx) => ctx.request.method === "GET";

// What starts a request.

const isForeign = (one) => one.getAttributeNames().some((name) => /^(data-)?hx-/.test(name));
on("before:init", (_, event) => {
  if (isForeign(event.target) || event.target.matches(LEFT_ALONE)) event.preventDefault();
});
on("before:on:init", (_, event) => event.preventDefault());

// A new window is the browser's own matter.
document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) event.stopPropagation();
}, true);

// A form that finds asks by itself when one stops typing; a name that must be whole is asked for when one leaves it.
let waiting;
const follow = ({ type, target: field }) => {
  if (!field.form?.matches("[data-live]") || field.matches("[data-whole]") !== (type === "change")) return;
  clearTimeout(waiting);
  if (field.type === "date" && field.value && field.value < EARLIEST) return; // a year is typed digit by digit
  waiting = setTimeout(() => {
    if (!field.isConnected || !field.form.checkValidity()) return;
    typing = true;
    field.form.requestSubmit();
    typing = false;
  }, PAUSE);
};
document.addEventListener("input", follow);
document.addEventListener("change", follow);

on("config:request", (ctx, event) => {
  clearTimeout(waiting);
  ctx.isTyped = typing;
  if (isReading(ctx)) return;
  if (sending) return event.preventDefault();
  sending = ctx;
});
on("finally:request", (ctx) => {
  if (ctx === sending) sending = null;
});

// What comes back. A file, another language, another release or the way to sign in is a document of its own.

const made = (page) => [page.documentElement.lang, ...[...page.querySelectorAll("[rel=stylesheet], script[src]")]
  .map((one) => one.getAttribute("href") ?? one.getAttribute("src"))].join(" ");
const here = made(document);
const headOf = (text) => new DOMParser().parseFromString(text.slice(0, text.search(/<body\b/)), "text/html");

const isReturn = (ctx) => "HX-History-Restore-Request" in ctx.request.headers;
const leave = (ctx, event) => {
  event.preventDefault();
  const { url, redirected } = ctx.response.raw;
  if (isReturn(ctx)) location.reload();
  else if (isReading(ctx) || redirected) location.assign(ctx.request.anchor ? `${url}#${ctx.request.anchor}` : url);
  else tell(ctx);
};
on("before:response", (ctx, event) => {
  if (!ctx.response.headers.get("content-type")?.startsWith("text/html")) leave(ctx, event);
});
on("after:request", (ctx, event) => {
  ctx.head = headOf(ctx.text);
  if (made(ctx.head) !== here) leave(ctx, event);
});

// Where one was, one stays: after a form of this page that was answered by this page.

const isHere = (ctx) => ctx.sourceElement.matches("form") && ctx.response.status < 400
  && new URL(ctx.response.raw.url).pathname === location.pathname;

on("before:swap", (ctx, { detail }) => {
  detail.tasks.splice(1);
  swapped = ctx;
  ctx.stays = isHere(ctx);
  ctx.seen = [scrollX, scrollY];
  ctx.at = document.activeElement;
  ctx.row = twins(ctx.at).indexOf(ctx.at);
  if (!ctx.stays) return;
  ctx.request.anchor = "";
  keepTyped(detail.tasks[0].fragment);
});

// A field in which one types is not taken out of one's hands.
const keepTyped = (fragment) => {
  const field = document.activeElement;
  const fresh = field?.id && field.matches("input, select, textarea") && fragment.querySelector(`#${CSS.escape(field.id)}`);
  if (!fresh) return;
  fresh.setAttribute("hx-preserve", "");
  fresh.closest("details")?.setAttribute("open", "");
};

// An answer that is not an address of its own leaves the address alone.
document.addEventListener("htmx:before:history:update", ({ detail: { history } }) => {
  const current = location.pathname + location.search;
  if (!isReading(swapped) && !swapped.response.raw.redirected) history.path = current;
  else if (swapped.isTyped || history.path === current) history.type = "replace";
});
const stamp = () => history.state?.htmx || history.replaceState({ htmx: true }, "");
addEventListener("hashchange", stamp);
stamp();

on("after:swap", (ctx) => {
  document.querySelector("link[rel=icon]").href = ctx.head.querySelector("link[rel=icon]").getAttribute("href");
  if (ctx.stays) stay(ctx);
  else arrive(ctx);
  page("shown");
});

const focusOn = (one) => {
  if (one.tabIndex < 0) one.tabIndex = -1;
  one.focus({ preventScroll: true });
};
const arrive = (ctx) => {
  scrollTo(0, 0); // on the way back the browser goes on to where one was
  const at = ctx.request.anchor && document.getElementById(ctx.request.anchor);
  focusOn(at || document.querySelector("main h1") || document.getElementById("main"));
};

// Where one was: the same field, the same button or that of the next row, else the nearest part that has a name.
const words = (button) => button.firstChild?.textContent.trim();
const twins = (one) => [...document.querySelectorAll("form button")].filter((other) => words(other) === words(one)
  && other.form.getAttribute("action") === one.form?.getAttribute("action"));
const again = ({ at, row }) => [
  at.id && document.getElementById(at.id),
  twins(at).slice(0, row + 1).at(-1),
  document.getElementById(at.closest("[id]:not(main)")?.id),
  document.getElementById(at.closest("[aria-labelledby]")?.getAttribute("aria-labelledby")),
  document.querySelector("main h1"),
].find((found) => found && found.checkVisibility());
const stay = (ctx) => {
  if (document.activeElement !== ctx.at) focusOn(again(ctx));
  scrollTo(...ctx.seen);
  const found = document.querySelector("main [data-found]") ?? document.querySelector("main .lead, main .empty");
  setTimeout(() => document.getElementById("said")?.replaceChildren(found?.innerText ?? ""), 100);
};

// Nothing is swallowed: where no answer came, one is told so beside what one was doing.

const tell = (ctx) => {
  const words = document.getElementById(isReading(ctx) ? "unread" : "unsent");
  document.getElementById("told").replaceChildren(words.content.cloneNode(true));
};
on("error", (ctx) => {
  if (!ctx?.request) return;
  if (isReturn(ctx)) location.reload();
  else tell(ctx);
});
on("before:request", () => document.getElementById("told").replaceChildren());
